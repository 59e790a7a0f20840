"""Commands that come at once, at a real server: each hears its own, and nobody is waited for."""

import json
import re
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from http.client import HTTPResponse
from types import SimpleNamespace
from typing import Any

import httpx

from server.domain.permissions import Role
from server.web.together import SIGN_INS, TogetherWorker, _send_at_once
from tests.factories import CENTRE
from tests.processes import ServerProcess, make_key

CALLERS, PIPELINED = 24, 400
BAD = {"NOPE": (422, "unknown_service"), "x" * 40: (422, "invalid_input")}


def request(server: ServerProcess, key: str, name: str, service: str, *lines: str) -> bytes:
    """Return a command to issue a token."""
    body = json.dumps({"service": service}).encode()
    head = [
        f"POST /api/v1/centres/{CENTRE}/tokens HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"Authorization: Bearer {key}",
        f"Idempotency-Key: {name}",
        f"Content-Length: {len(body)}",
        *lines,
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def connect(server: ServerProcess) -> socket.socket:
    """Open a connection."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def answer(stream: socket.socket) -> tuple[int, Any]:
    """Read one answer."""
    with HTTPResponse(stream) as response:
        response.begin()
        return response.status, json.loads(response.read())


def test_each_hears_its_own_number_or_refusal(server: ServerProcess) -> None:
    key = make_key(server.database_url, Role.MANAGER)
    services = [("NORMAL", *BAD)[number % 3] for number in range(CALLERS)]

    def ask(number: int) -> tuple[str, int, Any]:
        with connect(server) as stream:
            stream.sendall(request(server, key, f"k{number}", services[number]))
            return services[number], *answer(stream)

    with ThreadPoolExecutor(CALLERS) as pool:
        heard = list(pool.map(ask, range(CALLERS)))
    given = [told["token"]["label"] for service, _, told in heard if service == "NORMAL"]
    assert sorted(given) == [f"N{number:03d}" for number in range(1, len(given) + 1)]
    for service, status, told in heard:
        assert (status, told.get("code")) == BAD.get(service, (201, None))


def test_a_stranger_and_a_request_that_is_none_are_told_so(server: ServerProcess) -> None:
    with connect(server) as stream:
        stream.sendall(request(server, "baari_nobody", "k1", "NORMAL"))
        assert (heard := answer(stream))[0] == 401
        assert heard[1]["code"] == "unauthenticated"
    with connect(server) as stream:
        stream.sendall(request(server, "x", "k1", "NORMAL").replace(b"Host:", b"Ho st:"))
        assert answer(stream)[0] == 400


def test_who_leaves_before_the_answer_has_a_token_all_the_same(server: ServerProcess) -> None:
    key = make_key(server.database_url, Role.MANAGER)
    with connect(server) as stream:
        stream.sendall(request(server, key, "gone", "NORMAL"))
    with connect(server) as stream:
        stream.sendall(request(server, key, "gone", "NORMAL"))
        status, told = answer(stream)
    assert (status, told["token"]["label"]) == (201, "N001")


def test_many_on_one_connection_are_answered_in_order_whoever_reads_late(server: ServerProcess) -> None:
    key = make_key(server.database_url, Role.MANAGER)
    with connect(server) as stream:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for number in range(PIPELINED):
            stream.sendall(request(server, key, f"k{number}", ("NORMAL", "NOPE")[number % 2]))
        last = request(server, key, "last", "NORMAL", "Connection: close")
        stream.sendall(last)
        assert httpx.get(f"{server.url}/healthz", timeout=5).status_code == 200
        text = b"".join(iter(lambda: stream.recv(65536), b"")).decode()
    statuses = re.findall(r"HTTP/1.1 (\d+) ", text)
    assert statuses == [*["201", "422"] * (PIPELINED // 2), "201"]


def test_a_connection_closes_behind_the_answer_when_it_was_asked_to(server: ServerProcess) -> None:
    key = make_key(server.database_url, Role.MANAGER)
    with connect(server) as stream:
        stream.sendall(request(server, key, "k1", "NORMAL", "Connection: close"))
        assert b" 201 " in b"".join(iter(lambda: stream.recv(65536), b"")).split(b"\r\n")[0]


def test_everybody_of_a_shift_is_signed_in_who_comes_at_once(server: ServerProcess) -> None:
    def sign_in(number: int) -> int:
        form = {"user": f"nobody-{number}", "password": "a wrong password"}
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
            return client.post("/login", data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code

    with ThreadPoolExecutor(CALLERS) as pool:
        assert set(pool.map(sign_in, range(CALLERS))) <= {401, 429}


def test_those_who_sign_in_have_one_thread_and_only_those_beyond_the_limit_any() -> None:
    """With threads that are counted only: what a real one takes, a test would see in milliseconds."""

    class Threads:
        def __init__(self) -> None:
            self.given: list[Future[bool]] = []

        def submit(self, *_: Any) -> "Future[bool]":
            self.given.append(Future())
            return self.given[-1]

    worker: Any = TogetherWorker.__new__(TogetherWorker)
    worker._sign_ins, worker.tpool, worker._signing_in, worker._late = Threads(), Threads(), 0, {}
    ended: list[Any] = []
    worker.finish_request = lambda conn, _: ended.append(conn)
    worker.method_queue = SimpleNamespace(defer=lambda fn, *values: fn(*values))
    for number in range(SIGN_INS + 1):
        worker.answer(number, b"POST /login HTTP/1.1")
    worker.answer("a page", b"GET /login HTTP/1.1")
    worker.answer("something else", b"POST /login/second HTTP/1.1")
    assert (len(worker._sign_ins.given), len(worker.tpool.given)) == (SIGN_INS, 3)
    worker._sign_ins.given[0].set_result(True)
    assert ended == [0]
    worker.answer("the next", b"POST /login?next=%2F HTTP/1.1")
    assert len(worker._sign_ins.given) == SIGN_INS + 1


def test_what_cannot_be_sent_at_once_is_left_for_later() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        whole = bytes(range(256)) * 40_000
        left = _send_at_once(ours, whole)
        assert 0 < len(left) < len(whole)
        assert _send_at_once(ours, left) == left
        got = b""
        while len(got) < len(whole) - len(left):
            got += theirs.recv(1 << 20)
        assert got + left == whole
