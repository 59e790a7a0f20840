"""Strangers at the socket of a real server: they go soon, take no place of a screen, and cost no more than a line."""

import base64
import contextlib
import json
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from wsproto.utilities import LocalProtocolError

from server.domain.permissions import Role
from server.live.lobby import PATIENCE_S
from server.live.packets import AT_ONCE
from server.storage import schema
from server.storage.database import Database
from tests.factories import CENTRE, install_floor
from tests.histories.watcher import Line
from tests.processes import ServerProcess

AT = "/socket.io/?EIO=4&transport="
WATCH = json.dumps(["watch", {"centre": CENTRE, "after": 0}])
OF_KEY, LOBBY = 3, 20
FRAMES, MANY_FRAMES = 150, 20_000
WAIT_S = PATIENCE_S + 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Return a server with 60 threads, 20 screens, and so 20 places in the lobby."""
    folder = tmp_path_factory.mktemp("served")
    url = f"sqlite:///{folder / 'baari.sqlite'}"
    schema.migrate(url)
    db = Database(url)
    install_floor(db, always=True)
    with ServerProcess(
        url, folder, BAARI_THREADS="60", BAARI_MAX_SOCKETS="20", BAARI_MAX_SOCKETS_OF_KEY=str(OF_KEY)
    ) as process:
        yield process
        process.kill()  # strangers are still there, for whom it would wait
    db.close()


class Screen:
    """A screen of the test's own."""

    def __init__(self, server: ServerProcess) -> None:
        self._stream = socket.create_connection(("127.0.0.1", server.port), timeout=0.2)
        self._line = Line(self._stream, f"127.0.0.1:{server.port}")
        self._frames: list[str] = []
        assert self.hears(5).startswith("0{")

    def send(self, packet: str) -> None:
        """Send a packet."""
        self._line.send(packet)

    def hears(self, most_s: float) -> str:
        """Return the next packet, but for the pings and heartbeats; nothing when none came in time."""
        deadline = time.monotonic() + most_s
        while time.monotonic() < deadline:
            self._frames += [frame for frame in self._line.read() if frame != "2" and '["heartbeat"' not in frame]
            if self._frames:
                return self._frames.pop(0)
        return ""

    def ended_after(self, most_s: float) -> float:
        """Wait until the server ends the socket; return after how many seconds, or the most."""
        begun = time.monotonic()
        with contextlib.suppress(OSError, LocalProtocolError):
            while time.monotonic() - begun < most_s:
                self.hears(0.2)
        self.close()
        return time.monotonic() - begun

    def close(self) -> None:
        """Go."""
        self._stream.close()


def connected(server: ServerProcess, key: str) -> tuple[Screen, str]:
    """Connect a screen by a key; return it, and what it was told."""
    screen = Screen(server)
    screen.send(f"40/live,{json.dumps({'key': key})}")
    return screen, screen.hears(5)


def key_of(server: ServerProcess, role: Role = Role.DISPLAY) -> str:
    return server.client(role).http.headers["Authorization"].removeprefix("Bearer ")


def sockets(server: ServerProcess) -> int:
    found = re.search(r"^baari_sockets (\d+)", httpx.get(f"{server.url}/metrics").text, re.M)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize("said", [None, "40", '40/live,{"key":"baari_wrong"}', "40/live,"])
def test_whoever_does_not_say_who_they_are_goes_in_five_seconds(server: ServerProcess, said: str | None) -> None:
    client = Screen(server)
    if said is not None:
        client.send(said)
    assert PATIENCE_S - 1 < client.ended_after(WAIT_S) < PATIENCE_S + 2


def test_a_session_that_polls_and_does_not_say_who_it_is_goes_as_soon(server: ServerProcess) -> None:
    answer = httpx.get(f"{server.url}{AT}polling").text
    sid = json.loads(answer[1:])["sid"]
    assert json.loads(answer[1:])["upgrades"] == []
    begun = time.monotonic()
    httpx.get(f"{server.url}{AT}polling&sid={sid}", timeout=WAIT_S)
    assert time.monotonic() - begun < PATIENCE_S + 2
    assert httpx.get(f"{server.url}{AT}polling&sid={sid}").status_code == 400


def test_a_session_that_polls_has_one_answer_open(server: ServerProcess) -> None:
    sid = json.loads(httpx.get(f"{server.url}{AT}polling").text[1:])["sid"]
    waiting = threading.Thread(target=lambda: httpx.get(f"{server.url}{AT}polling&sid={sid}", timeout=WAIT_S))
    waiting.start()
    time.sleep(0.3)
    assert httpx.get(f"{server.url}{AT}polling&sid={sid}").status_code == 400
    waiting.join()


def test_a_screen_stays_beyond_the_five_seconds(server: ServerProcess) -> None:
    client, told = connected(server, key_of(server))
    assert told.startswith("40/live,")
    assert client.hears(PATIENCE_S + 1.5) == ""
    client.send(f"42/live,0{WATCH}")
    assert client.hears(5).startswith("43/live,0")
    client.close()


