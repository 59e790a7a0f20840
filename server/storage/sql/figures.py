"""Reads and writes of the cells of figures and of how far they go, and who is in the centre now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, text, update
from sqlalchemy.types import Date

from server.domain.events.event import Event, StoredEvent
from server.storage.sql.events import EVENT
from server.storage.statements import Statement
from server.storage.tables.centre import CentreTable
from server.storage.tables.events import EventTable
from server.storage.tables.figures import FigureCellTable, FigureCursorTable

MINE = (FigureCellTable.centre_id == bindparam("centre"), FigureCellTable.definition == bindparam("definition"))
ADD = Statement(
    text(
        """
        INSERT INTO figure_cell
            (centre_id, definition, grain, begins, quarter, stage, klass, measure, name, bin, n)
        VALUES (:centre, :definition, :grain, :begins, :quarter, :stage, :klass, :measure, :name, :bin, :n)
        ON CONFLICT (centre_id, definition, grain, begins, measure, stage, klass, name, bin, quarter)
        DO UPDATE SET n = figure_cell.n + excluded.n
        """
    ).bindparams(bindparam("begins", type_=Date))
)
SUMS = Statement(
    select(
        FigureCellTable.stage,
        FigureCellTable.klass,
        FigureCellTable.measure,
        FigureCellTable.name,
        FigureCellTable.bin,
        func.sum(FigureCellTable.n),
    )
    .where(
        *MINE,
        FigureCellTable.grain == bindparam("grain"),
        FigureCellTable.begins >= bindparam("first"),
        FigureCellTable.begins <= bindparam("last"),
        text("measure IN ('issued', 'end', 'wait', 'stay')"),
    )
    .group_by(
        FigureCellTable.stage,
        FigureCellTable.klass,
        FigureCellTable.measure,
        FigureCellTable.name,
        FigureCellTable.bin,
    )
)
CURSOR = Statement(
    select(FigureCursorTable.figures_seq).where(
        FigureCursorTable.centre_id == bindparam("centre"), FigureCursorTable.definition == bindparam("definition")
    )
)
BEGIN = Statement(
    text(
        """
        INSERT INTO figure_cursor (centre_id, definition, figures_seq) VALUES (:centre, :definition, 0)
        ON CONFLICT (centre_id, definition) DO NOTHING
        """
    )
)
MOVE = Statement(
    update(FigureCursorTable).where(
        FigureCursorTable.centre_id == bindparam("centre"),
        FigureCursorTable.definition == bindparam("of_definition"),
        FigureCursorTable.figures_seq == bindparam("after"),
    ),
    ["figures_seq"],
)
BEHIND = Statement(
    select(CentreTable.id)
    .outerjoin(
        FigureCursorTable,
        (FigureCursorTable.centre_id == CentreTable.id) & (FigureCursorTable.definition == bindparam("definition")),
    )
    .where(CentreTable.event_seq > func.coalesce(FigureCursorTable.figures_seq, 0))
    .order_by(CentreTable.id)
)


class Grain(NamedTuple):
    """The days, or the months by their first days, `first` to `last`."""

    name: str
    first: date
    last: date


class Sum(NamedTuple):
    """A count over a period."""

    stage: str
    klass: str
    measure: str
    name: str
    bin: int
    n: int


def add_cells(conn: Connection, centre_id: int, definition: int, rows: Sequence[Mapping[str, object]]) -> None:
    """Add to cells; a row names `grain`, `begins`, `quarter`, `stage`, `klass`, `measure`, `name`, `bin` and `n`."""
    if rows:
        ADD.send_many(conn, [{**row, "centre": centre_id, "definition": definition} for row in rows])


def sums(conn: Connection, centre_id: int, definition: int, grain: Grain) -> list[Sum]:
    """Return the counts of days or months, added up; services and outcomes are left out."""
    where = {"grain": grain.name, "first": grain.first, "last": grain.last}
    return [Sum(*row) for row in SUMS.rows(conn, centre=centre_id, definition=definition, **where)]


def cursor_of(conn: Connection, centre_id: int, definition: int) -> int:
    """Return the number of the last event that the cells hold; 0 before the first."""
    row = CURSOR.row(conn, centre=centre_id, definition=definition)
    return 0 if row is None else int(row[0])


def move_cursor(conn: Connection, centre_id: int, definition: int, *, after: int, until: int) -> bool:
    """Move the cursor from `after` to `until` and lock it; False, and nothing done, when it is elsewhere."""
    if after == 0:
        BEGIN.send(conn, centre=centre_id, definition=definition)
    return MOVE.run(conn, centre=centre_id, of_definition=definition, after=after, figures_seq=until) == 1


def centres_behind(conn: Connection, definition: int) -> list[int]:
    """Return the ids of the centres that have events after the cursor."""
    return [int(row[0]) for row in BEHIND.rows(conn, definition=definition)]


def forget_cells(conn: Connection, centre_id: int, *, until: int) -> None:
    """Delete the cells of a centre under definitions up to a number, and how far they go."""
    for table in (FigureCellTable, FigureCursorTable):
        conn.execute(delete(table).where(table.centre_id == centre_id, table.definition <= until))


def latest_records(conn: Connection, centre_id: int, token_ids: Iterable[str], until: int) -> Iterator[Event]:
    """Return the last event of each token up to number `until`."""
    theirs = (EventTable.centre_id == centre_id, EventTable.token_id.in_(list(token_ids)), EventTable.seq <= until)
    last = select(func.max(EventTable.seq)).where(*theirs).group_by(EventTable.token_id)
    query = EVENT.where(EventTable.centre_id == centre_id, EventTable.seq.in_(last))
    return (StoredEvent(*row).read() for row in conn.execute(query))
