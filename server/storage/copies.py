"""All tables as rows that mean the same on both databases: read from one snapshot, written in one transaction.

A row is a list of numbers, texts, booleans, dates, JSON values and None, as the columns keep them: instants stay whole
milliseconds, words one text. What a table looks like goes along with its rows, so that those of an older schema can be
written into a database of that schema.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Delete,
    Float,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from server.storage import schema
from server.storage.metadata import METADATA
from server.storage.tables.numbers import SeriesDayTable

BLOCK = 2000
KINDS: dict[str, TypeEngine[Any]] = {  # what a column holds is any of these
    "whole": BigInteger(),
    "text": String(),
    "truth": Boolean(),
    "real": Float(),
    "date": Date(),
    "json": JSON(none_as_null=True),
}
OF_TYPES = ((Boolean, "truth"), (Integer, "whole"), (Float, "real"), (Date, "date"), (JSON, "json"), (String, "text"))

Value = Any  # of the kinds above
Row = list[Value]
Rows = list[Row]
Key = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its name, its columns with the kind of each, and the columns that tell its rows apart."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def table(self) -> Table:
        """The table as SQLAlchemy has it, with plain columns."""
        return Table(self.name, MetaData(), *(Column(name, KINDS[kind]) for name, kind in self.columns))

    def key_of(self, row: Row) -> Key:
        """Return what tells a row apart."""
        names = [name for name, _ in self.columns]
        return tuple(row[names.index(name)] for name in self.key)

    def read_key(self, key: Sequence[Value]) -> Key:
        """Return a key that came as JSON; raises ValueError."""
        kinds = dict(self.columns)
        return tuple(
            date.fromisoformat(value) if kinds[name] == "date" else value
            for name, value in zip(self.key, key, strict=True)
        )

    def read(self, rows: Rows) -> Rows:
        """Return rows as they are written that came as JSON, where a date is a text; raises ValueError."""
        dates = [place for place, (_, kind) in enumerate(self.columns) if kind == "date"]
        for row in rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {self.name} has {len(row)} values")
            for place in dates:
                row[place] = None if row[place] is None else date.fromisoformat(row[place])
        return rows


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a table: rows that are new or other, and rows that are gone, by their keys.

    A `whole` one has these rows and no others; with a `column` these are all that have one of `values` in it.
    """

    shape: Shape
    rows: Rows
    gone: tuple[Key, ...] = ()
    whole: bool = False
    column: str | None = None
    values: tuple[Value, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not (self.rows or self.gone or self.whole or self.values)


def shapes() -> list[Shape]:
    """Return the tables of this program, each behind those that it refers to."""
    return [
        Shape(
            table.name,
            tuple((column.name, kind_of(column.type)) for column in table.columns),
            tuple(column.name for column in table.primary_key),
        )
        for table in METADATA.sorted_tables
    ]


def kind_of(type_: TypeEngine[Any]) -> str:  # as SQLAlchemy has it
    """Return what a column of a type holds: a name of KINDS."""
    plain = type_.impl_instance if isinstance(type_, TypeDecorator) else type_
    return next(kind for base, kind in OF_TYPES if isinstance(plain, base))


def count_rows(conn: Connection, shape: Shape) -> int:
    """Return how many rows a table has."""
    return int(conn.execute(select(func.count()).select_from(shape.table)).scalar_one())


def rows_of(conn: Connection, shape: Shape) -> Iterator[Rows]:
    """Return all rows of a table in the order of their keys, some thousand at a time."""
    table = shape.table
    key = [table.c[name] for name in shape.key]
    places = [list(table.c).index(column) for column in key]
    query = select(table).order_by(*key).limit(BLOCK)
    block = conn.execute(query).all()
    while block:
        yield [list(row) for row in block]
        last = tuple_(*(block[-1][place] for place in places), types=[column.type for column in key])
        block = conn.execute(query.where(tuple_(*key) > last)).all()


Tables = Iterable[tuple[Shape, Rows]]
"""Rows of tables, block by block; a table comes behind those that it refers to."""


def fill(url: str, revision: str, tables: Tables, changes: Iterable[Change] = (), *, synchronous: str = "FULL") -> None:
    """Write rows, as they were under a revision of the schema, into an empty database; one transaction.

    `changes` are what became of them afterwards, under the same revision: for SQLite, where a row may go for a moment
    to which others refer.

    Raises WrongSchema for a database that is not empty, with what is there; Unavailable.
    """
    with schema.building(url, revision, synchronous=synchronous) as connection:
        _require_empty(connection)
        written: dict[str, Shape] = {}
        for shape, rows in tables:
            if shape.name not in written:
                written[shape.name] = shape
                connection.execute(delete(shape.table))  # what the revisions wrote
            names = [name for name, _ in shape.columns]
            connection.execute(insert(shape.table), [dict(zip(names, row, strict=True)) for row in rows])
        for change in changes:
            written[change.shape.name] = change.shape
            _apply(connection, change)
        _count_on(connection, written.values())


def _apply(conn: Connection, change: Change) -> None:
    """Let a table become what a change says."""
    table, names = change.shape.table, [name for name, _ in change.shape.columns]
    if change.whole:
        conn.execute(delete(table))
    elif change.column is not None:
        same = table.c[change.column] == bindparam("value")
        _each(conn, delete(table).where(same), [{"value": value} for value in change.values])
    else:
        keys = [*change.gone, *map(change.shape.key_of, change.rows)]
        same = and_(*(table.c[name] == bindparam(f"key_{name}") for name in change.shape.key))
        each = [{f"key_{name}": value for name, value in zip(change.shape.key, key, strict=True)} for key in keys]
        _each(conn, delete(table).where(same), each)
    _each(conn, insert(table), [dict(zip(names, row, strict=True)) for row in change.rows])


def _each(conn: Connection, statement: Delete | Insert, values: list[dict[str, Value]]) -> None:
    if values:
        conn.execute(statement, values)


def require_free(conn: Connection) -> None:
    """Raise WrongSchema, with what is there, unless a database is empty."""
    if schema.schema_of(conn) is not schema.Schema.EMPTY:
        schema.require_current(conn)
        _require_empty(conn)


def _require_empty(conn: Connection) -> None:
    """Raise WrongSchema, with what is there, for a database in which a centre or a person is."""
    there = conn.execute(text("SELECT code, event_seq FROM centre ORDER BY code")).all()
    people = conn.execute(text("SELECT count(*) FROM staff")).scalar_one()
    if there or people:
        centres = ", ".join(f"centre {code} with {events} events" for code, events in there) or f"{people} people"
        raise schema.WrongSchema(f"The database is not empty: there is {centres}. Restore into an empty one.")


def _count_on(conn: Connection, written: Iterable[Shape]) -> None:
    """Let PostgreSQL number new rows after those that were written."""
    if conn.dialect.name != "postgresql":
        return
    for shape in written:
        if shape.key == ("id",) and dict(shape.columns)["id"] == "whole":
            kept = f"pg_get_serial_sequence('\"{shape.name}\"', 'id')"
            last = f'SELECT max(id) AS last, {kept} AS kept FROM "{shape.name}"'
            conn.execute(text(f"SELECT setval(kept, last) FROM ({last}) AS t WHERE kept IS NOT NULL AND last > 0"))


def through(conn: Connection) -> Tables:
    """Return the rows of all tables of a database, to be written into another."""
    return ((shape, rows) for shape in shapes() for rows in rows_of(conn, shape))


def days_of(conn: Connection, centre_id: int) -> tuple[date, date] | None:
    """Return the first and the last day on which a centre gave numbers, None when it gave none."""
    query = select(func.min(SeriesDayTable.day), func.max(SeriesDayTable.day))
    first, last = conn.execute(query.where(SeriesDayTable.centre_id == centre_id)).one()
    return None if first is None else (first, last)
