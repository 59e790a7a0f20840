"""Reads for screens, so many at once and no more: a command never waits for a connection because others read."""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

from server.domain.errors import Unavailable
from server.storage.database import Database
from server.storage.transaction import Read

AT_ONCE = 8
PATIENCE_S = 5.0
T = TypeVar("T")


class Reads:
    """The reading side of a database for screens; the other connections are for commands, the relay and workers."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._places = BoundedSemaphore(AT_ONCE)

    def read(self, fn: Callable[[Read], T]) -> T:
        """Run `fn` on one read-only snapshot; raises Unavailable when too many wait or nobody answers."""
        return self._in_turn(self._db.read, fn)

    def look(self, fn: Callable[[Read], T]) -> T:
        """Run `fn`, which reads by one `Statement` and so needs no snapshot; raises Unavailable as `read` does."""
        return self._in_turn(self._db.look, fn)

    def _in_turn(self, how: Callable[[Callable[[Read], T]], T], fn: Callable[[Read], T]) -> T:
        if not self._places.acquire(timeout=PATIENCE_S):
            raise Unavailable("Too many read at once. Please try again.")
        try:
            return how(fn)
        finally:
            self._places.release()
