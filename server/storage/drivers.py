"""What runs statements on a connection: the driver's own cursors, or PostgreSQL's pipeline."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection

from server.storage.base import Row

Answer = tuple[Sequence[Row], int]
"""The rows that came, and how many there are or were changed."""


class Failed(Exception):
    """A statement that failed, and the driver's own error."""

    def __init__(self, sql: str, error: Exception) -> None:
        super().__init__(sql)
        self.sql, self.error = sql, error


class EarlierFailed(Exception):
    """What failed was sent before the present part of the transaction began: the transaction is lost as a whole."""


class Driver(Protocol):
    """Runs statements on one connection, in the order they are given."""

    @property
    def changes(self) -> int:
        """How much was changed on the connection: what changes a row makes it higher, by SQLAlchemy too."""

    def run(self, sql: str, values: Sequence[object] = ()) -> Answer:
        """Run a statement and return its answer; raises Failed, also for what was sent before."""

    def ask(self, sql: str, values: Sequence[object] = ()) -> Callable[[], Answer]:
        """Run a statement whose answer is needed later, and return what waits for it and returns it."""

    def send(self, sql: str, values: Sequence[object] = (), changes: int | None = None) -> None:
        """Run a statement whose answer nobody needs; raises RuntimeError, now or later, unless it changes so many."""

    def send_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement once for each row of values, as `send` does."""

    def begin_part(self) -> None:
        """Let what was sent until now be earlier: where it fails, EarlierFailed is raised and not its own error."""

    def settle(self) -> None:
        """Wait for what was sent; raises Failed and RuntimeError, and EarlierFailed as all of these do."""

    def forget(self) -> None:
        """Wait for what this part has sent, whatever came of it; raises Failed when the connection is lost."""

    def commit(self) -> None:
        """Commit; raises Failed and RuntimeError, also for what was sent before."""

    def roll_back(self) -> None:
        """Undo the transaction, and forget what was sent; raises Failed."""


class Cursors:
    """Runs each statement at once, by a cursor of the driver."""

    def __init__(self, connection: Any, error: type[Exception]) -> None:  # a driver's connection has no type
        self._connection, self._error = connection, error

    @property
    def changes(self) -> int:
        """How many rows were changed."""
        return int(self._connection.total_changes)

    def run(self, sql: str, values: Sequence[object] = ()) -> Answer:
        """Run a statement and return its answer; raises Failed."""
        try:
            cursor = self._connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else (), cursor.rowcount
        except self._error as error:
            raise Failed(sql, error) from error

    def ask(self, sql: str, values: Sequence[object] = ()) -> Callable[[], Answer]:
        """Run a statement and return what returns its answer; raises Failed."""
        answer = self.run(sql, values)
        return lambda: answer

    def send(self, sql: str, values: Sequence[object] = (), changes: int | None = None) -> None:
        """Run a statement; raises Failed, and RuntimeError unless it changes so many rows."""
        _, count = self.run(sql, values)
        if changes not in (None, count):
            raise RuntimeError(f"{count} rows were changed, not {changes}: {sql}")

    def send_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement once for each row of values; raises Failed."""
        try:
            self._connection.executemany(sql, rows)
        except self._error as error:
            raise Failed(sql, error) from error

    def settle(self) -> None:
        """Nothing is under way."""

    begin_part = forget = settle

    def commit(self) -> None:
        """Commit; raises Failed."""
        self._end("commit")

    def roll_back(self) -> None:
        """Undo the transaction; raises Failed."""
        self._end("rollback")

    def _end(self, how: str) -> None:
        try:
            getattr(self._connection, how)()
        except self._error as error:
            raise Failed(how.upper(), error) from error


def driver_of(conn: Connection) -> Driver:
    """Return what runs statements on a connection, as `engines` has put it there."""
    driver: Driver = conn.info["driver"]
    return driver
