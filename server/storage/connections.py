"""Connections that stay open, so that a transaction costs no more than its own BEGIN and COMMIT."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from queue import Empty, SimpleQueue

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.storage.drivers import EarlierFailed
from server.storage.silence import Silence
from server.storage.statements import commit, forget, roll_back, send

KEPT = 8


class Connections:
    """Up to `most` connections of an engine; one at a time belongs to each transaction.

    SQLAlchemy's pool would take a connection in and hand it out each time, with a rollback, locks and hooks, which
    costs as much as five statements. So those whose transaction ended well wait here, eight of them, and the last used
    goes out first. A connection whose transaction raised goes back to the pool, which cleans it.

    `begin` is the statement that begins a transaction; the drivers begin none by themselves.
    """

    def __init__(
        self, engine: Engine, most: int, patience_s: float, begin: str, silence: Silence | None = None
    ) -> None:
        self.engine, self._silence = engine, silence
        self._patience_s, self._begin, self._kept = patience_s, begin, KEPT
        self._idle: deque[Connection] = deque()
        self._places: SimpleQueue[None] = SimpleQueue()
        for _ in range(most):
            self._places.put(None)

    def transaction(self) -> AbstractContextManager[Connection]:
        """Give a connection in a transaction, which is committed at the end, or rolled back by what is raised.

        Raises SQLAlchemy's TimeoutError when no connection gets free.
        """
        return self._lend(self._begin, commit)

    def single(self) -> AbstractContextManager[Connection]:
        """Give a connection for one `Statement`, which needs no transaction to see one instant; raises as the other."""
        return self._lend(None, roll_back)  # where SQLAlchemy ran it, it believes in a transaction all the same

    def close(self) -> None:
        """Close the connections that are not in use, and the others when they are given back."""
        self._kept = 0
        if self._silence is not None:
            self._silence.close()
        self._forget()

    @contextmanager
    def _lend(self, begin: str | None, end: Callable[[Connection], None]) -> Iterator[Connection]:
        connection = self._take()
        number = self._watched(connection)
        try:
            if begin is not None:
                send(connection, begin)
            yield connection
            end(connection)
        except BaseException:
            self._drop(connection)
            raise
        finally:
            if self._silence is not None and number is not None:
                self._silence.end(number)
        self._give_back(connection)

    def _watched(self, connection: Connection) -> int | None:
        """Let it be seen when a transaction waits for a server that says nothing; returns the number of its socket."""
        if self._silence is None:
            return None
        number: int = connection.info["socket"]
        self._silence.begin(number)
        return number

    def _take(self) -> Connection:
        try:
            self._places.get(timeout=self._patience_s)
        except Empty:
            raise PoolTimeout("all connections are in use") from None
        try:
            return self._idle.pop()
        except IndexError:
            return self._open()

    def _open(self) -> Connection:
        try:
            return self.engine.connect()
        except BaseException:
            self._places.put(None)
            raise

    def _give_back(self, connection: Connection) -> None:
        try:
            if len(self._idle) < self._kept:
                self._idle.append(connection)
            else:
                connection.close()
        finally:
            self._places.put(None)

    def _drop(self, connection: Connection) -> None:
        try:
            if not connection.invalidated:
                with suppress(DBAPIError, EarlierFailed):
                    forget(connection)
            if connection.invalidated:  # the database server has gone, and all other connections with it
                self._forget()
            connection.close()
        finally:
            self._places.put(None)

    def _forget(self) -> None:
        """Close what is idle, here and in the pool."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()
        self.engine.dispose()
