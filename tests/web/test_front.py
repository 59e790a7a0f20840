"""What screens read again and again is answered before Flask, and says what Flask would say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import build_server
from server.config import load_settings
from server.domain.actors import By
from server.domain.permissions import Permission, Role, may
from server.services.floor import issue
from tests.factories import CENTRE, MORNING, Floor, StillClock, at_time, second_centre

LINE, SNAPSHOT = f"/api/v1/centres/{CENTRE}/counters/G1/line", f"/api/v1/centres/{CENTRE}/snapshot"
FLASK = "?by=flask"
"""A query is out of the usual, so that Flask answers."""


class Hall:
    """A server with one floor, asked with keys."""

    def __init__(self, floor: Floor, client: FlaskClient) -> None:
        self.floor, self.client = floor, client
        self.keys = {role: floor.key(role) for role in Role}

    def get(self, path: str, role: Role | None = Role.COUNTER, **headers: str) -> TestResponse:
        """Read with the key of a role."""
        sent = {"X-Request-ID": "of-this-test", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if role is not None:
            sent["Authorization"] = f"Bearer {self.keys[role]}"
        return self.client.get(path, headers=sent)

    def secret(self) -> str:
        """Issue a token and return the secret of its slip."""
        order = self.floor.order()
        self.floor.write(lambda tx: issue.issue(at_time(tx, MORNING), order, By("test")))
        return order.secret

    def past_flask(self) -> list[str]:
        """Return the lines of the metrics about answers."""
        return [row for row in self.client.get("/metrics").text.splitlines() if row.startswith("baari_requests_total")]


@pytest.fixture
def hall(sqlite_floor: Floor, tmp_path: Path) -> Iterator[Hall]:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    server = build_server(settings, db=sqlite_floor.db, clock=StillClock(MORNING))
    with server.app.test_client() as client:
        yield Hall(sqlite_floor, client)


@pytest.fixture
def blind(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """Let Flask answer nothing, so that what is answered was answered before it."""

    def nothing(*_: Any) -> None:
        raise AssertionError("this came as far as Flask")

    monkeypatch.setattr(hall.client.application, "full_dispatch_request", nothing)
    return hall


def assert_same_headers(first: TestResponse, second: TestResponse) -> None:
    """Assert that two answers have the same headers; the date is gunicorn's."""
    without_date = [{name: value for name, value in one.headers.items() if name != "Date"} for one in (first, second)]
    assert without_date[0] == without_date[1]


@pytest.mark.parametrize("role", [Role.COUNTER, Role.MANAGER])
def test_a_line_is_the_same_before_flask_and_in_it(hall: Hall, role: Role) -> None:
    hall.secret()
    first, second = hall.get(LINE, role), hall.get(LINE + FLASK, role)
    assert first.status_code == second.status_code == 200
    assert first.get_json() == second.get_json()
    assert [token["label"] for token in first.get_json()["line"]] == ["N001"]
    assert_same_headers(first, second)


@pytest.mark.parametrize("role", list(Role))
def test_a_snapshot_is_the_same_before_flask_and_in_it_for_each_role(hall: Hall, role: Role) -> None:
    hall.secret()
    first, second = hall.get(SNAPSHOT, role), hall.get(SNAPSHOT + FLASK, role)
    assert first.get_json() == second.get_json()
    assert_same_headers(first, second)
    assert first.get_json()["now"] == "2026-11-24T04:00:00.000Z"
    sees = may(role, Permission.WATCH_STAFF)
    assert ["staff" in token for token in first.get_json()["tokens"]] == [sees]


def test_a_status_is_the_same_before_flask_and_in_it(hall: Hall) -> None:
    path = f"/api/v1/status/{hall.secret()}"
    first, second = hall.get(path, None), hall.get(path + FLASK, None)
    assert first.get_json() == second.get_json()
    assert_same_headers(first, second)
    assert (first.get_json()["label"], first.get_json()["as_of"]) == ("N001", "2026-11-24T04:00:00.000Z")


@pytest.mark.parametrize("path", [LINE, SNAPSHOT])
def test_the_usual_is_answered_before_flask_is_asked(blind: Hall, path: str) -> None:
    blind.get(path)  # who is there is looked up by the code of the routes, but no route runs
    assert blind.get(path).status_code == 200


def test_who_has_it_already_is_told_so_until_something_happens(hall: Hall) -> None:
    for path, role in ((LINE, Role.COUNTER), (SNAPSHOT, Role.DISPLAY), (f"/api/v1/status/{hall.secret()}", None)):
        tag = hall.get(path, role).headers["ETag"]
        same = hall.get(path, role, If_None_Match=tag)
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
        assert hall.get(path + FLASK, role, If_None_Match=tag).status_code == 304
        assert hall.get(path, role, If_None_Match='"another"').status_code == 200
        assert hall.get(path, role, If_None_Match=f'"another", W/{tag}').status_code == 304
    tag = hall.get(LINE).headers["ETag"]
    hall.secret()
    assert hall.get(LINE, If_None_Match=tag).status_code == 200


@pytest.mark.parametrize(
    ("path", "role", "status", "code"),
    [
        (LINE, None, 401, "unauthenticated"),
        (LINE, Role.DISPLAY, 403, "forbidden"),
        (LINE.replace(CENTRE, "PSK-2"), Role.COUNTER, 403, "forbidden"),
        (LINE.replace("G1", "Z9"), Role.COUNTER, 404, "unknown_counter"),
        (SNAPSHOT, None, 401, "unauthenticated"),
        (SNAPSHOT.replace(CENTRE, "PSK-2"), Role.MANAGER, 403, "forbidden"),
        ("/api/v1/status/nobody", None, 404, "unknown_token"),
    ],
)
def test_what_is_refused_is_refused_in_flasks_words(
    hall: Hall, path: str, role: Role | None, status: int, code: str
) -> None:
    second_centre(hall.floor)
    for _ in range(2):
        answer = hall.get(path, role)
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)
        assert answer.content_type == "application/problem+json"


def test_a_key_of_another_counter_reads_no_line_here(hall: Hall) -> None:
    hall.keys[Role.COUNTER] = hall.floor.key(Role.COUNTER, counter="G2")
    assert hall.get(LINE).status_code == 403
    assert hall.get(LINE.replace("G1", "G2")).status_code == 200


def test_a_server_asked_under_another_name_answers_nothing(hall: Hall) -> None:
    assert hall.get(LINE, Host="elsewhere.example").status_code == 400


def test_answers_before_flask_are_counted_with_the_others(hall: Hall) -> None:
    hall.get(LINE, If_None_Match=hall.get(LINE).headers["ETag"])
    rows = hall.past_flask()
    assert 'baari_requests_total{endpoint="lines.line",status="200"} 1.0' in rows
    assert 'baari_requests_total{endpoint="lines.line",status="304"} 1.0' in rows
    assert "baari_line_computations_total 1.0" in hall.client.get("/metrics").text


def test_an_hour_of_asking_costs_one_line_an_event(hall: Hall) -> None:
    for _ in range(3):
        hall.secret()
        for counter in ("G1", "G2", "G3"):
            for _ in range(5):
                json.loads(hall.get(LINE.replace("G1", counter)).data)
    assert "baari_line_computations_total 3.0" in hall.client.get("/metrics").text
