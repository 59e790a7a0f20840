"""Connections that stay open, so that a transaction costs no more than its own BEGIN and COMMIT."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.storage.statements import end_on_driver

KEPT = 8


class Connections:
    """Up to `most` connections of an engine; one at a time belongs to each transaction.

    SQLAlchemy's pool would take a connection in and hand it out each time, with a rollback, locks and hooks, which
    costs as much as five statements. So those whose transaction ended well wait here, eight of them, and the last used
    goes out first. A connection whose transaction raised goes back to the pool, which cleans it.
    """

    def __init__(self, engine: Engine, most: int, patience_s: float) -> None:
        self.engine = engine
        self._patience_s, self._kept = patience_s, KEPT
        self._places = threading.Semaphore(most)
        self._idle: deque[Connection] = deque()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection in a transaction, which is committed at the end, or rolled back by what is raised.

        Raises SQLAlchemy's TimeoutError when no connection gets free.
        """
        with self._connection() as connection, connection.begin():
            yield connection

    @contextmanager
    def single(self) -> Iterator[Connection]:
        """Give a connection for one `Statement`, which needs no transaction to see one instant; raises as the other."""
        with self._connection() as connection:
            yield connection
            connection.rollback()
            end_on_driver(connection)  # PostgreSQL's driver has begun a transaction all the same

    def close(self) -> None:
        """Close the connections that are not in use, and the others when they are given back."""
        self._kept = 0
        self._forget()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if not self._places.acquire(timeout=self._patience_s):
            raise PoolTimeout("all connections are in use")
        try:
            connection = self._take()
            try:
                yield connection
            except BaseException:
                if connection.invalidated:  # the database server has gone, and all other connections with it
                    self._forget()
                connection.close()
                raise
            self._give_back(connection)
        finally:
            self._places.release()

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self.engine.connect()

    def _give_back(self, connection: Connection) -> None:
        if len(self._idle) < self._kept:
            self._idle.append(connection)
        else:
            connection.close()

    def _forget(self) -> None:
        """Close what is idle, here and in the pool."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()
        self.engine.dispose()
