"""Reads for screens, so many at once and no more: a command never waits for a connection because others read."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

from server.domain.errors import Unavailable
from server.storage.database import Database
from server.storage.transaction import Read

READS_AT_ONCE = 8
LOOKS_AT_ONCE = 2
"""A look is so short that more of them at once only hand the interpreter to and fro: eight took a half longer."""
PATIENCE_S = 5.0
T = TypeVar("T")
How = Callable[[Callable[[Read], T]], T]


class Reads:
    """The reading side of a database for screens; the other connections are for commands, the relay and workers."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._reading, self._looking = _places(READS_AT_ONCE), _places(LOOKS_AT_ONCE)

    def read(self, fn: Callable[[Read], T]) -> T:
        """Run `fn` on one read-only snapshot; raises Unavailable when too many wait or nobody answers."""
        return _in_turn(self._reading, self._db.read, fn)

    def look(self, fn: Callable[[Read], T]) -> T:
        """Run `fn`, which reads by one `Statement` and so needs no snapshot; raises Unavailable as `read` does."""
        return _in_turn(self._looking, self._db.look, fn)


def _places(count: int) -> SimpleQueue[None]:
    """Return a queue that holds so many places: in C, where a semaphore of `threading` is Python."""
    places: SimpleQueue[None] = SimpleQueue()
    for _ in range(count):
        places.put(None)
    return places


def _in_turn(places: SimpleQueue[None], how: How[T], fn: Callable[[Read], T]) -> T:
    try:
        places.get(timeout=PATIENCE_S)
    except Empty:
        raise Unavailable("Too many read at once. Please try again.") from None
    try:
        return how(fn)
    finally:
        places.put(None)
