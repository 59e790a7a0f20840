"""Slow senders: a request gets a thread when all of it has come, so that nobody holds one by sending slowly.

gunicorn gives a thread to whoever sends a byte, and lets it wait for the rest without limit.
"""

import time
from collections import Counter
from concurrent.futures import Future
from contextlib import suppress
from errno import EMFILE, ENFILE
from functools import lru_cache, partial
from http import HTTPStatus
from operator import attrgetter
from selectors import EVENT_READ
from socket import SHUT_WR, socket
from typing import Any

import orjson
from gunicorn import http
from gunicorn.http.errors import (
    ConfigurationProblem,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn, ThreadWorker
from werkzeug.exceptions import InternalServerError, RequestHeaderFieldsTooLarge, RequestTimeout, RequestURITooLarge

from server.addresses import host_form
from server.domain.errors import BadRequest
from server.domain.networks import network_of
from server.web.arrival import HEAD_MAX, Arrival, NoRequest, TooLong
from server.web.entrance import KEPT, among_proxies
from server.web.problems import BELOW, MEDIA_TYPE, UNREADABLE, document

PATIENCE_S, WHEN_STOPPING_S = 10.0, 2.0
"""So long a request may take to arrive."""
LEAVES_S = 2.0
"""So long whoever got the last answer of a connection has time to close it."""
AT_ADDRESS = 300
"""So many requests of one address may be on their way at once; the phones of a hall have one together."""
PIECE = 64 * 1024
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
OURS = (ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName)
"""Errors of gunicorn that are not the sender's."""
PEER = attrgetter("client")
"""Gets the address and the port of the other end of a connection."""
Refusal = tuple[int, str, str]
"""A status, a code and a sentence."""

NONE: Refusal = (400, BadRequest.code, UNREADABLE)
LATE: Refusal = (408, BELOW[RequestTimeout], f"The request took longer than {PATIENCE_S:.0f} s. Please send it again.")
LONG_LINE: Refusal = (414, BELOW[RequestURITooLarge], "The address is too long.")
LONG_HEAD: Refusal = (
    431,
    BELOW[RequestHeaderFieldsTooLarge],
    f"The headers are too long, or too many: {HEAD_MAX // 1024} kB are taken.",
)
FAILED: Refusal = (500, BELOW[InternalServerError], InternalServerError.description)


class Gathered(Unreader):  # type: ignore[misc]  # gunicorn has no types
    """What has come of a sender; a thread that looks for more finds the end, and `ran_dry`."""

    ran_dry = False

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return nothing: a thread never waits for a sender."""
        self.ran_dry = True
        return b""


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker of gunicorn whose main loop gathers requests, and closes connections, while its threads answer.

    When too many are on their way the oldest goes: who sends a request at once does not suffer for those who do not.
    Its application has `settings`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # as gunicorn has it
        super().__init__(*args, **kwargs)
        self._most: int = self.cfg.threads
        self.max_keepalived -= self._most
        self._arriving: dict[TConn, Arrival] = {}
        self._of: Counter[str | None] = Counter()
        self._leaving: dict[TConn, float] = {}
        self._network = lru_cache(KEPT)(self._network_of)

    def accept(self, listener: socket) -> None:
        """Take a connection; where this process may open no more, the oldest that has sent no request makes room."""
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in (EMFILE, ENFILE):
                raise
            self._drop_oldest()

    def enqueue_req(self, conn: TConn) -> None:
        """Gather the next request of a connection; what has come of it behind the last one is part of it."""
        begun = conn.parser.unreader.take_buffered() if conn.parser else b""
        arrival = Arrival(self._network(PEER(conn)[0]), time.monotonic())
        self._make_room(arrival.at)
        self._arriving[conn] = arrival
        self._of[arrival.at] += 1
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, EVENT_READ, partial(self._hear, conn))
        if begun:
            self._take(conn, begun)
        else:
            self._hear(conn, conn.sock)

    def murder_pending(self) -> None:
        """End what is late; gunicorn calls it every second at least."""
        now = time.monotonic()
        patience = PATIENCE_S if self.alive else WHEN_STOPPING_S
        while (conn := next(iter(self._arriving), None)) and self._arriving[conn].since + patience <= now:
            if self._arriving[conn].data:
                self._refuse(conn, LATE)
            else:
                self._end(conn)
        while (conn := next(iter(self._leaving), None)) and self._leaving[conn] <= now:
            self._close(conn)

    def finish_request(self, conn: TConn, fs: "Future[object]") -> None:
        """Keep a connection, or let it end without waiting for who is at its other end."""
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
        else:
            self._leave(conn)

    def handle_error(self, req: Any, sock: socket, addr: Any, exc: Exception) -> None:  # as gunicorn has it
        """Answer what gunicorn cannot read as everything is answered that is refused."""
        if isinstance(exc, ParseException) and not isinstance(exc, OURS):
            self.log.warning("Invalid request from %s: %s", addr[0] if addr else "", exc)
        else:
            self.log.exception("Error handling request %s", getattr(req, "uri", ""))
        with suppress(OSError):
            sock.send(_answer(_refusal_of(exc)))

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        try:
            kept = super()._keepalive_after(conn, keepalive)
        except ParseException:  # in a body that nobody read: the answer has gone out already
            return False
        return bool(kept) and not conn.parser.unreader.ran_dry

    def _hear(self, conn: TConn, sock: socket) -> None:
        try:
            piece = sock.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if piece:
            self._take(conn, piece)
        else:
            self._end(conn)

    def _take(self, conn: TConn, piece: bytes) -> None:
        arrival = self._arriving[conn]
        had_to_wait = arrival.asks_to_go_on
        try:
            whole = arrival.take(piece)
        except NoRequest:
            self._refuse(conn, NONE)
        except TooLong as error:
            self._refuse(conn, LONG_LINE if error.in_line else LONG_HEAD)
        else:
            if whole:
                self._hand_over(conn, arrival)
            elif arrival.asks_to_go_on and not had_to_wait:
                with suppress(OSError):
                    conn.sock.send(GO_ON)

    def _hand_over(self, conn: TConn, arrival: Arrival) -> None:
        self._forget(conn)
        if conn.parser is None:
            conn.parser = http.get_parser(self.cfg, (), PEER(conn))
        conn.parser.unreader = Gathered()
        conn.parser.unreader.unread(bytes(arrival.data))
        conn.data_ready = True
        self.answer(conn, arrival.data)

    def answer(self, conn: TConn, _data: bytearray) -> None:
        """Let a thread answer a request."""
        super().enqueue_req(conn)

    def _make_room(self, at: str | None) -> None:
        if at is not None and self._of[at] >= AT_ADDRESS:
            self._end(next(conn for conn, arrival in self._arriving.items() if arrival.at == at))
        elif len(self._arriving) >= self._most:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        if self._arriving:
            self._end(next(iter(self._arriving)))

    def _refuse(self, conn: TConn, refusal: Refusal) -> None:
        self._forget(conn)
        with suppress(OSError):
            conn.sock.send(_answer(refusal))
        self._leave(conn)

    def _end(self, conn: TConn) -> None:
        self._forget(conn)
        self._close(conn)

    def _forget(self, conn: TConn) -> None:
        """Listen no more for what comes of a request."""
        self.poller.unregister(conn.sock)
        at = self._arriving.pop(conn).at
        self._of[at] -= 1
        if not self._of[at]:
            del self._of[at]

    def _leave(self, conn: TConn) -> None:
        """Say that nothing more comes, and close when the other end has, lest it lose the answer (RFC 9112, 9.6)."""
        if len(self._leaving) >= self._most:
            self._close(next(iter(self._leaving)))
        self._leaving[conn] = time.monotonic() + LEAVES_S
        try:
            conn.sock = socket(fileno=conn.sock.detach())  # a thread that had the old one may close it at any time
            conn.sock.setblocking(False)
            conn.sock.shutdown(SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):  # it is closed
            self._close(conn)

    def _drain(self, conn: TConn, sock: socket) -> None:
        try:
            if sock.recv(PIECE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        if self._leaving.pop(conn, None) is not None:
            with suppress(KeyError, ValueError):  # it was closed before it was to be listened to
                self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def _network_of(self, address: str) -> str | None:
        """Return whose address it is, None for a proxy's."""
        return None if among_proxies(self.app.settings, address) else network_of(host_form(address))


def _refusal_of(error: Exception) -> Refusal:
    if isinstance(error, LimitRequestLine):
        return LONG_LINE
    if isinstance(error, LimitRequestHeaders):
        return LONG_HEAD
    return NONE if isinstance(error, ParseException) and not isinstance(error, OURS) else FAILED


def _answer(refusal: Refusal) -> bytes:
    body = orjson.dumps(document(*refusal))
    head = f"HTTP/1.1 {refusal[0]} {HTTPStatus(refusal[0]).phrase}\r\nConnection: close\r\n"
    return f"{head}Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
