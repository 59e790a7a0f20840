"""Frames reach a websocket whole, in order and without waiting, whoever else writes to it."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Request, TextMessage
from wsproto.extensions import PerMessageDeflate

from server.live.wires import BEHIND_MAX, SOCKET, Wire, event_frame, text_frame, wire_of, with_wires

Pair = tuple[Wire, socket.socket]
WORD = struct.Struct(">I")


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Return a wire, and the screen's end of it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        theirs = socket.create_connection(server.getsockname(), timeout=10)
        ours, _ = server.accept()
    with ours, theirs:
        yield Wire(ours), theirs


def read(theirs: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size and (more := theirs.recv(size - len(got))):
        got += more
    return got


def test_a_pushed_frame_arrives_at_once(pair: Pair) -> None:
    wire, theirs = pair
    wire.push(b"one")
    wire.push(b"two")
    assert read(theirs, 6) == b"onetwo"


def test_frames_of_many_threads_arrive_whole_and_each_threads_in_order(pair: Pair) -> None:
    """Large answers by the library's thread and pushes by another must not run into each other."""
    wire, theirs = pair
    large = [WORD.pack(1 << 20) + b"a" * (1 << 20)] * 4
    small = [WORD.pack(4) + WORD.pack(number) for number in range(BEHIND_MAX)]
    threads = [
        threading.Thread(target=lambda: list(map(wire.send, large))),
        threading.Thread(target=lambda: list(map(wire.push, small))),
    ]
    for thread in threads:
        thread.start()
    got = [read(theirs, WORD.unpack(read(theirs, 4))[0]) for _ in (*large, *small)]
    for thread in threads:
        thread.join()
    assert sum(len(part) == 1 << 20 for part in got) == len(large)
    assert [WORD.unpack(part)[0] for part in got if len(part) == 4] == list(range(BEHIND_MAX))


def test_what_a_full_socket_does_not_take_comes_with_the_next_frame(pair: Pair) -> None:
    wire, theirs = pair
    frames = [WORD.pack(60_000) + bytes([number]) * 60_000 for number in range(100)]
    for frame in frames:
        wire.push(frame)
    got = b""
    while len(got) < sum(map(len, frames)):
        got += theirs.recv(1 << 20)
        wire.push(b"")
    assert got == b"".join(frames)


def test_nothing_follows_a_close_frame(pair: Pair) -> None:
    wire, theirs = pair
    close = b"\x88\x02\x03\xe8"
    wire.push(b"before")
    assert wire.send(close) == len(close)
    wire.push(b"pushed after")
    assert wire.send(b"sent after") == len(b"sent after")
    wire.cut()
    assert read(theirs, 100) == b"before" + close


def test_what_the_library_sends_does_not_part_a_frame_that_is_half_written(pair: Pair) -> None:
    wire, theirs = pair
    for _ in range(100):
        wire.push(b"frame" * 10_000)
    library = threading.Thread(target=wire.send, args=(b"end",))
    library.start()
    assert read(theirs, 100 * 50_000 + 3) == b"frame" * 10_000 * 100 + b"end"
    library.join()


def test_a_screen_that_takes_nothing_in_is_cut_off_at_last_and_nobody_waits_for_it(pair: Pair) -> None:
    wire, theirs = pair
    pushed = 3 * BEHIND_MAX * 4096
    for _ in range(3 * BEHIND_MAX):
        wire.push(b"x" * 4096)
    assert wire.recv(1) == b"", "the thread that reads from the screen ends"
    assert 0 < sum(iter(lambda: len(theirs.recv(1 << 16)), 0)) < pushed


def test_a_screen_that_is_behind_a_slow_answer_is_cut_off_at_last(pair: Pair) -> None:
    wire, _ = pair

    def answer_slowly() -> None:
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            wire.send(b"x" * (1 << 26))

    slow = threading.Thread(target=answer_slowly)
    slow.start()
    while slow.is_alive():
        wire.push(b"event")
    slow.join()
    assert wire.recv(1) == b""


def test_a_frame_for_a_screen_that_is_gone_is_nobodys_error(pair: Pair) -> None:
    wire, theirs = pair
    theirs.close()
    wire.push(b"one")
    wire.push(b"two")
    wire.close()
    wire.push(b"three")


def test_only_the_socket_of_a_websocket_becomes_a_wire_and_pages_go_past_it() -> None:
    seen: dict[str, list[dict[str, Any]]] = {"sockets": [], "pages": []}

    def application(name: str) -> Callable[..., list[bytes]]:
        def answer(environ: dict[str, Any], _: object) -> list[bytes]:
            seen[name].append(environ)
            return [name.encode()]

        return answer

    def _start(_status: str, _headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
        raise AssertionError("nothing is answered")

    app = with_wires(application("sockets"), application("pages"))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for path in ("/socket.io/", "/api/v1/socket.io/"):
            app({"PATH_INFO": path, SOCKET: ours, "HTTP_UPGRADE": "WebSocket"}, _start)
            app({"PATH_INFO": path, SOCKET: ours}, _start)
            app({"PATH_INFO": path, "HTTP_UPGRADE": "websocket"}, _start)
        assert [wire_of(environ) is not None for environ in seen["sockets"]] == [True, False, False]
        assert [environ.get(SOCKET) for environ in seen["pages"]] == [ours, ours, None]


def connected(*, compressing: bool) -> tuple[WSConnection, WSConnection]:
    """Return a websocket client and its server, as the library speaks for both."""
    offered = [PerMessageDeflate()] if compressing else []
    client, server = WSConnection(ConnectionType.CLIENT), WSConnection(ConnectionType.SERVER)
    server.receive_data(client.send(Request(host="floor", target="/", extensions=offered)))
    list(server.events())
    client.receive_data(server.send(AcceptConnection(extensions=[PerMessageDeflate()])))
    list(client.events())
    return client, server


def heard(client: WSConnection) -> str:
    return "".join(event.data for event in client.events() if isinstance(event, TextMessage))


@pytest.mark.parametrize("compressing", [False, True])
def test_the_frame_is_a_socketio_event_for_any_websocket_client(compressing: bool) -> None:
    """It stands between messages of the library, which compresses when the client asks for it."""
    client, server = connected(compressing=compressing)
    message = {"seq": 7, "name": "बारी", "pad": "x" * 70_000}
    for data in (server.send(TextMessage("2")), event_frame("/live", "event", message), server.send(TextMessage("2"))):
        client.receive_data(data)
    joined = heard(client)
    assert joined.startswith("242/live,")
    assert joined.endswith("2")
    assert json.loads(joined[len("242/live,") : -1]) == ["event", message]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_text_of_any_length_is_one_frame(size: int) -> None:
    client, _ = connected(compressing=False)
    client.receive_data(text_frame(b"x" * size) + text_frame(b"end"))
    assert heard(client) == "x" * size + "end"
