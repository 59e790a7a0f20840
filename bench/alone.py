"""The same commands without the writer: one transaction for each, on the thread and connection of whoever asks."""

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar, cast

from sqlalchemy.exc import OperationalError

from server.storage.database import Database
from server.storage.transaction import Asks, Transaction
from server.storage.writers import Command

T = TypeVar("T")


class Writes(Protocol):
    """What runs a command in a transaction of a centre."""

    def write(self, centre: int | None, fn: Callable[[Transaction], T], *, asks: Asks | None = None) -> T:
        """Run `fn` and return its answer."""


class _OnThisThread(Database):
    """A database whose commands run on the thread that asks, each in a transaction of its own."""

    def write(
        self,
        centre: int | None,
        fn: Callable[[Transaction], T],
        *,
        asks: Asks | None = None,
        beside: int | None = None,
    ) -> T:
        """Run `fn` at once; one that finds the database locked for too long tries again."""
        while True:
            try:
                [(answer, refusal)], _ = self._commit([Command(centre, fn, asks, beside)], savepoints=False)
            except OperationalError:
                continue
            if refusal is not None:
                raise refusal
            return cast(T, answer)


class OwnTransactions:
    """The same code without the writer thread: one transaction per command, each thread with its own connection.

    The threads meet in the database's own waiting: SQLite's busy handler, PostgreSQL's row lock.
    """

    def __init__(self, url: str) -> None:
        self._url, self._mine = url, threading.local()
        self._all: list[Database] = []

    def write(self, centre: int | None, fn: Callable[[Transaction], T], *, asks: Asks | None = None) -> T:
        """Run `fn` in a transaction of its own."""
        if not hasattr(self._mine, "db"):
            self._mine.db = _OnThisThread(self._url)
            self._all.append(self._mine.db)
        return cast(T, self._mine.db.write(centre, fn, asks=asks))

    def close(self) -> None:
        """Close the connections of all threads."""
        for db in self._all:
            db.close()