def test_strangers_fill_the_lobby_and_no_more(server: ServerProcess) -> None:
    """Of 80 sockets that say nothing, 20 wait; pages and commands are answered beside them as ever."""
    heads = [_raw(server) for _ in range(80)]
    kiosk = server.client(Role.KIOSK)
    time.sleep(0.5)
    begun = time.monotonic()
    assert kiosk.issue().status_code == 201
    assert time.monotonic() - begun < PATIENCE_S / 2  # while they all wait
    statuses = [_status(head) for head in heads]
    assert statuses.count(b"101") == LOBBY
    assert statuses.count(b"503") == 80 - LOBBY
    for head in heads:
        head.close()
    time.sleep(0.5)
    client, told = connected(server, key_of(server))
    assert told.startswith("40/live,")
    client.close()


def test_a_key_takes_its_places_and_not_those_of_others(server: ServerProcess) -> None:
    key = key_of(server)
    screens = [connected(server, key) for _ in range(OF_KEY + 1)]
    assert [told[:3] for _, told in screens] == ["40/"] * OF_KEY + ["44/"]
    assert "busy" in screens[-1][1]
    other, told = connected(server, key_of(server))
    assert told.startswith("40/live,")
    for client, _ in screens:
        client.close()
    other.close()


@pytest.mark.parametrize("name", ["disconnect", "connect", "message", "event"])
def test_what_only_a_server_says_ends_the_socket_and_the_count_is_right(server: ServerProcess, name: str) -> None:
    before = sockets(server)
    client, _ = connected(server, key_of(server))
    assert sockets(server) == before + 1
    client.send(f"42/live,{json.dumps([name, {}])}")
    assert client.ended_after(5) < 4
    time.sleep(0.2)
    assert sockets(server) == before


def test_who_leaves_without_closing_the_socket_is_closed(server: ServerProcess) -> None:
    client, _ = connected(server, key_of(server))
    client.send("41/live,")
    assert client.ended_after(5) < 4


def test_who_asks_without_end_is_cut_off(server: ServerProcess) -> None:
    client, _ = connected(server, key_of(server))
    with contextlib.suppress(OSError):
        for number in range(AT_ONCE + 10):
            client.send(f"42/live,{number}{WATCH}")
    assert client.ended_after(5) < 4


@pytest.mark.parametrize("pieces", [1, 4000])
def test_a_message_beyond_the_limit_ends_the_socket_before_it_is_there(server: ServerProcess, pieces: int) -> None:
    """One frame that says it has 150 MB, and fragments without end."""
    stream = _raw(server)
    assert _status(stream) == b"101"
    sent = 0
    with contextlib.suppress(OSError):
        if pieces == 1:
            stream.sendall(b"\x81\xff" + struct.pack(">Q", 150_000_000) + b"\0\0\0\0")
        while sent < 20_000_000:
            size = 65_536 if pieces == 1 else 1_000
            head = (
                b"" if pieces == 1 else bytes([1 if not sent else 0]) + b"\xfe" + struct.pack(">H", size) + b"\0\0\0\0"
            )
            stream.sendall(head + b"x" * size)
            sent += size
    assert sent < 10_000_000  # what the network holds, of 20 MB
    stream.close()


@pytest.mark.proof
def test_garbage_costs_a_line_and_no_trace(server: ServerProcess, long: bool) -> None:
    """The guards of the tests fail this one by any trace on the server's side."""
    rng, taken = random.Random(1), 0
    for _ in range(MANY_FRAMES if long else FRAMES):
        stream = _raw(server)
        with contextlib.suppress(OSError):
            taken += b" 101 " in stream.recv(4096)
            stream.sendall(rng.choice((_frame(rng.randbytes(30)), _frame(b"4" + rng.randbytes(9)), rng.randbytes(64))))
        stream.close()
    assert taken > (MANY_FRAMES if long else FRAMES) // 2
    for body in (b"", b"\xff", b"4", b"42/live,[", b"x" * 70_000, b"d=40"):
        while (begun := httpx.get(f"{server.url}{AT}polling")).status_code == 503:
            time.sleep(0.2)  # the lobby is full of those before
        sid = json.loads(begun.text[1:])["sid"]
        answer = httpx.post(f"{server.url}{AT}polling&sid={sid}", content=body)
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert httpx.get(f"{server.url}/healthz").status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-WebSocket-Version": "13"}, {"Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}]
)
def test_a_handshake_that_is_none_is_refused(server: ServerProcess, headers: dict[str, str]) -> None:
    asked = {"Upgrade": "websocket", "Connection": "Upgrade", **headers}
    answer = httpx.get(f"{server.url}{AT}websocket", headers=asked)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


def _raw(server: ServerProcess) -> socket.socket:
    """Ask for a websocket, and leave all the rest open."""
    stream = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    key = base64.b64encode(b"0" * 16).decode()
    head = (
        f"GET {AT}websocket HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    )
    stream.sendall(f"{head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
    return stream


def _status(stream: socket.socket) -> bytes:
    return stream.recv(4096).split(b" ")[1]


def _frame(data: bytes) -> bytes:
    return b"\x81" + bytes([0x80 | len(data)]) + b"\0\0\0\0" + data
