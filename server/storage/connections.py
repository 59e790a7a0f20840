"""Connections that stay open, so that a transaction costs no more than its own BEGIN and COMMIT."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError as NoPlace

KEPT = 8


class Connections:
    """Up to `most` connections of an engine; one at a time belongs to each transaction.

    SQLAlchemy's pool would take a connection in and hand it out each time, with a rollback, locks and hooks, which
    costs as much as five statements. What raised is given back to that pool; of the connections whose transaction
    ended well eight are kept here, the last used first.
    """

    def __init__(self, engine: Engine, most: int, patience_s: float) -> None:
        self.engine = engine
        self._patience_s = patience_s
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
    def moment(self) -> Iterator[Connection]:
        """Give a connection for one hot statement, which needs no transaction to see one instant."""
        with self._connection() as connection:
            yield connection
            connection.rollback()
            connection.connection.rollback()  # PostgreSQL's driver has begun one all the same

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if not self._places.acquire(timeout=self._patience_s):
            raise NoPlace("all connections are in use")
        try:
            connection = self._take()
            try:
                yield connection
            except BaseException:
                if connection.invalidated:  # the server has gone, and with it what is idle
                    self._close_idle()
                connection.close()
                raise
            self._keep(connection)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._close_idle()
        self.engine.dispose()

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self.engine.connect()

    def _keep(self, connection: Connection) -> None:
        if len(self._idle) < KEPT:
            self._idle.append(connection)
        else:
            connection.close()

    def _close_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()
