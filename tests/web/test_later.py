"""An answer that comes later is the one that Flask would have given, and is counted when it is there."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import EnvironBuilder, TestResponse

from server.api import tokens
from server.app import Server, build_server
from server.config import load_settings
from server.domain.permissions import Role
from server.web.later import NOT_YET, OFFER, Awaited
from tests.factories import CENTRE, MORNING, Floor, StillClock

ID = "a-request-of-ours"


class Lane:
    """Takes what answers wait for, as a server does that brings commands together."""

    def __init__(self, floor: Floor, server: Server) -> None:
        self.server, self.waiting, self._key = server, list[Awaited](), floor.key(Role.KIOSK)
        self.told: dict[str, Any] = {}

    def _request(self, key: str, service: str) -> dict[str, Any]:
        carried = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": key, "X-Request-ID": ID}
        path = f"/api/v1/centres/{CENTRE}/tokens"
        return EnvironBuilder(
            path, method="POST", headers=list(carried.items()), json={"service": service}
        ).get_environ()

    def at_once(self, key: str, service: str = "NORMAL") -> TestResponse:
        """Ask as whoever waits for the answer."""
        return self.server.app.test_client().open(self._request(key, service))

    def begin(self, key: str, service: str = "NORMAL") -> None:
        """Begin a command."""

        def start(status: str, headers: list[tuple[str, str]], *_trouble: Any) -> Any:
            self.told = {"status": int(status[:3]), "headers": dict(headers)}

        body = self.server.app.wsgi_app({**self._request(key, service), OFFER: self.waiting.append}, start)
        assert (body is NOT_YET, self.told) == (True, {})

    def end(self) -> tuple[int, Any]:
        """Run the command that waits, and return the status of its answer and the answer."""
        (awaited,) = self.waiting
        awaited.run_all([awaited.command])
        body = b"".join(awaited.answer())
        self.waiting.clear()
        told, self.told = self.told, {}
        assert told["headers"]["X-Request-ID"] == ID
        assert told["headers"]["Content-Security-Policy"]
        return told["status"], orjson.loads(body)

    def counted(self) -> dict[str, float]:
        """Return how many answers to commands were counted, by status."""
        text = self.server.app.test_client().get("/metrics").get_data(as_text=True)
        return {
            sample.labels["status"]: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == "baari_requests_total" and sample.labels["endpoint"] == "tokens.take_token"
        }


@pytest.fixture
def lane(floor: Floor, tmp_path: Path) -> Lane:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_ACCESS_LOG": "1"})
    floor.db.clock = StillClock(MORNING)
    return Lane(floor, build_server(settings, db=floor.db, clock=floor.db.clock))


def test_it_is_the_answer_that_comes_at_once_to_a_retry(lane: Lane) -> None:
    lane.begin("k1")
    status, answer = lane.end()
    again = lane.at_once("k1")
    assert (status, answer) == (again.status_code, again.get_json())
    assert answer["token"]["label"] == "N001"


def test_a_refusal_is_a_problem_document_and_changes_nothing(lane: Lane) -> None:
    lane.begin("k1", "NOPE")
    status, problem = lane.end()
    refused = lane.at_once("k2", "NOPE")
    assert (status, problem) == (refused.status_code, refused.get_json())
    assert problem["code"] == "unknown_service"


def test_it_is_counted_and_logged_when_it_is_there(lane: Lane, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "server.access"):
        lane.begin("k1")
        assert (lane.counted(), _commands(caplog.records)) == ({}, [])
        lane.end()
        assert (lane.counted(), _commands(caplog.records)) == ({"201": 1.0}, ["201"])


@pytest.mark.provokes("unexpected failure at POST", "HTTP 500 POST")
def test_what_nobody_foresaw_is_told_so_and_stands_in_the_log(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(tokens, "issue", broken)
    lane.begin("k1")
    status, problem = lane.end()
    assert (status, problem["code"]) == (500, "internal")


def _commands(records: Iterable[logging.LogRecord]) -> list[str]:
    """Return the statuses of the commands in an access log."""
    lines = [record.getMessage().split() for record in records if record.name == "server.access"]
    return [status for _who, method, _path, status, *_ in lines if method == "POST"]
