"""The door before the socket library: what it cannot bear does not reach it, and nobody stays whom nobody knows."""

import io
import logging
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from threading import Lock, Timer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from engineio.async_drivers.threading import SimpleWebSocketWSGI
from engineio.socket import Socket
from wsproto.utilities import LocalProtocolError

from server.live.lobby import PATIENCE_S, Lobby
from server.live.packets import FRAME_MAX, LEAVES, Pace, are_ours, is_ours, leaves
from server.live.pings import Pings
from server.live.wires import Wire, wire_of

SID = re.compile(rb'0\{"sid":"([\w-]+)"')
BUSY = "Too many screens come at once. Please try again."
KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
GARBAGE = "A socket from %s sent what is no message of a screen, or too many, and was cut off."
Refuse = Callable[[int, str, str], WSGIApplication]
"""Makes the answer of a refusal: its status, its code and a sentence."""
Close = Callable[[str], None]
"""Ends a session of the library."""

log = logging.getLogger(__name__)


class Door:
    """Lets requests for sockets through to the library.

    A session waits in the lobby until its screen has said who it is, PATIENCE_S at most. A session that polls has one
    answer open at a time: each holds a thread.
    """

    def __init__(self, inside: WSGIApplication, lobby: Lobby, close: Close, refuse: Refuse) -> None:
        self._inside, self._lobby, self._close, self._refuse = inside, lobby, close, refuse
        self._lock = Lock()
        self._polling: set[str] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let a request through, or refuse it."""
        sid = parse_qs(environ.get("QUERY_STRING", "")).get("sid", [""])[0]
        if "HTTP_UPGRADE" in environ and (sid or not _is_websocket(environ)):  # a session stays with how it began
            return self._refuse(400, "bad_request", "This is no request for a websocket.")(environ, start_response)
        if environ["REQUEST_METHOD"] == "POST":
            return self._take(sid, environ, start_response)
        return (self._go_on if sid else self._open)(sid, environ, start_response)

    def admit(self, sid: str, wire: Wire | None) -> None:
        """Let a session stay: its screen has said who it is."""
        self._lobby.leave(sid if wire is None else wire)
        if wire is not None:
            wire.stay()

    def _open(self, _none: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Begin a session: a websocket holds this thread while it lives, one that polls is answered at once."""
        wire = wire_of(environ)
        place: object = wire or object()
        if not self._lobby.enter(place, environ.get("REMOTE_ADDR", "")):
            return self._refuse(503, "busy", "Too many screens come at once. Please try again.")(
                environ, start_response
            )
        if wire is not None:
            wire.wait_until(time.monotonic() + PATIENCE_S)
        try:
            answer = list(self._inside(environ, start_response))
        finally:
            self._lobby.leave(place)
        if match := SID.match(b"".join(answer)):
            self._wait_for(match[1].decode(), environ.get("REMOTE_ADDR", ""))
        return answer

    def _wait_for(self, sid: str, address: str) -> None:
        """Let a session that polls wait in the lobby."""
        if not self._lobby.enter(sid, address):
            self._close(sid)
            return
        timer = Timer(PATIENCE_S, self._end, (sid,))
        timer.daemon = True
        timer.start()

    def _end(self, sid: str) -> None:
        if self._lobby.leave(sid):
            self._close(sid)

    def _take(self, sid: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Take packets of a screen that polls."""
        length = environ.get("CONTENT_LENGTH") or "0"
        body = environ["wsgi.input"].read(int(length)) if length.isdecimal() and int(length) <= FRAME_MAX else None
        if body is None or not are_ours(body):
            log.warning(GARBAGE, environ.get("REMOTE_ADDR"))
            self._close(sid)
            return self._refuse(400, "bad_request", "This is no message of a screen.")(environ, start_response)
        environ["wsgi.input"] = io.BytesIO(body)
        answer = self._inside(environ, start_response)
        if leaves(body):
            self._close(sid)
        return answer

    def _go_on(self, sid: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let a session that polls wait for what comes."""
        with self._lock:
            if sid in self._polling:
                return self._refuse(400, "bad_request", "This session has an answer open.")(environ, start_response)
            self._polling.add(sid)
        try:
            return self._inside(environ, start_response)
        finally:
            with self._lock:
                self._polling.discard(sid)


class Channel(SimpleWebSocketWSGI):  # type: ignore[misc]  # Engine.IO has no types
    """A websocket of the library that takes no message beyond FRAME_MAX, and ends at one that is no screen's."""

    def __init__(self, handler: Any, server: Any) -> None:  # as Engine.IO calls it
        super().__init__(handler, server, max_message_size=FRAME_MAX)
        self._pace, self._address = Pace(), ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a websocket to its end."""
        self._address = environ.get("REMOTE_ADDR", "")
        return super().__call__(environ, start_response)  # type: ignore[no-any-return]

    def wait(self) -> str | None:
        """Wait for the next packet; None when the screen has gone, or goes for what it sent."""
        packet = super().wait()
        if packet is not None and not (is_ours(packet) and self._pace.allows()):
            log.warning(GARBAGE, self._address)
            return None
        return None if packet is None or packet.startswith(LEAVES) else str(packet)

    def close(self) -> None:
        """Say that it ends, if there is still somebody to hear it; another thread may be saying so already."""
        with suppress(OSError, LocalProtocolError):
            super().close()


def guarded(server: Any) -> Close:  # a server of Engine.IO
    """Let the websockets of an Engine.IO server be Channels, and one thread ping them; return what ends a session."""
    pings, thread = Pings(server.ping_interval), server._async["thread"]

    def begun(target: Any, args: Any, kwargs: Any) -> Any:  # as the library has it
        if getattr(target, "__func__", None) is Socket._send_ping:
            return SimpleNamespace(start=partial(pings.later, target.__self__))
        return thread(target=target, args=args, kwargs=kwargs)

    server._async = {**server._async, "websocket": Channel, "thread": begun}

    def close(sid: str) -> None:
        session = server.sockets.pop(sid, None)
        if session is not None:  # its own `disconnect` waits until all is sent, which may be never
            session.close(wait=False, abort=True, reason=server.reason.SERVER_DISCONNECT)

    return close


def _is_websocket(environ: WSGIEnvironment) -> bool:
    """Return whether a request asks for a websocket as RFC 6455 has it, section 4.2.1."""
    words = {word.strip().lower() for word in environ.get("HTTP_CONNECTION", "").split(",")}
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ["HTTP_UPGRADE"].lower() == "websocket"
        and "upgrade" in words
        and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13"
        and KEY.fullmatch(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")) is not None
    )
