"""The TCP sockets of websockets, so that one frame is made once and written to every screen at once."""

import select
import socket
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import orjson

from server.domain.events.views import EventView

PATH = "/socket.io/"
SOCKET = "gunicorn.socket"
BEHIND_MAX = 1000
ENGINE_MESSAGE, EVENT = b"4", b"2"
FINAL_TEXT, IN_TWO_BYTES, IN_EIGHT_BYTES = b"\x81", b"\x7e", b"\x7f"
CLOSE = b"\x88"

Message = Mapping[str, object] | EventView
"""What is sent: a JSON object, or the view of an event."""


class Wire:
    """Stands in for the socket of a websocket, to which any thread may have something to write.

    The websocket library sends through it as it would through the socket, and waits while the network is slow.
    `push` never waits: what cannot be written now stays behind, in order, for whoever writes next; there is a
    heartbeat every three seconds. A screen too far behind is cut off: it comes back and asks for what it missed.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._busy = Lock()
        self._behind: deque[bytes] = deque()
        self._until: float | None = None
        self._closed = False  # a Close frame went out, and nothing may follow it (RFC 6455, section 5.5.1)

    def wait_until(self, moment: float) -> None:
        """Give up at a moment of the monotonic clock, unless the screen may `stay` by then."""
        self._until = moment

    def stay(self) -> None:
        """Let the screen stay as long as it likes."""
        self._until = None

    def recv(self, size: int) -> bytes:
        """Wait for bytes of the screen; nothing when it is given up."""
        while (until := self._until) is not None:
            left = until - time.monotonic()
            if left <= 0:
                return b""
            if _readable(self._sock, left):
                break
        return self._sock.recv(size)

    def send(self, data: bytes) -> int:
        """Send all of `data`, waiting while the network is slow; raises OSError."""
        with self._busy:
            if not self._closed:
                while self._behind:
                    self._sock.sendall(self._behind.popleft())
                self._closed = data.startswith(CLOSE)
                self._sock.sendall(data)
        self._catch_up()
        return len(data)

    def push(self, frame: bytes) -> None:
        """Write a frame without waiting, in the order of the pushes."""
        self._behind.append(frame)
        self._catch_up()
        if len(self._behind) > BEHIND_MAX:
            self.cut()

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def cut(self) -> None:
        """End the thread that reads from the socket, and with it the screen; never waits."""
        with suppress(OSError):  # it was gone
            self._sock.shutdown(socket.SHUT_RDWR)

    def _catch_up(self) -> None:
        """Write what is behind, unless another thread writes: it looks again when it is through."""
        ready = True
        while ready and self._behind and self._busy.acquire(blocking=False):
            try:
                while ready and self._behind:
                    ready = self._write_first()
            finally:
                self._busy.release()

    def _write_first(self) -> bool:
        """Write the first frame behind, or a part of it; returns whether the socket takes more."""
        if self._closed:
            self._behind.clear()
            return False
        frame = self._behind[0]
        try:
            taken = self._sock.send(frame, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:  # gone
            self._behind.clear()
            return False
        if taken < len(frame):
            self._behind[0] = frame[taken:]
            return False
        self._behind.popleft()
        return True


def _readable(sock: socket.socket, seconds: float) -> bool:
    """Wait until there is something to read, or nobody sends any more; returns whether that came in time."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def with_wires(sockets: WSGIApplication, pages: WSGIApplication) -> WSGIApplication:
    """Return an application that leaves what is for a socket to `sockets` and all else to `pages`.

    Each request for a websocket has a Wire in the place of its socket. Whatever is no socket goes past the library,
    which would make a class for each request.
    """

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PATH):
            return pages(environ, start_response)
        sock = environ.get(SOCKET)
        if type(sock) is socket.socket and environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            environ[SOCKET] = Wire(sock)
        return sockets(environ, start_response)

    return call


def wire_of(environ: Mapping[str, object]) -> Wire | None:
    """Return the wire of a websocket; None of a screen that polls, or whose socket encrypts."""
    wire = environ.get(SOCKET)
    return wire if isinstance(wire, Wire) else None


def event_frame(namespace: str, name: str, message: Message) -> bytes:
    """Return a Socket.IO event as one websocket frame: Socket.IO protocol 5 in Engine.IO protocol 4 in RFC 6455."""
    return text_frame(ENGINE_MESSAGE + EVENT + namespace.encode() + b"," + orjson.dumps([name, message]))


def text_frame(text: bytes) -> bytes:
    """Return a whole message in one frame of a server (RFC 6455, section 5.2).

    It is not compressed, which RFC 7692 allows of each message.
    """
    size = len(text)
    if size < IN_TWO_BYTES[0]:
        head = size.to_bytes(1)
    elif size < 1 << 16:
        head = IN_TWO_BYTES + size.to_bytes(2)
    else:
        head = IN_EIGHT_BYTES + size.to_bytes(8)
    return FINAL_TEXT + head + text
