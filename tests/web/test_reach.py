"""One function asks of every request whether somebody may do this here: own counter, centre, all."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.app import Server, build_server
from server.config import load_settings
from server.domain.permissions import Role
from server.services.people import keys
from server.storage.sql.centres import centre_by_code
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import TWIN, twin_centre

ATTEMPTS = itertools.count()


@pytest.fixture
def server(sqlite_floor: Floor, tmp_path: Path) -> Server:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    twin_centre(sqlite_floor)
    sqlite_floor.db.clock = StillClock(MORNING)
    return build_server(settings, db=sqlite_floor.db, clock=sqlite_floor.db.clock)


@pytest.fixture
def client(server: Server) -> Iterator[FlaskClient]:
    with server.app.test_client() as client:
        yield client


def ask(client: FlaskClient, secret: str, path: str, body: Any = None, *, centre: str = CENTRE) -> tuple[int, Any]:
    """Send a command with a key, or read when there is no body; returns status and answer."""
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"k{next(ATTEMPTS)}"}
    method = "GET" if body is None else "POST"
    answer = client.open(f"/api/v1/centres/{centre}/{path}", method=method, json=body, headers=headers)
    return answer.status_code, answer.get_json()


def missing(answer: tuple[int, Any]) -> tuple[int, str, str | None]:
    """Return the status of a refusal, the permission that is missing, and the scope where only that is."""
    status, told = answer
    return status, told["permission"], told.get("scope")


def test_a_role_without_a_permission_is_told_which(sqlite_floor: Floor, client: FlaskClient) -> None:
    board = sqlite_floor.key(Role.DISPLAY)
    assert missing(ask(client, board, "counters/G1/call-next", {})) == (403, "call_next", None)
    assert missing(ask(client, board, "report")) == (403, "read_report", None)
    assert ask(client, board, "snapshot")[0] == 200


def test_a_key_of_a_counter_acts_at_that_counter_and_on_its_tokens(sqlite_floor: Floor, client: FlaskClient) -> None:
    bound = sqlite_floor.key(Role.COUNTER, counter="G1")
    token, waiting = sqlite_floor.issue(), sqlite_floor.issue()
    assert ask(client, bound, "counters/G1/open", {})[0] == 200
    assert missing(ask(client, bound, "counters/G2/open", {})) == (403, "open_counter", "centre")
    assert ask(client, bound, "counters/G1/call-next", {})[1]["call"]["token"]["id"] == token.id
    for verb in ("remark", "correct"):
        body = {"party": 2} if verb == "remark" else {"service": "PCC"}
        assert ask(client, bound, f"tokens/{token.id}/{verb}", body)[0] == 200, verb
    for verb, body in (
        ("cancel", {}),
        ("pause", {}),
        ("return", {}),
        ("remark", {"party": 2}),
        ("reprint", {"reason": "torn"}),
    ):
        action = "reprint_slip" if verb == "reprint" else f"{verb}_token"
        assert missing(ask(client, bound, f"tokens/{waiting.id}/{verb}", body)) == (403, action, "centre"), verb
    body = {"service": "NORMAL", "counter": "G2"}
    assert missing(ask(client, bound, "tokens", body)) == (403, "issue_token", "centre")


def test_a_key_of_a_centre_acts_at_all_its_counters_and_in_no_other_centre(
    sqlite_floor: Floor, client: FlaskClient
) -> None:
    hall = sqlite_floor.key(Role.MANAGER)
    assert [ask(client, hall, f"counters/{counter}/open", {})[0] for counter in ("G1", "A1")] == [200, 200]
    assert missing(ask(client, hall, "counters/G1/open", {}, centre=TWIN)) == (403, "open_counter", "all")
    assert missing(ask(client, hall, "snapshot", centre=TWIN)) == (403, "watch_floor", "all")


def test_a_key_of_all_centres_acts_in_the_centre_of_the_address(sqlite_floor: Floor, client: FlaskClient) -> None:
    office = sqlite_floor.write(lambda tx: keys.create_key_of_all(tx, Role.MANAGER, "office", MORNING))
    assert ask(client, office, "tokens", {"service": "NORMAL"}, centre=TWIN)[0] == 201
    assert ask(client, office, "counters/G1/open", {}, centre=TWIN)[0] == 200
    assert missing(ask(client, office, "counters/G1/call-next", {}, centre=TWIN)) == (403, "call_next", "all")
    assert ask(client, office, "snapshot", centre="NOWHERE")[0] == 404
    assert ask(client, office, "counters/G1/call-next", {})[1]["code"] == "counter_not_open"
    twin = sqlite_floor.db.read(lambda read: centre_by_code(read, TWIN))
    assert (twin.event_seq, sqlite_floor.centre.event_seq) == (3, 0)  # the first token opened the day


def test_a_header_that_no_cookie_has_is_refused_whatever_letters_it_has(client: FlaskClient) -> None:
    client.set_cookie("baari_staff", "nobody")
    answer = client.get(f"/api/v1/centres/{CENTRE}/snapshot", headers={"X-CSRF-Token": "é"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
