"""Statements of the hot path: written in SQLAlchemy Core, compiled once, run as plain SQL.

Core builds, looks up and wraps a statement on every call, which costs more than the statement itself. Here that is
done once for each database; what is left is binding the values and converting the rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Select, TextClause, TextualSelect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

from server.storage.base import Row
from server.storage.drivers import Answer, Failed, driver_of

Value = Any  # what a driver takes and gives: SQL knows its type, Python does not
Convert = Callable[[Value], Value]
Core = Select[*tuple[Value, ...]] | TextualSelect | TextClause | UpdateBase


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The SQL for one database with its fixed values, and how to convert values going in and columns coming out.

    `pick` takes the values in the order of their places.
    """

    sql: str
    pick: Convert
    fixed: Mapping[str, Value]
    into: Sequence[tuple[int, Convert]]
    out: Sequence[tuple[int, Convert]]

    def bind(self, values: Mapping[str, Value]) -> list[Value]:
        """Return the values as the driver takes them."""
        bound = list(self.pick({**self.fixed, **values} if self.fixed else values))
        for place, convert in self.into:
            bound[place] = convert(bound[place])
        return bound

    def read(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return rows with their columns as Python values; NULL is None in all of them."""
        return [self._converted(row) for row in rows] if self.out else rows

    def _converted(self, row: Row) -> Row:
        values = list(row)
        for place, convert in self.out:
            if values[place] is not None:
                values[place] = convert(values[place])
        return tuple(values)


class Statement:
    """A statement with named parameters: its `bindparam`s and, when it writes, the columns it sets."""

    def __init__(self, core: Core, sets: Sequence[str] | None = None) -> None:
        self._core, self._sets = core, sets
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, conn: Connection, **values: Value) -> Sequence[Row]:
        """Run and return all rows."""
        compiled = self._for(conn.dialect)
        rows, _ = on_driver(conn, compiled.sql, compiled.bind(values))
        return compiled.read(rows)

    def ask(self, conn: Connection, **values: Value) -> Callable[[], Sequence[Row]]:
        """Run now and return what returns all rows: what is asked before something is waited for costs no trip more."""
        compiled = self._for(conn.dialect)
        try:
            answer = driver_of(conn).ask(compiled.sql, compiled.bind(values))
        except Failed as failed:
            raise _named(conn, failed, ()) from failed.error

        def rows() -> Sequence[Row]:
            with naming(conn):
                return compiled.read(answer()[0])

        return rows

    def row(self, conn: Connection, **values: Value) -> Row | None:
        """Run and return the first row, None when there is none."""
        rows = self.rows(conn, **values)
        return rows[0] if rows else None

    def run(self, conn: Connection, **values: Value) -> int:
        """Run and return how many rows were changed."""
        compiled = self._for(conn.dialect)
        _, count = on_driver(conn, compiled.sql, compiled.bind(values))
        return count

    def send(self, conn: Connection, **values: Value) -> None:
        """Run where no answer is needed; what fails may be raised by the next statement, or by the commit."""
        compiled = self._for(conn.dialect)
        send(conn, compiled.sql, compiled.bind(values))

    def change_one(self, conn: Connection, **values: Value) -> None:
        """Run as `send` does; raises RuntimeError, then or later, unless one row is changed."""
        compiled = self._for(conn.dialect)
        send(conn, compiled.sql, compiled.bind(values), 1)

    def send_many(self, conn: Connection, rows: Sequence[Mapping[str, Value]]) -> None:
        """Run as `send` does, once for each row of values."""
        compiled = self._for(conn.dialect)
        with naming(conn):
            driver_of(conn).send_many(compiled.sql, [compiled.bind(row) for row in rows])

    def sql(self, dialect: Dialect) -> str:
        """Return the SQL for a database."""
        return self._for(dialect).sql

    def bound(self, dialect: Dialect, values: Mapping[str, Value]) -> list[Value]:
        """Return values as the driver of a database takes them, in the order of their places."""
        return self._for(dialect).bind(values)

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._core, self._sets, dialect)
        return compiled


def on_driver(conn: Connection, sql: str, values: Sequence[object] = ()) -> Answer:
    """Run on the driver itself; returns the rows and how many there are or were changed.

    SQLAlchemy's cursor costs more than most of the statements. Raises its errors all the same, and drops a connection
    that is dead.
    """
    try:
        return driver_of(conn).run(sql, values)
    except Failed as failed:
        raise _named(conn, failed, values) from failed.error


def send(conn: Connection, sql: str, values: Sequence[object] = (), changes: int | None = None) -> None:
    """Run on the driver itself without waiting; `changes` is how many rows must be changed. Raises as `on_driver`."""
    try:
        driver_of(conn).send(sql, values, changes)
    except Failed as failed:
        raise _named(conn, failed, values) from failed.error


def commit(conn: Connection) -> None:
    """Commit what was begun on the driver or by SQLAlchemy; raises its errors."""
    try:
        driver_of(conn).commit()
    except Failed as failed:
        raise _named(conn, failed, ()) from failed.error
    if conn.in_transaction():
        conn.commit()


def roll_back(conn: Connection) -> None:
    """Undo what was begun on the driver or by SQLAlchemy; raises its errors."""
    with naming(conn):
        driver_of(conn).roll_back()
    if conn.in_transaction():
        conn.rollback()


def forget(conn: Connection) -> None:
    """Wait for what was sent, whatever came of it; raises SQLAlchemy's error when the connection is lost."""
    with naming(conn):
        driver_of(conn).forget()


def begin_part(conn: Connection) -> None:
    """Let what was sent until now be earlier than what follows: see `EarlierFailed`."""
    driver_of(conn).begin_part()


def give_way(conn: Connection) -> None:
    """Wait for what was sent, as SQLAlchemy itself runs a statement next; raises as `settle` does."""
    pipeline: Value = driver_of(conn)
    with naming(conn):
        pipeline.give_way()


def changes_of(conn: Connection) -> int:
    """Return how much a connection has changed since it was opened: only a higher number may mean a change."""
    return driver_of(conn).changes


def settle(conn: Connection) -> None:
    """Wait for what was sent; raises SQLAlchemy's errors, and RuntimeError where another number of rows was changed."""
    with naming(conn):
        driver_of(conn).settle()


@contextmanager
def naming(conn: Connection) -> Iterator[None]:
    """Raise what fails as SQLAlchemy's own error."""
    try:
        yield
    except Failed as failed:
        raise _named(conn, failed, ()) from failed.error


def _named(conn: Connection, failed: Failed, values: Value) -> Value:
    error: Value = failed.error
    lost = conn.dialect.is_disconnect(error, conn.connection, None)
    if lost:
        conn.invalidate(error)
    base = conn.dialect.loaded_dbapi.Error
    return DBAPIError.instance(failed.sql, values, error, base, connection_invalidated=lost, dialect=conn.dialect)


def _compile(core: Core, sets: Sequence[str] | None, dialect: Dialect) -> _Compiled:
    compiled = core.compile(dialect=_by_place(dialect), column_keys=list(sets) if sets is not None else None)
    binds, names = compiled.binds, compiled.positiontup or []
    columns = [] if isinstance(core, UpdateBase | TextClause) else list(core.selected_columns)
    out = [(place, _out(column.type, dialect)) for place, column in enumerate(columns)]
    into = [(place, _into(binds[name].type, dialect)) for place, name in enumerate(names)]
    return _Compiled(
        sql=str(compiled),
        pick=_picker(names),
        fixed={name: bound.value for name, bound in binds.items() if not bound.required},
        into=[(place, convert) for place, convert in into if convert is not None],
        out=[(place, convert) for place, convert in out if convert is not None],
    )


def _by_place(dialect: Dialect) -> Dialect:
    """Return a dialect that writes parameters by their places: `?`, or `$1` as PostgreSQL itself does."""
    if dialect.positional:
        return dialect
    numbered: Callable[..., Dialect] = type(dialect)
    return numbered(paramstyle="numeric_dollar")


def _picker(names: Sequence[str]) -> Convert:
    """Return what takes some values from a mapping, as a sequence of any length."""
    return itemgetter(*names) if len(names) > 1 else lambda values: [values[name] for name in names]


def _into(type_: TypeEngine[Value], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _out(type_: TypeEngine[Value], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
