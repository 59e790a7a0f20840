"""Pings: one thread sends those of all sessions.

The library begins a thread for each, which sleeps on for 25 seconds when its session has ended: whoever comes and goes
would fill the process with sleepers.
"""

import logging
import threading
import time
from collections import deque
from typing import Protocol

from engineio.exceptions import SocketIsClosedError
from engineio.packet import PING, Packet

log = logging.getLogger(__name__)


class Session(Protocol):
    """What is used of a session of the library."""

    closing: bool
    closed: bool
    last_ping: float | None

    def send(self, packet: Packet) -> None:
        """Send a packet; raises SocketIsClosedError."""


class Pings:
    """Sends each session that was handed in a ping after so many seconds; one that has ended meanwhile gets none."""

    def __init__(self, after_s: float) -> None:
        self._after_s = after_s
        self._due: deque[tuple[float, Session]] = deque()
        self._more = threading.Condition()
        self._sender: threading.Thread | None = None

    def later(self, session: Session) -> None:
        """Ping a session when its time has come; the thread begins with the first one."""
        with self._more:
            self._due.append((time.monotonic() + self._after_s, session))
            if self._sender is None:
                self._sender = threading.Thread(target=self._send, name="pings", daemon=True)
                self._sender.start()
            self._more.notify()

    def _send(self) -> None:
        while True:
            with self._more:
                while not self._due:
                    self._more.wait()
                at, session = self._due.popleft()
            time.sleep(max(0.0, at - time.monotonic()))
            try:
                _ping(session)
            except SocketIsClosedError:  # it ended just now
                continue
            except Exception:
                log.exception("A session could not be pinged")


def _ping(session: Session) -> None:
    if not session.closing and not session.closed:
        session.last_ping = time.time()
        session.send(Packet(PING))
