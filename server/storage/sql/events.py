"""Reads of the event log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, text

from server.domain.events.event import Event, StoredEvent
from server.domain.events.kinds import Kind
from server.domain.events.payloads import DayClosed, DayOpened
from server.storage.statements import Statement
from server.storage.tables.events import WHERE_CLOCK_IS_SET, EventTable

EVENT = select(*(getattr(EventTable, name) for name in StoredEvent.__slots__))
IS_DAY_END = text(f"event.kind = '{Kind.DAY_CLOSED.value}'")
IS_DAY_BEGIN = text(f"kind = '{Kind.DAY_OPENED.value}'")
SETS_CLOCK = text(WHERE_CLOCK_IS_SET)
BLOCK = 500
OF_ACT = 40
BETWEEN = Statement(
    EVENT.where(
        EventTable.centre_id == bindparam("centre"),
        EventTable.seq > bindparam("begin"),
        EventTable.seq <= bindparam("last"),
    ).order_by(EventTable.seq)
)
TIME = Statement(
    select(EventTable.at).where(EventTable.centre_id == bindparam("centre"), EventTable.seq == bindparam("seq"))
)


LAST_OPENED = (
    select(func.max(EventTable.at))
    .where(EventTable.centre_id == bindparam("centre"), IS_DAY_BEGIN, EventTable.at < bindparam("begin"))
    .correlate(None)
    .scalar_subquery()
)
# By the partial index of openings: an answer of figures asks it.
OPENED = Statement(
    EVENT.where(
        EventTable.centre_id == bindparam("centre"),
        IS_DAY_BEGIN,
        EventTable.at >= func.coalesce(LAST_OPENED, bindparam("begin", type_=EventTable.at.type)),
    ).order_by(EventTable.at)
)


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The event that closed a business day: its number and its hash."""

    day: date
    seq: int
    head: str


def stored_between(conn: Connection, centre_id: int, after: int, until: int) -> Iterator[StoredEvent]:
    """Return the rows of the events after + 1 … until, in order; read in blocks, so that memory does not grow."""
    for begin in range(after, until, BLOCK):
        for row in BETWEEN.rows(conn, centre=centre_id, begin=begin, last=min(until, begin + BLOCK)):
            yield StoredEvent(*row)


def events_between(conn: Connection, centre_id: int, after: int, until: int) -> Iterator[Event]:
    """Return the events after + 1 … until, in order."""
    return (stored.read() for stored in stored_between(conn, centre_id, after, until))


def day_ends(conn: Connection, centre_id: int) -> list[DayEnd]:
    """Return the ends of the days of a centre, in the order of their events."""
    ends = _events(conn, EVENT.where(EventTable.centre_id == centre_id, IS_DAY_END).order_by(EventTable.seq))
    return [DayEnd(e.payload.day, e.seq, e.hash) for e in ends if isinstance(e.payload, DayClosed)]


def days_opened(conn: Connection, centre_id: int, since: datetime) -> list[tuple[datetime, date]]:
    """Return when business days were opened, and which: the last before a moment and those since, in their order."""
    events = (StoredEvent(*row).read() for row in OPENED.rows(conn, centre=centre_id, begin=since))
    return [(event.at, event.payload.day) for event in events if isinstance(event.payload, DayOpened)]


def clock_set_before(conn: Connection, centre_id: int, seq: int) -> Event | None:
    """Return the last event up to a number by which the floor's clock was set, None when there is none."""
    query = EVENT.where(EventTable.centre_id == centre_id, SETS_CLOCK, EventTable.seq <= seq)
    return next(_events(conn, query.order_by(EventTable.seq.desc()).limit(1)), None)


def hash_of(conn: Connection, centre_id: int, seq: int) -> str:
    """Return the hash of an event; that of event 0 is the empty text with which a chain begins."""
    query = select(EventTable.hash).where(EventTable.centre_id == centre_id, EventTable.seq == seq)
    return conn.execute(query).scalar_one_or_none() or ""


def epochs_before(conn: Connection, centre_id: int, after: int) -> list[str]:
    """Return the epochs that ended by a restore after an event."""
    this = (EventTable.centre_id == centre_id, EventTable.seq > after)
    query = select(EventTable.data).where(*this, EventTable.kind == Kind.CENTRE_RESTORED.value)
    return [str(data["was"]) for data in conn.execute(query).scalars()]


