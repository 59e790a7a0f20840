"""Commands that come at once are written at once: one thread brings them together, and sends their answers.

With a thread for each, those threads and the writer wait for one another at Python's lock a dozen times a command.
"""

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from socket import MSG_DONTWAIT, socket
from threading import Thread
from typing import Any
from zlib import crc32

from gunicorn.http import wsgi
from gunicorn.workers.gthread import TConn

from server.web.later import NOT_YET, OFFER, Awaited
from server.web.slow_senders import PEER, PatientWorker

COMMAND = re.compile(rb"POST /api/v1/centres/([^/ ]+)/(?:tokens|counters/[^/ ]+/[^/ ]+) ")
"""Begins a request that takes a token, or does something at a counter; the group is the centre."""
SIGN_IN = re.compile(rb"POST /login[ ?]")
"""Begins a request to sign in."""
SIGN_INS = 32
"""So many sign-ins wait for one another at most; those beyond go to any thread, which says that they are too many."""
LANES = 8
"""So many threads bring commands together where centres are written apart."""
BATCH = 64
KEPT: "Future[object]" = Future()
CLOSED: "Future[object]" = Future()
"""How threads of gunicorn say whether a connection is kept."""
KEPT.set_result(True)
CLOSED.set_result(False)


class Gathering:
    """Stands in for the socket while an answer is written, which so becomes one packet."""

    def __init__(self) -> None:
        self.data = b""

    def sendall(self, data: bytes) -> None:
        """Keep what is written."""
        self.data += data

    send = sendall


class Late:
    """A request of a lane, and where its answer is written; `awaited` is what that waits for, None for nothing."""

    def __init__(self, conn: TConn, response: Any, written: Gathering) -> None:  # gunicorn has no types
        self.conn, self.response, self.written = conn, response, written
        self.awaited: Awaited | None = None
        self.body: Iterable[bytes] = ()

    def take(self, awaited: Awaited) -> None:
        """Note what the answer waits for."""
        self.awaited = awaited

    def write(self) -> None:
        """Write the answer, which is there."""
        for piece in self.body if self.awaited is None else self.awaited.answer():
            self.response.write(piece)
        self.response.close()


class TogetherWorker(PatientWorker):
    """A worker of gunicorn with lanes for commands beside its threads: a queue and a thread each.

    A lane begins the commands that wait in it, has them written in one commit, and sends their answers. Whoever takes
    an answer slowly is waited for by one of the other threads. People who sign in at once, as a shift does, have one
    thread: with one each, those would stand in the way of who calls the next citizen.
    """

    def init_process(self) -> None:
        """Begin; where one writes for all, as in a file of SQLite, one lane brings most together."""
        count = 1 if self.app.settings.database.startswith("sqlite") else LANES
        self._lanes: list[SimpleQueue[TConn]] = [SimpleQueue() for _ in range(count)]
        self._late: dict[TConn, Late | None] = {}
        for lane in self._lanes:
            Thread(target=self._serve, args=(lane,), name="commands", daemon=True).start()
        self._sign_ins, self._signing_in = ThreadPoolExecutor(1, "sign-ins"), 0
        super().init_process()

    def answer(self, conn: TConn, data: bytearray) -> None:
        """Let a lane answer a command, one thread those who sign in, and any thread all else."""
        command = COMMAND.match(data)
        if command is not None:
            self._late[conn] = None
            self._lanes[crc32(command[1]) % len(self._lanes)].put(conn)
        elif SIGN_IN.match(data) and self._signing_in < SIGN_INS:
            self._signing_in += 1
            answered = self._sign_ins.submit(self.handle, conn)
            answered.add_done_callback(partial(self.method_queue.defer, self._signed_in, conn))
        else:
            super().answer(conn, data)

    def _signed_in(self, conn: TConn, answered: "Future[object]") -> None:
        self._signing_in -= 1
        self.finish_request(conn, answered)

    def handle_request(self, req: Any, conn: TConn) -> Any:  # as gunicorn has it
        """Let the application answer a request; in a lane that is only begun, and NOT_YET returned."""
        if conn not in self._late:
            return super().handle_request(req, conn)
        written = Gathering()
        response, environ = wsgi.create(req, written, PEER(conn), conn.server, self.cfg)
        environ["wsgi.multithread"] = True
        if not self.alive or len(self.keepalived_conns) >= self.max_keepalived:
            response.force_close()
        late = self._late[conn] = Late(conn, response, written)
        environ[OFFER] = late.take
        late.body = self.wsgi(environ, response.start_response)
        return NOT_YET

    def _keepalive_after(self, conn: TConn, keepalive: Any) -> Any:  # as gunicorn has it
        return keepalive if keepalive is NOT_YET else super()._keepalive_after(conn, keepalive)

    def _serve(self, lane: "SimpleQueue[TConn]") -> None:
        while True:
            conns = [lane.get()]
            while len(conns) < BATCH and not lane.empty():
                conns.append(lane.get())
            try:
                answered = self._answered(conns)
            except Exception:  # the lane must live
                self.log.exception("Error answering commands")
                answered = [(conn, False) for conn in conns]
            self.method_queue.defer(self._finish_all, answered)

    def _answered(self, conns: Sequence[TConn]) -> list[tuple[TConn, bool]]:
        """Answer commands; returns which connections are kept, without those whose answer is sent by another thread."""
        begun = [self._begin(conn) for conn in conns]
        late = [each for each in begun if each is not None]
        if awaited := [each.awaited for each in late if each.awaited is not None]:
            awaited[0].run_all([each.command for each in awaited])
        broken = [(conn, False) for conn, each in zip(conns, begun, strict=True) if each is None]
        return broken + [(each.conn, kept) for each in late if (kept := self._send(each)) is not None]

    def _begin(self, conn: TConn) -> Late | None:
        """Let the application look at a request; returns None where that was none, which gunicorn has dealt with."""
        self.handle(conn)
        return self._late.pop(conn, None)

    def _send(self, late: Late) -> bool | None:
        """Send an answer; returns whether the connection is kept, None while another thread sends the rest."""
        sock = late.conn.sock
        try:
            late.write()
            left = _send_at_once(sock, late.written.data)
        except Exception as error:
            self.handle_error(late.response.req, sock, PEER(late.conn), error)
            return False
        if not left:
            return self._is_kept(late)
        rest = self.tpool.submit(self._send_rest, late, left)
        rest.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, late.conn, done))
        return None

    def _send_rest(self, late: Late, left: bytes) -> bool:
        late.conn.sock.sendall(left)
        return self._is_kept(late)

    def _is_kept(self, late: Late) -> bool:
        return bool(self._keepalive_after(late.conn, not late.response.should_close()))

    def _finish_all(self, answered: Iterable[tuple[TConn, bool]]) -> None:
        for conn, kept in answered:
            self.finish_request(conn, KEPT if kept else CLOSED)


def _send_at_once(sock: socket, data: bytes) -> bytes:
    """Send what can be sent without waiting; returns the rest."""
    try:
        return data[sock.send(data, MSG_DONTWAIT) :]
    except BlockingIOError:
        return data
