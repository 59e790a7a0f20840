"""A database server that is there and says nothing: whoever waits for it is let go, since nothing else would.

A network that swallows all, or a process that is stopped, keeps a connection open for ever. Long statements of a server
that lives go on.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

LOOK_S, OVERDUE_S = 0.5, 2.0
"""So long a transaction may last until we ask whether the server lives."""

log = logging.getLogger(__name__)


class Silence:
    """Cuts the connections of transactions that wait for a server of which `lives` says that it does not answer."""

    def __init__(self, lives: Callable[[], bool]) -> None:
        self._lives = lives
        self._lock = threading.Lock()
        self._waiting: dict[int, float] = {}
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def begin(self, socket_number: int) -> None:
        """Note that a transaction begins on a connection."""
        with self._lock:
            self._waiting[socket_number] = time.monotonic()
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._watch, name="silence", daemon=True)
                self._thread.start()

    def end(self, socket_number: int) -> None:
        """Note that it has ended: its connection is not touched any more."""
        with self._lock:
            self._waiting.pop(socket_number, None)

    def close(self) -> None:
        """Stop looking."""
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_S):
            if self._overdue() and not self._lives():
                self._cut()

    def _overdue(self) -> bool:
        before = time.monotonic() - OVERDUE_S
        with self._lock:
            return any(begun <= before for begun in self._waiting.values())

    def _cut(self) -> None:
        with self._lock:
            log.warning("PostgreSQL does not answer: %d transactions are given up", len(self._waiting))
            for number in self._waiting:
                _shut(number)
            self._waiting.clear()


def _shut(number: int) -> None:
    """End a connection under the library that waits on it; it stays the library's to close."""
    with suppress(OSError), socket.socket(fileno=os.dup(number)) as same:
        same.shutdown(socket.SHUT_RDWR)
