"""Statements of the hot path: written in SQLAlchemy Core, compiled once, run as plain SQL.

Core builds, looks up and wraps a statement on every call, which costs more than the statement itself. Here that is
done once for each database; what is left is binding the values and converting the rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, PoolProxiedConnection, Select, TextClause, TextualSelect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]
Core = Select[*tuple[Any, ...]] | TextualSelect | TextClause | UpdateBase


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The SQL for one database with its fixed values, and how to convert values going in and columns coming out."""

    sql: str
    by_name: bool
    fixed: Mapping[str, Any]
    into: Sequence[tuple[str, Convert | None]]
    out: Sequence[tuple[int, Convert]]

    def bind(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them: by name, or in the order of the question marks."""
        if self.fixed:
            values = {**self.fixed, **values}
        if self.by_name:
            return {name: convert(values[name]) if convert else values[name] for name, convert in self.into}
        return tuple([convert(values[name]) if convert else values[name] for name, convert in self.into])

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
        on_driver(conn, compiled.sql, [compiled.bind(row) for row in rows])

    def sql(self, dialect: Dialect) -> str:
        """Return the SQL for a database."""
        return self._for(dialect).sql

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._core, self._sets, dialect)
        return compiled


def on_driver(conn: Connection, sql: str, values: Any = ()) -> tuple[Sequence[Sequence[Any]], int]:
    """Run on the driver's own cursor, once for each of a list of values; returns the rows and how many were changed.

    SQLAlchemy's cursor costs more than most of the statements. Raises its errors all the same, and drops a connection
    that is dead.
    """
    driver = conn.connection
    cursor = driver.cursor()
    try:
        if isinstance(values, list):
            cursor.executemany(sql, values)
        else:
            cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else (), cursor.rowcount
    except conn.dialect.loaded_dbapi.Error as error:
        raise _named(conn, driver, sql, values, error) from error
    finally:
        cursor.close()


def _named(conn: Connection, driver: PoolProxiedConnection, sql: str, values: Any, error: Any) -> Any:
    lost = conn.dialect.is_disconnect(error, driver, None)
    if lost:
        conn.invalidate(error)
    base = conn.dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, values, error, base, connection_invalidated=lost, dialect=conn.dialect, ismulti=isinstance(values, list)
    )


def _compile(core: Core, sets: Sequence[str] | None, dialect: Dialect) -> _Compiled:
    compiled = core.compile(dialect=dialect, column_keys=list(sets) if sets is not None else None)
    binds = compiled.binds
    into = {name: _into(bound.type, dialect) for name, bound in binds.items()}
    columns = [] if isinstance(core, UpdateBase | TextClause) else list(core.selected_columns)
    out = [(place, _out(column.type, dialect)) for place, column in enumerate(columns)]
    names = compiled.positiontup
    return _Compiled(
        sql=str(compiled),
        by_name=names is None,
        fixed={name: bound.value for name, bound in binds.items() if not bound.required},
        into=[(name, into[name]) for name in (binds if names is None else names)],
        out=[(place, convert) for place, convert in out if convert is not None],
    )


def _into(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _out(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
