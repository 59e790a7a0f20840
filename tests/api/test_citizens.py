"""What citizens do with their own token over HTTP, and what a kiosk may not do in a stopped centre."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.app import build_server
from server.config import load_settings
from server.domain.actors import By
from server.domain.notice import NoticeKind
from server.domain.permissions import Role
from server.services.floor import issue
from tests.factories import CENTRE, MORNING, Floor, StillClock, at_time

KEYS = itertools.count()


@pytest.fixture
def client(sqlite_floor: Floor, tmp_path: Path) -> Iterator[FlaskClient]:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    sqlite_floor.db.clock = StillClock(MORNING)
    server = build_server(settings, db=sqlite_floor.db, clock=sqlite_floor.db.clock)
    with server.app.test_client() as client:
        yield client


def post(client: FlaskClient, path: str, json: Any = None, **headers: str) -> tuple[int, Any]:
    answer = client.post(f"/api/v1/{path}", json=json, headers={"Idempotency-Key": f"k{next(KEYS)}", **headers})
    return answer.status_code, answer.get_json()


def test_a_citizen_goes_out_comes_back_and_leaves_with_nothing_but_the_secret(
    client: FlaskClient, sqlite_floor: Floor
) -> None:
    order = sqlite_floor.order()
    sqlite_floor.write(lambda tx: issue.issue(at_time(tx, MORNING), order, By("test")))
    status, away = post(client, f"status/{order.secret}/pause")
    assert (status, away["state"], away["until"]) == (200, "paused", "2026-11-24T04:15:00.000Z")
    assert post(client, f"status/{order.secret}/return")[1]["state"] == "waiting"
    assert post(client, f"status/{order.secret}/cancel")[1]["ended"] is True
    status, refused = post(client, f"status/{order.secret}/return")
    assert (status, refused["code"]) == (409, "illegal_transition")


@pytest.mark.parametrize("claim", ["", ".AZ-_b.N001.N.NORMAL", ".AZ-_b.N001", ".~", "." + "A" * 100])
def test_a_slip_opens_its_page_and_every_way_of_its_owner_with_whatever_claim(
    client: FlaskClient, sqlite_floor: Floor, claim: str
) -> None:
    kiosk = {"Authorization": f"Bearer {sqlite_floor.key(Role.KIOSK)}"}
    order = sqlite_floor.order()
    sqlite_floor.write(lambda tx: issue.issue(at_time(tx, MORNING), order, By("test")))
    slip = f"{order.secret}{claim}"
    page = client.get(f"/t/{slip}")
    assert (page.status_code, "N001" in page.text, f'"secret":"{order.secret}"' in page.text) == (200, True, True)
    assert client.get(f"/api/v1/status/{slip}").get_json()["label"] == "N001"
    assert post(client, f"status/{slip}/pause")[1]["state"] == "paused"
    status, back = post(client, f"centres/{CENTRE}/return", {"slip": slip}, **kiosk)
    assert (status, back["token"]["state"]) == (200, "waiting")
    status, refused = post(client, f"centres/{CENTRE}/tokens", {"service": "NORMAL", "return_slip": slip}, **kiosk)
    assert (status, refused["detail"]) == (404, "This is not a return slip of this centre.")
    assert post(client, f"status/{slip}/cancel")[1]["ended"] is True


@pytest.mark.parametrize("slip", ["nobody-knows-it", ".AZ-_b.N001.N.NORMAL", "nobody.AZ-_b.N001.N.NORMAL"])
def test_a_claim_without_its_secret_opens_nothing(client: FlaskClient, sqlite_floor: Floor, slip: str) -> None:
    sqlite_floor.issue()
    assert client.get(f"/t/{slip}").status_code == 404
    assert client.get(f"/api/v1/status/{slip}").get_json()["code"] == "unknown_token"
    assert post(client, f"status/{slip}/cancel")[1]["code"] == "unknown_token"


def test_a_kiosk_gives_numbers_in_a_pause_and_none_in_an_emergency_but_takes_slips(
    client: FlaskClient, sqlite_floor: Floor
) -> None:
    keys = {role: {"Authorization": f"Bearer {sqlite_floor.key(role)}"} for role in (Role.KIOSK, Role.COUNTER)}
    order = sqlite_floor.order()
    sqlite_floor.pause(sqlite_floor.write(lambda tx: issue.issue(at_time(tx, MORNING), order, By("test"))).token)
    sqlite_floor.freeze()
    wanted = {"service": "NORMAL"}
    assert post(client, f"centres/{CENTRE}/tokens", wanted, **keys[Role.KIOSK])[0] == 201
    sqlite_floor.flag(NoticeKind.EMERGENCY, "fire")
    status, refused = post(client, f"centres/{CENTRE}/tokens", wanted, **keys[Role.KIOSK])
    assert (status, refused["code"], refused["cause"]) == (409, "emergency", "fire")
    assert post(client, f"centres/{CENTRE}/tokens", wanted, **keys[Role.COUNTER])[0] == 201
    status, back = post(client, f"centres/{CENTRE}/return", {"slip": order.secret}, **keys[Role.KIOSK])
    assert (status, back["token"]["state"]) == (200, "waiting")
