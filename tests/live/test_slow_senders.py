"""Who sends slowly, or does not leave, at a real server: nobody waits for them, and they go in ten seconds."""

import contextlib
import json
import re
import resource
import socket
import time
from collections.abc import Iterator
from http.client import HTTPResponse

import httpx
import pytest

from server.domain.permissions import Role
from server.storage import schema
from server.storage.database import Database
from server.web.slow_senders import PATIENCE_S
from tests.factories import CENTRE, install_floor
from tests.live.test_door import WATCH, Screen, connected, key_of
from tests.processes import ServerProcess

THREADS, STRANGERS = 24, 620
AT = f"/api/v1/centres/{CENTRE}/tokens"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Return a server with 24 threads; the proxy it trusts is another than who asks."""
    folder = tmp_path_factory.mktemp("served")
    url = f"sqlite:///{folder / 'baari.sqlite'}"
    schema.migrate(url)
    db = Database(url)
    install_floor(db, always=True)
    with ServerProcess(url, folder, BAARI_THREADS=str(THREADS), BAARI_MAX_SOCKETS="4") as process:
        yield process
        process.kill()
    db.close()


def head(server: ServerProcess, *lines: str) -> bytes:
    """Return the head of a command."""
    return "\r\n".join([f"POST {AT} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *lines, "", ""]).encode()


def stream(server: ServerProcess, data: bytes = b"") -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S + 5)
    opened.sendall(data)
    return opened


def answer(opened: socket.socket) -> tuple[int, str, str]:
    """Read until the other end closes; return the status of the answer, its type and its code (0 without one)."""
    text = b"".join(iter(lambda: opened.recv(65536), b"")).decode()
    opened.close()
    if not text:
        return 0, "", ""
    kind = re.search(r"(?i)^content-type: (\S+)\r$", text, re.M)
    assert kind is not None
    return int(text.split(" ")[1]), kind[1], json.loads(text.partition("\r\n\r\n")[2])["code"]


def status(opened: socket.socket) -> int:
    """Read one answer; return its status."""
    with HTTPResponse(opened) as response:
        response.begin()
        response.read()
        return response.status


def problem(status: int, code: str) -> tuple[int, str, str]:
    return status, "application/problem+json", code


LOGIN = b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
SLOW = {
    "nothing": b"",
    "a head": LOGIN + b"X-Slow: ",
    "a body": LOGIN + b"Content-Length: 60\r\n\r\n{",
    "chunks": LOGIN + b"Transfer-Encoding: chunked\r\n\r\n1e\r\n{",
    "a false end in a chunk": LOGIN + b"Transfer-Encoding: chunked\r\n\r\n1e\r\n0\r\n\r\n",
    "a long body": LOGIN + b"Content-Length: 99999999\r\n\r\n{",
    "a whole request, and stays": b"GET /healthz HTTP/1.0\r\n\r\n",
    "a second request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET ",
}


@pytest.mark.parametrize("kinds", [["a head"], ["a body"], [*SLOW]], ids=["heads", "bodies", "all kinds"])
def test_beside_620_slow_senders_commands_are_answered_and_screens_stay(
    server: ServerProcess, kinds: list[str]
) -> None:
    screen, told = connected(server, key_of(server))
    assert told.startswith("40/live,")
    kiosk = server.client(Role.KIOSK)
    strangers = [stream(server, SLOW[kinds[number % len(kinds)]]) for number in range(STRANGERS)]
    since = time.monotonic()
    took = []
    while time.monotonic() < since + 3:
        asked = time.monotonic()
        assert kiosk.issue().status_code == 201
        took.append(time.monotonic() - asked)
        _drip(strangers)
        time.sleep(0.1)
    assert max(took) < 1
    time.sleep(max(0, since + PATIENCE_S + 2.5 - time.monotonic()))
    assert all(_has_ended(each) for each in strangers)
    assert _answers(screen)
    for each in strangers:
        each.close()


def test_who_is_late_is_told_and_who_sent_nothing_is_not(server: ServerProcess) -> None:
    begun = [stream(server, sent) for sent in (LOGIN, LOGIN + b"Content-Length: 9\r\n\r\n{", b"")]
    since = time.monotonic()
    late = problem(408, "request_timeout")
    assert [answer(each) for each in begun] == [late, late, (0, "", "")]
    assert PATIENCE_S - 0.5 < time.monotonic() - since < PATIENCE_S + 4


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"GARBAGE\r\n\r\n", (400, "bad_request")),
        (b"GET / HTTP/1.1\n\n", (400, "bad_request")),
        (LOGIN + b"Transfer-Encoding: gzip\r\n\r\n", (400, "bad_request")),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n\r\n", (414, "request_uri_too_large")),
        (b"GET /" + b"a" * 40000, (414, "request_uri_too_large")),
        (LOGIN + b"X: y\r\n" * 101 + b"\r\n", (431, "request_header_fields_too_large")),
        (LOGIN + b"X: " + b"y" * 9000 + b"\r\n\r\n", (431, "request_header_fields_too_large")),
        (LOGIN + b"X: " + b"y" * 40000, (431, "request_header_fields_too_large")),
    ],
)
def test_what_cannot_be_read_is_refused_as_all_is(server: ServerProcess, sent: bytes, told: tuple[int, str]) -> None:
    assert answer(stream(server, sent)) == problem(*told)


@pytest.mark.parametrize("chunks", ["no size\r\n", "1\r\nxy\r\n", '1;"\r\nx\r\n0\r\n\r\n', "0\r\nno header\r\n\r\n"])
def test_so_is_a_body_whose_chunks_are_none(server: ServerProcess, chunks: str) -> None:
    key = f"Authorization: Bearer {key_of(server, Role.KIOSK)}"
    asked = head(server, key, "Idempotency-Key: k", "Content-Type: application/json", "Transfer-Encoding: chunked")
    assert answer(stream(server, asked + chunks.encode())) == problem(400, "bad_request")


@pytest.mark.parametrize("length", [b"Transfer-Encoding: chunked\r\n\r\nno size\r\n", b"Content-Length: 70000\r\n\r\n"])
def test_where_a_body_is_not_read_there_is_one_answer_and_no_second_request(
    server: ServerProcess, length: bytes
) -> None:
    opened = stream(server, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + length)
    assert b"".join(iter(lambda: opened.recv(65536), b"")).count(b"HTTP/1.1 ") == 1
    opened.close()


def test_a_body_above_the_limit_is_refused_before_it_comes(server: ServerProcess) -> None:
    key = f"Authorization: Bearer {key_of(server, Role.KIOSK)}"
    asked = head(server, key, "Idempotency-Key: k", "Content-Type: application/json", "Content-Length: 65537")
    assert answer(stream(server, asked)) == problem(413, "request_entity_too_large")


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_request_may_come_in_pieces_and_the_connection_is_kept(server: ServerProcess, framing: str) -> None:
    key = f"Authorization: Bearer {key_of(server, Role.KIOSK)}"
    body = b'{"service": "NORMAL"}'
    length, sent = (
        (f"Content-Length: {len(body)}", body)
        if framing == "length"
        else ("Transfer-Encoding: chunked", b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
    )
    opened = stream(server)
    for number in range(3):
        whole = (
            head(server, key, f"Idempotency-Key: {framing}{number}", "Content-Type: application/json", length) + sent
        )
        for at in range(0, len(whole), 60):
            opened.sendall(whole[at : at + 60])
            time.sleep(0.02)
        assert status(opened) == 201
    opened.close()


def test_two_requests_at_once_are_answered_one_after_the_other(server: ServerProcess) -> None:
    asked = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    opened = stream(server, asked + b"\r\n" + asked + b"Connection: close\r\n\r\n")
    assert b"".join(iter(lambda: opened.recv(65536), b"")).count(b"HTTP/1.1 200 ") == 2
    opened.close()


def test_who_waits_with_a_body_until_it_may_go_on_hears_so(server: ServerProcess) -> None:
    opened = stream(server, LOGIN + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert opened.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    opened.sendall(b"{}")
    assert status(opened) == 401
    opened.close()


def test_a_server_that_may_open_no_more_files_makes_room_and_goes_on(server: ServerProcess) -> None:
    worker = server.processes()[1]
    before = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (60, before[1]))
    strangers = [stream(server, LOGIN) for _ in range(100)]
    try:
        assert httpx.get(f"{server.url}/healthz", timeout=5).status_code == 200
    finally:
        resource.prlimit(worker, resource.RLIMIT_NOFILE, before)
        for each in strangers:
            each.close()
    assert server.processes()[1] == worker


def _drip(strangers: list[socket.socket]) -> None:
    for each in strangers[::19]:
        with contextlib.suppress(OSError):
            each.send(b"x")


def _answers(screen: Screen) -> bool:
    """Whether a screen is still connected, whatever it heard meanwhile."""
    screen.send(f"42/live,0{WATCH}")
    heard = iter(lambda: screen.hears(5), "")
    answered = any(packet.startswith("43/live,0") for packet in heard)
    screen.close()
    return answered


def _has_ended(opened: socket.socket) -> bool:
    """Whether the other end has closed, when all that it sent is read."""
    opened.settimeout(0.1)
    try:
        while opened.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True
