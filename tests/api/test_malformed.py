"""Whatever is sent to whatever address, on either database: no answer of 5xx, and a refusal that programs can read."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from server.app import build_server
from server.config import load_settings
from server.domain.permissions import Role
from server.services.people import keys
from server.storage.database import Database
from server.web.json import NESTING
from tests.api.malformed import Maker, Malformed, plain
from tests.api.recipes import ROLES, employed
from tests.factories import CENTRE, DAY, Floor, install_floor

SEED, SHORT, LONG = 20261124, 2_000, 50_000
READABLE = "application/problem+json"


@pytest.fixture
def busy(db: Database) -> Floor:
    """Return a floor on which something happens."""
    floor = install_floor(db, always=True)
    floor.open("G1")
    return floor


@pytest.fixture
def app(busy: Floor, tmp_path: Path) -> Iterator[Flask]:
    """Return an app that sends events, as a server does."""
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": busy.db.url})
    server = build_server(settings, db=busy.db)
    server.relay.start()
    yield server.app
    server.relay.stop()


def maker(floor: Floor, seed: int) -> Maker:
    """Return what makes requests for a floor on which two people wait."""
    issued = floor.order(printer="printer-k1")
    token, other = floor.issue(), floor.issue()
    roles = {letter: floor.key(role) for letter, role in ROLES.items()}
    floor.key(Role.DISPLAY)  # to be revoked and rotated
    last = max(key.id for key in floor.db.read(lambda read: keys.keys_of(read, floor.centre_id)))
    ids = {
        "centre": CENTRE,
        "counter": "G1",
        "day": DAY.isoformat(),
        "board": "board-a",
        "device": "K1",
        "key": str(last),
    }
    ids |= {"token": token.id, "other": other.id, "label": token.label, "secret": issued.secret, "language": "en"}
    ids |= {"lease": str(floor.lease().id), **employed(floor)}
    cookies = ("baari_staff=x", f"baari_device={roles['K']}", f"__Host-baari_device={roles['K']}", "a=b; ;;=")
    return Maker(random.Random(seed), roles, cookies, ids)


def send(app: Flask, asked: Malformed) -> tuple[int, str]:
    """Send a request as a WSGI server would hand it in; return the status and the type of the answer."""
    environ = EnvironBuilder(asked.path, method=asked.method, query_string=asked.query).get_environ()
    environ["wsgi.input"].write(asked.body)
    environ["wsgi.input"].seek(0)
    environ |= {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(asked.body)), "REMOTE_ADDR": "192.0.2.7"}
    for name, value in asked.headers.items():
        environ["CONTENT_TYPE" if name == "Content-Type" else f"HTTP_{name.upper().replace('-', '_')}"] = value
    _, status, headers = run_wsgi_app(app, environ, buffered=True)
    return int(status.split()[0]), headers.get("Content-Type", "").split(";")[0]


@pytest.mark.proof
def test_no_input_at_any_route_brings_a_5xx_and_every_refusal_is_a_problem_document(
    app: Flask, busy: Floor, long: bool
) -> None:
    bad, answers = [], Counter[int]()
    for asked in maker(busy, SEED).requests(app.url_map, LONG if long else SHORT):
        status, kind = send(app, asked)
        answers[status] += 1
        if status >= 500 or (status >= 400 and asked.path.startswith("/api/") and kind != READABLE):
            bad.append(f"{status} {kind} {asked}"[:300])
    assert bad == []
    assert answers[200] + answers[201] > 100  # what is sent gets far enough
    assert busy.verdict().ok


@pytest.mark.parametrize("backend", ["sqlite"])
def test_nested_input_is_bounded_wherever_it_is_sent(app: Flask, busy: Floor, backend: str) -> None:
    key = busy.key(Role.MANAGER)
    paths = [
        plain(rule.rule).format(**(dict.fromkeys(rule.arguments, "1") | {"centre": CENTRE}))
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    ]
    for depth in (NESTING, NESTING + 1, 960, 1023, 1024, 30_000):
        for body in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
            for path in paths:
                headers = {
                    "Authorization": f"Bearer {key}",
                    "Idempotency-Key": path,
                    "Content-Type": "application/json",
                }
                assert send(app, Malformed("POST", path, "", body, headers))[0] < 500, (path, depth)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("tokens", {"booking": 2**63 - 1}, 422),
        ("tokens", {"booking": 10**30}, 422),
        ("tokens", {"service": "NORMAL", "party": 2**64}, 422),
        ("tokens", {"service": "NORMAL", "paper": {"label": "N001", "taken_at": "0001-01-01T00:00:00+23:59"}}, 422),
        ("tokens", {"service": "NORMAL", "paper": {"label": "N001", "taken_at": "9999-12-31T23:59:59-23:59"}}, 422),
        ("tokens", {"service": "\0"}, 400),
        ("tokens", {"service": "\ud800"}, 400),
        ("leases", {"series": "N", "count": 5, "holder": "a\0b"}, 400),
        ("counters/G1/pause", {"reason": "\0"}, 400),
        ("days/0001-01-01/extend", {"until": "0001-01-01T00:00:00+23:59"}, 422),
        ("days/9999-12-31/extend", {"until": "9999-12-31T23:59:59-23:59"}, 422),
    ],
)
def test_what_once_brought_a_500_is_refused(app: Flask, busy: Floor, path: str, body: object, status: int) -> None:
    headers = {
        "Authorization": f"Bearer {busy.key(Role.MANAGER)}",
        "Idempotency-Key": "a",
        "Content-Type": "application/json",
    }
    sent = Malformed("POST", f"/api/v1/centres/{CENTRE}/{path}", "", json.dumps(body).encode(), headers)
    assert send(app, sent) == (status, READABLE)


def test_a_slot_beyond_the_years_refuses_its_row_alone(app: Flask, busy: Floor) -> None:
    slots = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-24T10:15:00+05:30")
    rows = [{"reference": f"ARN-{n}", "slot": slot, "service": "NORMAL"} for n, slot in enumerate(slots)]
    headers = {"Authorization": f"Bearer {busy.key(Role.MANAGER)}", "Idempotency-Key": "a"}
    answer = app.test_client().post(f"/api/v1/centres/{CENTRE}/appointments", json={"bookings": rows}, headers=headers)
    assert [row["result"] for row in answer.get_json()["rows"]] == ["refused", "refused", "created"]


@pytest.mark.parametrize("path", ["/t/%00", "/t/%ff", "/display/%00/x", "/%00"])
def test_an_address_that_is_no_text_is_refused(app: Flask, path: str) -> None:
    assert send(app, Malformed("GET", path))[0] in (400, 404)


def test_a_csrf_header_that_is_no_ascii_is_refused_as_a_wrong_one(app: Flask) -> None:
    headers = {"Cookie": "baari_staff=x", "X-CSRF-Token": "é", "Idempotency-Key": "a"}
    for path in ("counters/G1/open", "tokens"):
        status, kind = send(app, Malformed("POST", f"/api/v1/centres/{CENTRE}/{path}", "", b"{}", headers))
        assert (status, kind) == (403, READABLE)


def test_who_may_not_is_told_so_before_anything_of_what_would_fit(app: Flask, busy: Floor) -> None:
    path = f"/api/v1/centres/{CENTRE}/leases"
    for body in (b"{", b"[]", b'{"count": 0}'):
        for role, status in ((None, 401), (Role.DISPLAY, 403), (Role.MANAGER, 422 if body != b"{" else 400)):
            headers = {"Idempotency-Key": "a", "Content-Type": "application/json"}
            if role is not None:
                headers["Authorization"] = f"Bearer {busy.key(role)}"
            assert send(app, Malformed("POST", path, "", body, headers)) == (status, READABLE), (role, body)
    foreign = {"Authorization": f"Bearer {busy.key(Role.MANAGER)}", "Idempotency-Key": "a"}
    assert send(app, Malformed("POST", "/api/v1/centres/NOWHERE/leases", "", b"{", foreign)) == (403, READABLE)