def time_of(conn: Connection, centre_id: int, seq: int) -> datetime | None:
    """Return when an event was recorded, None when there is none of that number."""
    row = TIME.row(conn, centre=centre_id, seq=seq)
    return None if row is None else row[0]


def latest_of(conn: Connection, centre_id: int, token_id: str, count: int, *, before: int | None = None) -> list[Event]:
    """Return the last `count` events of a token, newest first; of those before a number, if one is given."""
    query = EVENT.where(EventTable.centre_id == centre_id, EventTable.token_id == token_id)
    if before is not None:
        query = query.where(EventTable.seq < before)
    return list(_events(conn, query.order_by(EventTable.seq.desc()).limit(count)))


def first_of(conn: Connection, centre_id: int, token_id: str) -> Event | None:
    """Return the first event of a token, which gave it; None for one that the log does not know."""
    query = EVENT.where(EventTable.centre_id == centre_id, EventTable.token_id == token_id)
    return next(_events(conn, query.order_by(EventTable.seq).limit(1)), None)


def latest_at(conn: Connection, centre_id: int, counter_id: str, count: int) -> list[Event]:
    """Return the last `count` events that were done at a counter, newest first."""
    query = EVENT.where(EventTable.centre_id == centre_id, EventTable.desk == counter_id)
    return list(_events(conn, query.order_by(EventTable.seq.desc()).limit(count)))


def events_of_act(conn: Connection, centre_id: int, act: int) -> list[Event]:
    """Return the events of one command, in order; of the many of a day's close the first."""
    rows = BETWEEN.rows(conn, centre=centre_id, begin=act - 1, last=act + OF_ACT)
    return list(takewhile(lambda event: event.act == act, (StoredEvent(*row).read() for row in rows)))


# By the partial index of events with a desk: the views ask it after each event.
COUNTERS_ACTED = Statement(
    select(EventTable.desk)
    .where(
        EventTable.centre_id == bindparam("centre"),
        EventTable.seq > bindparam("begin"),
        EventTable.seq <= bindparam("last"),
        EventTable.desk.is_not(None),
    )
    .distinct()
)


def counters_between(conn: Connection, centre_id: int, after: int, until: int) -> set[str]:
    """Return the counters at which the events after + 1 … until were done."""
    return {counter for (counter,) in COUNTERS_ACTED.rows(conn, centre=centre_id, begin=after, last=until)}


LAST_ACTED = Statement(
    select(func.max(EventTable.at)).where(
        EventTable.centre_id == bindparam("centre"),
        EventTable.seq > bindparam("begin"),
        EventTable.desk.is_not(None),
    )
)


def last_acted(conn: Connection, centre_id: int, after: int) -> datetime | None:
    """Return when something was done at a counter last, by the events behind `after`; None for nothing."""
    row = LAST_ACTED.row(conn, centre=centre_id, begin=after)
    return None if row is None else row[0]


def last_of_kind(conn: Connection, centre_id: int, kind: Kind) -> Event | None:
    """Return the last event of a kind, None when there is none."""
    query = EVENT.where(EventTable.centre_id == centre_id, EventTable.kind == kind.value)
    return next(_events(conn, query.order_by(EventTable.seq.desc()).limit(1)), None)


def events_of(conn: Connection, centre_id: int, token_id: str) -> Iterator[Event]:
    """Return the events of one token, in order."""
    query = EVENT.where(EventTable.centre_id == centre_id, EventTable.token_id == token_id)
    return _events(conn, query.order_by(EventTable.seq))


def events_of_kinds(conn: Connection, centre_id: int, kinds: Sequence[Kind], after: int, until: int) -> Iterator[Event]:
    """Return the events after + 1 … until that are of some kinds."""
    span = (EventTable.centre_id == centre_id, EventTable.seq > after, EventTable.seq <= until)
    query = EVENT.where(*span, EventTable.kind.in_([kind.value for kind in kinds]))
    return _events(conn, query.order_by(EventTable.seq))


def events_at(conn: Connection, centre_id: int, seqs: Sequence[int]) -> Iterator[Event]:
    """Return the events of some numbers, in order."""
    query = EVENT.where(EventTable.centre_id == centre_id, EventTable.seq.in_(seqs))
    return _events(conn, query.order_by(EventTable.seq))


def _events(conn: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[Event]:  # as SQLAlchemy has it
    return (StoredEvent(*row).read() for row in conn.execute(query))
