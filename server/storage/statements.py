"""Statements of the hot path: written in SQLAlchemy Core, compiled once, run as plain SQL.

Core builds, looks up and wraps a statement on every call, which costs more than the statement itself. Here that is
done once for each database; what is left is binding the values and converting the rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Select, TextClause, TextualSelect
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
        return [compiled.converted(row) for row in _fetch(conn, compiled.sql, compiled.bind(values))]

    def row(self, conn: Connection, **values: Any) -> list[Any] | None:
        """Run and return the first row, None when there is none."""
        rows = self.rows(conn, **values)
        return rows[0] if rows else None

    def run(self, conn: Connection, **values: Any) -> int:
        """Run and return how many rows were changed."""
        compiled = self._for(conn.dialect)
        return conn.exec_driver_sql(compiled.sql, compiled.bind(values)).rowcount

    def run_many(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run once for each row of values."""
        compiled = self._for(conn.dialect)
        conn.exec_driver_sql(compiled.sql, [compiled.bind(row) for row in rows])

    def sql(self, dialect: Dialect) -> str:
        """Return the SQL for a database."""
        return self._for(dialect).sql

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._core, self._sets, dialect)
        return compiled


def _fetch(conn: Connection, sql: str, values: Any) -> Sequence[Sequence[Any]]:
    """Run on the driver's own cursor: describing forty columns to SQLAlchemy costs more than reading them.

    What fails is asked again through SQLAlchemy, which knows the error's name and drops a dead connection.
    """
    cursor = conn.connection.cursor()
    try:
        cursor.execute(sql, values)
        return cursor.fetchall()
    except conn.dialect.loaded_dbapi.Error:
        return conn.exec_driver_sql(sql, values).fetchall()
    finally:
        cursor.close()


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
