"""A line of the log is one object with its time and request, holds no secret, and does not repeat itself."""

import io
import json
import logging
import os
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.domain.permissions import Role
from server.logs import REQUEST, Folded, JsonLine, Words
from server.storage.database import Database
from tests.factories import CENTRE, Floor, install_floor
from tests.guards.canaries import CANARIES
from tests.processes import ServerProcess
from tests.services.people.people import PASSWORD, add_person

log = logging.getLogger("tests.logs")
BREAK = {
    "sqlite": "ALTER TABLE token_private RENAME COLUMN phone TO broken",
    "postgresql": "ALTER TABLE token_private ADD CONSTRAINT broken CHECK (phone IS NULL) NOT VALID",
}
"""Lets every token with a phone number fail; PostgreSQL tells the whole row then."""


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Return what the log writes during a test."""
    stream = io.StringIO()
    handler = Folded(stream)
    handler.setFormatter(JsonLine())
    log.addHandler(handler)
    log.propagate = False
    yield stream
    log.removeHandler(handler)
    log.propagate = True


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_line_with_its_time_and_request(written: io.StringIO) -> None:
    token = REQUEST.set("request-1")
    log.warning("two\nlines \x1b[2J of %s", "é")
    REQUEST.reset(token)
    (line,) = lines(written)
    assert line.pop("at").endswith("Z")
    told = {"level": "warning", "logger": "tests.logs", "message": "two\nlines \x1b[2J of é", "request": "request-1"}
    assert line == told
    assert "\x1b" not in written.getvalue()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET /t/abcDEF-123_x went wrong", "abcDEF"),
        ("POST /api/v1/status/abcDEF-123/pause", "abcDEF"),
        ("GET /pair?key=sesame&x=1", "sesame"),
        ("Authorization: Bearer sesame.open", "sesame"),
        ("the key baari_abcdefghijklmnopqrstuvwxyz", "abcdefgh"),
        ("call +919812345678 back", "9812345678"),
        ("call 9812345678 or 919812345679", "981234567"),
        ("GET /x?reference=ARN-23-1&phone=5551234", "ARN-23"),
        ("GET /x?claim=ARN-23-1", "ARN-23"),
    ],
)
@pytest.mark.parametrize("form", [JsonLine(), Words()])
def test_no_secret_stands_in_a_line(form: logging.Formatter, text: str, secret: str) -> None:
    plain = logging.LogRecord("x", 30, "", 0, text, None, None)
    filled = logging.LogRecord("x", 30, "", 0, "%s", (text,), None)
    for record in (plain, filled):
        assert secret not in form.format(record)


@pytest.mark.parametrize("form", [JsonLine(), Words()])
def test_no_letter_of_a_stranger_begins_a_line_or_moves_a_cursor(form: logging.Formatter) -> None:
    strange = "\r\x1b[2J\x85\x9b31m\u2028\u202e"
    line = form.format(logging.LogRecord("x", 30, "", 0, "%s", (strange,), None))
    assert [each for each in strange if each in line if each not in "[2J31m"] == []


def test_a_fault_that_repeats_is_told_once_and_then_counted(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("server.logs.time.monotonic", lambda: now[0])
    for number in range(500):
        log.error("commit failed: %s", number)
    log.error("another fault")
    assert [line["message"] for line in lines(written)] == ["commit failed: 0", "another fault"]
    now[0] += 61
    log.warning("something else")
    assert [line["message"] for line in lines(written)][2:] == [
        "499 times more in a minute: commit failed: %s",
        "something else",
    ]


class LoggedProcess(ServerProcess):
    """A server whose standard error goes into a file."""

    def _launch(self) -> subprocess.Popen[bytes]:
        words = [*self._program, *self._words, "--port", str(self.port)]
        with (self.data_dir / "log").open("wb") as file:
            return subprocess.Popen(words, env={**os.environ, **self._env}, stderr=file, start_new_session=True)


def test_a_server_tells_ids_and_no_secret(sqlite_floor: Floor, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("logged")
    with LoggedProcess(sqlite_floor.db.url, folder, BAARI_ACCESS_LOG="1") as server:
        secret = sqlite_floor.order().secret
        server.client(Role.KIOSK).issue(phone="+919812345678")
        for path in (f"/t/{secret}", f"/api/v1/status/{secret}", f"/pair?key={secret}", f"/api/v1/centres/{CENTRE}/x"):
            answer = httpx.get(server.url + path, headers={"X-Request-ID": "from-a-proxy-1"})
            assert answer.headers["X-Request-ID"] == "from-a-proxy-1"
        assert len(httpx.get(f"{server.url}/healthz", headers={"X-Request-ID": "short"}).headers["X-Request-ID"]) == 16
    text = (folder / "log").read_text("utf-8")
    told = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert {line["request"] for line in told if "/healthz" not in line["message"] and "request" in line} >= {
        "from-a-proxy-1"
    }
    assert any("/t/… 404" in line["message"] for line in told)
    assert secret not in text
    assert "9812345678" not in text


@pytest.mark.provokes("HTTP 50[03] POST")
def test_whatever_a_server_is_told_none_of_it_stands_in_its_log_though_it_breaks(
    db: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The guards look through the log for what was planted, as after every test."""
    floor, folder = install_floor(db, always=True), tmp_path_factory.mktemp("told")
    add_person(floor, "meera", Role.MANAGER)
    secret, reference = floor.order().secret, "ARN-23-1000000777"
    with LoggedProcess(db.url, folder, BAARI_ACCESS_LOG="1") as server:
        client = server.client(Role.COUNTER)
        tokens = f"{server.url}/api/v1/centres/{CENTRE}/tokens"
        with httpx.Client(base_url=server.url) as browser:
            signed_in = browser.post("/login", data={"user": "meera", "password": PASSWORD})
            assert signed_in.cookies
            CANARIES.plant(signed_in.cookies.values())
            browser.get("/manager?password=a-long-password")
        for path in (f"/t/{secret}", f"/api/v1/status/{secret}", f"/pair?key={secret}", f"/x?appointment={reference}"):
            client.http.get(path)
        for phone in ("+919812345678", "9812345679", "02212345678"):
            client.http.post(tokens, content=f'{{"phone": "{phone}", "appointment": "{reference}"'.encode())
            assert client.issue(phone=phone, claim=reference).status_code == 201
        db.write(None, lambda tx: tx.conn.execute(text(BREAK[tx.conn.dialect.name])))
        for phone in ("+919812345680", "9812345681", "02212345682"):
            assert client.issue(phone=phone, claim=reference).status_code >= 500
    written = (folder / "log").read_text("utf-8")
    assert re.search(r"POST \S+/tokens 50[03]", written)
    assert "/t/… 404" in written
