"""Statements of the hot path: written in SQLAlchemy Core, compiled once, run as plain SQL.

Core builds, looks up and wraps a statement on every call, which costs more than the statement itself. Here that is
done once for each database; what is left is binding the values and converting the rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Select, TextClause, TextualSelect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]
Core = Select[*tuple[Any, ...]] | TextualSelect | TextClause | UpdateBase


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The SQL for one database with its fixed values, and how to convert values going in and columns coming out.

    `pick` takes the values in the order of the question marks; without it they go in by their `names`.
    """

    sql: str
    names: Sequence[str]
    pick: Convert | None
    fixed: Mapping[str, Any]
    into: Sequence[tuple[Any, Convert]]
    out: Sequence[tuple[int, Convert]]

    def bind(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        if self.fixed:
            values = {**self.fixed, **values}
        bound: Any = list(self.pick(values)) if self.pick else {name: values[name] for name in self.names}
        for place, convert in self.into:
            bound[place] = convert(bound[place])
        return bound

    def converted(self, row: Sequence[Any]) -> list[Any]:
        """Return a row with its columns as Python values."""
        values = list(row)
        for place, convert in self.out:
            values[place] = convert(values[place])
        return values


class Statement:
    """A statement with named parameters: its `bindparam`s and, when it writes, the columns it sets."""

    def __init__(self, core: Core, sets: Sequence[str] | None = None) -> None:
        self._core, self._sets = core, sets
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, conn: Connection, **values: Any) -> list[list[Any]]:
        """Run and return all rows."""
        compiled = self._for(conn.dialect)
        rows, _ = on_driver(conn, compiled.sql, compiled.bind(values))
        return [compiled.converted(row) for row in rows]

    def row(self, conn: Connection, **values: Any) -> list[Any] | None:
        """Run and return the first row, None when there is none."""
        rows = self.rows(conn, **values)
        return rows[0] if rows else None

    def run(self, conn: Connection, **values: Any) -> int:
        """Run and return how many rows were changed."""
        compiled = self._for(conn.dialect)
        _, count = on_driver(conn, compiled.sql, compiled.bind(values))
        return count

    def run_many(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run once for each row of values."""
        compiled = self._for(conn.dialect)
        on_driver(conn, compiled.sql, [compiled.bind(row) for row in rows], many=True)

    def sql(self, dialect: Dialect) -> str:
        """Return the SQL for a database."""
        return self._for(dialect).sql

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._core, self._sets, dialect)
        return compiled


def on_driver(
    conn: Connection, sql: str, values: Any = (), *, many: bool = False
) -> tuple[Sequence[Sequence[Any]], int]:
    """Run on the driver's own cursor, once or for each of `many` values; returns the rows and how many were changed.

    SQLAlchemy's cursor costs more than most of the statements. Raises its errors all the same, and drops a connection
    that is dead.
    """
    driver: Any = conn.connection.dbapi_connection
    try:
        cursor = driver.cursor()
        (cursor.executemany if many else cursor.execute)(sql, values)
        return cursor.fetchall() if cursor.description else (), cursor.rowcount
    except conn.dialect.loaded_dbapi.Error as error:
        raise _named(conn, sql, values, error) from error


def commit(conn: Connection) -> None:
    """Commit what was begun on the driver or by SQLAlchemy; raises its errors."""
    if conn.in_transaction():
        conn.commit()
    else:
        _end_on_driver(conn, "commit")


def roll_back(conn: Connection) -> None:
    """Undo what was begun on the driver or by SQLAlchemy; raises its errors."""
    conn.rollback()
    _end_on_driver(conn, "rollback")


def _end_on_driver(conn: Connection, how: str) -> None:
    try:
        getattr(conn.connection.dbapi_connection, how)()
    except conn.dialect.loaded_dbapi.Error as error:
        raise _named(conn, how.upper(), (), error) from error


def _named(conn: Connection, sql: str, values: Any, error: Any) -> Any:
    lost = conn.dialect.is_disconnect(error, conn.connection, None)
    if lost:
        conn.invalidate(error)
    base = conn.dialect.loaded_dbapi.Error
    return DBAPIError.instance(sql, values, error, base, connection_invalidated=lost, dialect=conn.dialect)


def _compile(core: Core, sets: Sequence[str] | None, dialect: Dialect) -> _Compiled:
    compiled = core.compile(dialect=dialect, column_keys=list(sets) if sets is not None else None)
    binds = compiled.binds
    columns = [] if isinstance(core, UpdateBase | TextClause) else list(core.selected_columns)
    out = [(place, _out(column.type, dialect)) for place, column in enumerate(columns)]
    by_place = compiled.positiontup
    names = list(binds) if by_place is None else by_place
    into = [(place if by_place else name, _into(binds[name].type, dialect)) for place, name in enumerate(names)]
    return _Compiled(
        sql=str(compiled),
        names=names,
        pick=None if by_place is None else _picker(names),
        fixed={name: bound.value for name, bound in binds.items() if not bound.required},
        into=[(place, convert) for place, convert in into if convert is not None],
        out=[(place, convert) for place, convert in out if convert is not None],
    )


def _picker(names: Sequence[str]) -> Convert:
    """Return what takes some values from a mapping, as a sequence of any length."""
    return itemgetter(*names) if len(names) > 1 else lambda values: [values[name] for name in names]


def _into(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _out(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
