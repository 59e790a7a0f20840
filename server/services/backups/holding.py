"""What a backup holds: told in its first member, then the secret of the installation, then the rows of every table.

Without a seal it holds neither the secret nor anything of people: the two logs without what stands beside them, and the
set-up. That proves what was done, and nobody can go on from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

import orjson
from pydantic import TypeAdapter, ValidationError

from server.services.backups.archive import DAMAGED, ArchiveWriter, members
from server.services.backups.sealing import CannotOpen
from server.storage import copies, schema
from server.storage.copies import Rows, Shape
from server.storage.sql import centres, installation
from server.storage.tails import CentreMark, Mark
from server.storage.transaction import Read

FORMAT = 1
ABOUT, SECRET, ROWS = "about.json", "secret_key", "rows"

# What an open backup holds, and what stands there instead of what a column says. A table that is not named is left out.
OF_NOBODY: Mapping[str, Mapping[str, Any]] = {  # JSON of a column
    "centre": {},
    "counter": {"reason": None},
    "plan_version": {},
    "zone": {},
    "stage": {},
    "route": {},
    "series": {},
    "service": {},
    "policy": {},
    "device": {"settings": {}},
    "call_group": {},
    "series_day": {},
    "lease": {"holder": "", "void_reason": None},
    "event": {"private": None},
    "installation": {},
    "installation_event": {"private": None},
    "figure_cell": {},
    "figure_cursor": {},
    "day_report": {},
}
LEFT_OUT = (
    "the secret of the installation",
    "tokens and their steps with the secrets of slips, needs and phone numbers",
    "people, keys and sessions",
    "bookings",
    "kept answers and jobs",
    "what stands beside the events: notes, reasons, needs, names and addresses",
)


@dataclass(frozen=True, slots=True)
class CentreHeld:
    """A centre as a backup holds it: its last event, and the days on which it gave numbers."""

    code: str
    epoch: str
    events: int
    head: str
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class TableHeld:
    """A table as a backup holds it, and how many rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    rows: int

    @property
    def shape(self) -> Shape:
        """What its rows look like."""
        return Shape(self.name, self.columns, self.key)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a backup holds: the revision of its schema, its centres, the end of the chain of the installation, tables.

    One that is not `complete` was not sealed, and says what is `left_out`.
    """

    format: int
    schema: str
    made_at: datetime
    complete: bool
    centres: tuple[CentreHeld, ...]
    installation_events: int
    installation_head: str
    tables: tuple[TableHeld, ...]
    left_out: tuple[str, ...]

    @property
    def mark(self) -> Mark:
        """How far its logs have come."""
        centres = tuple(CentreMark(each.code, each.epoch, each.events) for each in self.centres)
        return Mark(centres, self.installation_events)


def write(read: Read, out: BinaryIO, made_at: datetime, secret: bytes | None, *, complete: bool) -> Holding:
    """Write a database, as one snapshot shows it, as an archive; `secret` is left out unless it is `complete`."""
    shapes = [shape for shape in copies.shapes() if complete or shape.name in OF_NOBODY]
    holding = _holding(read, shapes, made_at, complete=complete)
    with ArchiveWriter(out) as archive:
        archive.add(ABOUT, orjson.dumps(holding))
        if complete and secret is not None:
            archive.add(SECRET, secret)
        for shape in shapes:
            for number, rows in enumerate(copies.rows_of(read, shape)):
                kept = rows if complete else _without_people(shape, rows)
                lines = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in kept)
                archive.add(f"{ROWS}/{shape.name}/{number:06}.jsonl", lines)
    return holding


def _holding(read: Read, shapes: list[Shape], made_at: datetime, *, complete: bool) -> Holding:
    chain = installation.chain_of(read)
    held = tuple(TableHeld(each.name, each.columns, each.key, copies.count_rows(read, each)) for each in shapes)
    there = []
    for centre in centres.all_centres(read):
        first, last = copies.days_of(read, centre.id) or (None, None)
        there.append(CentreHeld(centre.code, centre.epoch, centre.event_seq, centre.head, first, last))
    left_out = () if complete else LEFT_OUT
    revision = schema.revision_of(read) or ""  # asked of databases of the present schema only
    return Holding(FORMAT, revision, made_at, complete, tuple(there), chain.seq, chain.head, held, left_out)


def _without_people(shape: Shape, rows: Rows) -> Rows:
    instead = OF_NOBODY[shape.name]
    names = [name for name, _ in shape.columns]
    return [[instead.get(name, value) for name, value in zip(names, row, strict=True)] for row in rows]


class Content:
    """What an archive holds, read from its beginning to its end: `holding` and `secret`, then the tables, once."""

    def __init__(self, content: BinaryIO) -> None:
        self._members = members(content)
        name, data = self._next()
        try:
            self.holding = TypeAdapter(Holding).validate_json(data)
        except ValidationError as error:
            raise CannotOpen("It is no backup of Baari, or of a newer one.") from error
        if name != ABOUT or self.holding.format != FORMAT:
            raise CannotOpen("It is no backup of Baari, or of a newer one.")
        self._ahead: tuple[str, bytes] | None = self._next()
        self.secret: bytes | None = None
        if self._ahead[0] == SECRET:
            self.secret, self._ahead = self._ahead[1], None

    def tables(self) -> Iterator[tuple[Shape, Rows]]:
        """Return the rows of the tables, block by block; raises CannotOpen, at the end when something is missing."""
        shapes = {table.name: table.shape for table in self.holding.tables}
        counted = dict.fromkeys(shapes, 0)
        for name, data in self._rest():
            table = name.split("/")[1] if name.startswith(f"{ROWS}/") else ""
            try:
                rows = shapes[table].read([orjson.loads(line) for line in data.splitlines()])
            except (LookupError, TypeError, ValueError) as error:
                raise CannotOpen(DAMAGED.format(why=f"{name} cannot be read")) from error
            counted[table] += len(rows)
            yield shapes[table], rows
        for held in self.holding.tables:
            if counted[held.name] != held.rows:
                raise CannotOpen(DAMAGED.format(why=f"{held.name} has {counted[held.name]} rows, not {held.rows}"))

    def _rest(self) -> Iterator[tuple[str, bytes]]:
        if self._ahead is not None:
            yield self._ahead
        yield from self._members

    def _next(self) -> tuple[str, bytes]:
        try:
            return next(self._members)
        except StopIteration:
            raise CannotOpen(DAMAGED.format(why="it is empty")) from None
