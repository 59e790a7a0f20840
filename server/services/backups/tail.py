"""The tail: what was done after a backup, in small sealed files, each from one snapshot and joined to the one before.

A segment holds the events of all logs since the segment before and the rows they speak of, as they are by then: it is
true of itself whatever it is laid over, so that one that begins before a backup was made goes with it, too.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from pydantic import TypeAdapter, ValidationError

from server.services.backups.archive import DAMAGED, ArchiveWriter, members
from server.services.backups.holding import ABOUT, ROWS
from server.services.backups.sealing import CannotOpen
from server.storage import schema
from server.storage.copies import Change, Key, Row, Rows, Shape, Value
from server.storage.tails import Known, Mark, changes_since, mark_of
from server.storage.transaction import Read

FORMAT = 1


@dataclass(frozen=True, slots=True)
class TableChanged:
    """A table as a segment changes it; see `server.storage.copies.Change`."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    rows: int
    gone: tuple[Key, ...]
    whole: bool
    column: str | None
    values: tuple[str, ...]

    @property
    def shape(self) -> Shape:
        """What its rows look like."""
        return Shape(self.name, self.columns, self.key)


@dataclass(frozen=True, slots=True)
class SegmentHeld:
    """What a segment says of itself: from where to where it goes, when it was made, and under which schema."""

    format: int
    schema: str
    made_at: datetime
    since: Mark
    until: Mark
    tables: tuple[TableChanged, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that was read."""

    held: SegmentHeld
    changes: tuple[Change, ...]


ABOUT_SEGMENT = TypeAdapter(SegmentHeld)


def place_of(read: Read) -> tuple[Mark, str]:
    """Return how far the logs have come, and under which schema."""
    return mark_of(read), schema.revision_of(read) or ""


def gather(
    read: Read, since: Mark, known: Known, made_at: datetime, *, all_tables: bool
) -> tuple[SegmentHeld, bytes] | None:
    """Return what changed since a mark, as an archive that is not sealed yet; None for nothing."""
    until = mark_of(read)
    if until == since and not all_tables:
        return None
    changes = [c for c in changes_since(read, since, known, all_tables=all_tables) if not c.is_empty]
    if not changes:
        return None
    tables = tuple(_table(change) for change in changes)
    held = SegmentHeld(FORMAT, schema.revision_of(read) or "", made_at, since, until, tables)
    out = io.BytesIO()
    with ArchiveWriter(out) as archive:
        archive.add(ABOUT, orjson.dumps(held))
        for number, change in enumerate(changes):
            lines = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in change.rows)
            archive.add(f"{ROWS}/{change.shape.name}/{number:06}.jsonl", lines)
    return held, out.getvalue()


def _table(change: Change) -> TableChanged:
    shape, rows = change.shape, len(change.rows)
    return TableChanged(
        shape.name, shape.columns, shape.key, rows, change.gone, change.whole, change.column, change.values
    )


def read_segment(content: bytes) -> Segment:
    """Return a segment; raises CannotOpen."""
    (_, about), *blocks = members(io.BytesIO(content)) or [("", b"")]
    try:
        held = ABOUT_SEGMENT.validate_json(about)
        if held.format != FORMAT or len(blocks) != len(held.tables):
            raise CannotOpen(DAMAGED.format(why="it is no segment of this Baari"))
        return Segment(
            held, tuple(_change(*each) for each in zip(held.tables, (data for _, data in blocks), strict=True))
        )
    except (ValidationError, LookupError, TypeError, ValueError) as error:
        raise CannotOpen(DAMAGED.format(why="it cannot be read")) from error


def _change(table: TableChanged, data: bytes) -> Change:
    rows = table.shape.read([orjson.loads(line) for line in data.splitlines()])
    if len(rows) != table.rows:
        raise CannotOpen(DAMAGED.format(why=f"{table.name} has {len(rows)} rows, not {table.rows}"))
    gone = tuple(table.shape.read_key(key) for key in table.gone)
    return Change(table.shape, rows, gone, table.whole, table.column, table.values)


@dataclass(slots=True)
class _Folded:
    """What some changes of one table, one after the other, make of it together."""

    shape: Shape
    whole: bool = False
    column: str | None = None
    keys: dict[Key, Row | None] = field(default_factory=dict)
    values: dict[Value, Rows] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        """Let another change follow."""
        if change.whole:
            self.whole, self.keys = True, {}
        if change.column is not None:
            self.column = change.column
            place = [name for name, _ in self.shape.columns].index(change.column)
            self.values |= {value: [] for value in change.values}
            for row in change.rows:
                self.values[row[place]].append(row)
            return
        self.keys |= dict.fromkeys(change.gone)
        self.keys |= {self.shape.key_of(row): row for row in change.rows}

    def change(self) -> Change:
        """Return all of them as one."""
        if self.column is not None:
            rows = [row for rows in self.values.values() for row in rows]
            return Change(self.shape, rows, column=self.column, values=tuple(self.values))
        gone = tuple(key for key, row in self.keys.items() if row is None)
        rows = [row for row in self.keys.values() if row is not None]
        return Change(self.shape, rows, gone, self.whole)


@dataclass(slots=True)
class Tail:
    """Segments, one after the other, as one: how many they were, and the instant of the last."""

    segments: int = 0
    until: datetime | None = None
    tables: dict[str, _Folded] = field(default_factory=dict)

    def add(self, segment: Segment) -> None:
        """Let another segment follow."""
        self.segments, self.until = self.segments + 1, segment.held.made_at
        for change in segment.changes:
            self.tables.setdefault(change.shape.name, _Folded(change.shape)).add(change)

    def changes(self) -> Iterator[Change]:
        """Return what becomes of the tables, one change for each."""
        return (each.change() for each in self.tables.values())


def joined(segments: Iterable[Segment], backup: Mark, revision: str) -> Iterator[Segment]:
    """Return the segments that go on from a backup; raises CannotOpen where they do not.

    Each has to begin where the one before ends, or earlier, in the same epochs and under the schema of the backup.
    """
    reached = backup
    for segment in segments:
        held = segment.held
        if not reached.reaches(held.since):
            raise CannotOpen(f"What was done just before {held.made_at:%Y-%m-%d %H:%M:%S} UTC is missing in the tail.")
        if held.schema != revision:
            raise CannotOpen(f"The tail has the schema {held.schema}, the backup {revision}.")
        if held.until.reaches(reached):
            reached = held.until
            yield segment
