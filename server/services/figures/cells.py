"""The cells of figures brought up to the log: behind the commits, in blocks, each event exactly once.

Reading and counting happen outside the writer; a block is added in a short transaction of its own, which moves the
cursor with it, and only from where the block began.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

from server.domain.centre import CentreState
from server.domain.events.event import Event
from server.domain.events.kinds import TokenEvent
from server.domain.events.payloads import TokenIssued, TokenUndone
from server.domain.figures.cells import Cell, Cells, Days, counted
from server.domain.figures.measures import DEFINITION
from server.domain.token.token import Token
from server.storage.database import Database
from server.storage.sql import centres, day_reports, figures
from server.storage.sql.events import days_opened, events_between
from server.storage.transaction import Read, Transaction

BLOCK = 200
Tell = Callable[[int, int], None]


@dataclass(slots=True)
class Records:
    """The tokens under way as event number `at` left them, by id; those not in it are looked up in the log."""

    tokens: dict[str, Token] = field(default_factory=dict)
    at: int = 0

    def stand_at(self, seq: int) -> None:
        """Forget them unless they are those after this event: another process has counted on from there."""
        if self.at != seq:
            self.tokens.clear()


@dataclass(frozen=True, slots=True)
class Block:
    """What the events `after` + 1 … `until` add to the cells; `last` is the centre's last event."""

    after: int
    until: int
    last: int
    cells: Cells


def roll_up(db: Database, centre_id: int, *, most: int | None = None, tell: Tell = lambda done, last: None) -> None:
    """Bring the cells of a centre up to its last event, by `most` blocks at once; `tell` hears of each.

    It is handed the database, as no other service is, so that its reading does not hold the writer. Any number of
    processes may do it at once.
    """
    known = Records()
    for _ in count() if most is None else range(most):
        block = db.read(lambda read: next_block(read, centre_id, known))
        if block is None:
            return
        if db.write(None, partial(add_block, centre_id=centre_id, block=block)):
            tell(block.until, block.last)


def rebuild(db: Database, centre_id: int, tell: Tell) -> None:
    """Forget what was counted of a centre and count anew from its log; `tell` hears how far that is."""
    db.write(None, lambda tx: forget(tx, centre_id))
    roll_up(db, centre_id, tell=tell)


def forget(tx: Transaction, centre_id: int) -> None:
    """Forget the cells of a centre and the reports of its days."""
    figures.forget_cells(tx.conn, centre_id, until=DEFINITION)
    day_reports.forget_reports(tx.conn, centre_id)


def centres_behind(read: Read) -> list[int]:
    """Return the ids of the centres whose cells are behind their log."""
    return figures.centres_behind(read, DEFINITION)


def next_block(read: Read, centre_id: int, known: Records) -> Block | None:
    """Return what the next events of a centre add, None when all are counted; `known` goes on to after them."""
    centre = centres.centre_by_id(read, centre_id)
    after = figures.cursor_of(read, centre_id, DEFINITION)
    until = min(after + BLOCK, centre.event_seq)
    if until <= after:
        return None
    return Block(after, until, centre.event_seq, counted_between(read, centre, after, until, known))


def add_block(tx: Transaction, centre_id: int, block: Block) -> bool:
    """Add a block to the cells; False, and nothing done, when they do not end where it begins."""
    if not figures.move_cursor(tx.conn, centre_id, DEFINITION, after=block.after, until=block.until):
        return False
    if block.after == 0:
        figures.forget_cells(tx.conn, centre_id, until=DEFINITION - 1)
    figures.add_cells(tx.conn, centre_id, DEFINITION, list(_rows(block.cells)))
    return True


def counted_between(read: Read, centre: CentreState, after: int, until: int, known: Records) -> Cells:
    """Return what the events after + 1 … until add to the cells. `known` goes on to event `until`."""
    events = {event.seq: event for event in events_between(read, centre.id, after, until)}
    known.stand_at(after)
    tokens = known.tokens
    _recall(read, centre.id, events, tokens)
    days, cells = _days(read, centre, events), Cells()
    for event in events.values():
        if not isinstance(event.payload, TokenEvent):
            continue
        token = event.payload.token
        if isinstance(event.payload, TokenUndone):
            cells.subtract(counted(token, _undone(read, centre.id, events, event.payload.undoes), days))
        else:
            cells.update(counted(tokens.get(token.id), event, days))
        tokens[token.id] = token
    known.tokens, known.at = {token.id: token for token in tokens.values() if not token.ended}, until
    return Cells({cell: n for cell, n in cells.items() if n})


def cells_between(read: Read, centre: CentreState, after: int, until: int) -> Cells:
    """Return what the events after + 1 … until add to the cells; read in blocks, so that memory does not grow."""
    known, cells = Records(), Cells()
    for begin in range(after, until, BLOCK):
        cells.update(counted_between(read, centre, begin, min(begin + BLOCK, until), known))
    return cells


def _days(read: Read, centre: CentreState, events: Mapping[int, Event]) -> Days:
    """Return the days on which the tokens of these events were there until now."""
    issued = [event.payload.token.issued_at for event in events.values() if isinstance(event.payload, TokenEvent)]
    opened = days_opened(read, centre.id, min(issued)) if issued else []
    return Days(ZoneInfo(centre.timezone), opened)


def _recall(read: Read, centre_id: int, events: Mapping[int, Event], tokens: dict[str, Token]) -> None:
    """Look up the tokens that changed before these events, as they were then."""
    changed = (event.payload for event in events.values() if isinstance(event.payload, TokenEvent))
    unknown = {p.token.id for p in changed if p.token.id not in tokens and not isinstance(p, TokenIssued)}
    if unknown:
        for event in figures.latest_records(read, centre_id, unknown, min(events) - 1):
            if isinstance(event.payload, TokenEvent):
                tokens[event.payload.token.id] = event.payload.token


def _undone(read: Read, centre_id: int, events: Mapping[int, Event], seq: int) -> Event:
    """Return an event that was taken back: of the block, else of the log."""
    return events.get(seq) or next(events_between(read, centre_id, seq - 1, seq))


def _rows(cells: Cells) -> Iterator[dict[str, object]]:
    """Return what is added, at each grain."""
    days, months = Cells(), Cells()
    for cell, n in cells.items():
        days[cell._replace(quarter=0)] += n
        months[cell._replace(quarter=0, day=cell.day.replace(day=1))] += n
    for grain, counts in (("quarter", cells), ("day", days), ("month", months)):
        yield from (_row(grain, cell, n) for cell, n in counts.items() if n)


def _row(grain: str, cell: Cell, n: int) -> dict[str, object]:
    named = {"stage": cell.stage, "klass": cell.klass, "measure": cell.measure.value, "name": cell.name}
    return {**named, "grain": grain, "begins": cell.day, "quarter": cell.quarter, "bin": cell.bin, "n": n}
