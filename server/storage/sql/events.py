"""Reads of the event log: where days ended, and events of a kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from server.domain.events.event import Event
from server.domain.events.kinds import Kind
from server.storage.statements import Statement
from server.storage.tables.events import EventTable

EVENT = select(EventTable.seq, EventTable.at, EventTable.kind, EventTable.actor, EventTable.data, EventTable.hash)
BLOCK = 500
EVENTS = Statement(
    EVENT.where(
        EventTable.centre_id == bindparam("centre"),
        EventTable.seq > bindparam("begin"),
        EventTable.seq <= bindparam("last"),
    ).order_by(EventTable.seq)
)
IS_DAY_END = text(f"event.kind = '{Kind.DAY_CLOSED.value}'")


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The event that closed a business day: its number and its hash."""

    day: date
    seq: int
    head: str


def day_ends(conn: Connection, centre_id: int) -> list[DayEnd]:
    """Return the ends of the days of a centre, in the order of their events."""
    query = select(EventTable.seq, EventTable.data, EventTable.hash).where(
        EventTable.centre_id == centre_id, IS_DAY_END
    )
    rows = conn.execute(query.order_by(EventTable.seq))
    return [DayEnd(date.fromisoformat(data["day"]), seq, head) for seq, data, head in rows]


def hash_of(conn: Connection, centre_id: int, seq: int) -> str:
    """Return the hash of an event; that of event 0 is the empty text with which a chain begins."""
    query = select(EventTable.hash).where(EventTable.centre_id == centre_id, EventTable.seq == seq)
    return conn.execute(query).scalar_one_or_none() or ""


def latest_events(conn: Connection, centre_id: int, count: int, *mine: Any) -> list[Event]:
    """Return the last `count` events of a centre that fulfil the conditions, newest first."""
    query = EVENT.where(EventTable.centre_id == centre_id, *mine).order_by(EventTable.seq.desc()).limit(count)
    return [_event(row) for row in conn.execute(query)]


def events_of(conn: Connection, centre_id: int, token_id: str) -> Iterator[Event]:
    """Return the events of one token, in order."""
    query = EVENT.where(EventTable.centre_id == centre_id, EventTable.token_id == token_id).order_by(EventTable.seq)
    return map(_event, conn.execute(query))


def _event(row: Any) -> Event:
    return Event(row.seq, row.at, Kind(row.kind), row.actor, row.data, row.hash)


def events_of_kinds(
    conn: Connection, centre_id: int, kinds: Sequence[Kind], after: int, until: int
) -> Iterator[tuple[datetime, Kind, dict[str, Any]]]:
    """Return (time, kind, data) of the events after + 1 … until that are of some kinds."""
    query = select(EventTable.at, EventTable.kind, EventTable.data).where(
        EventTable.centre_id == centre_id,
        EventTable.seq > after,
        EventTable.seq <= until,
        EventTable.kind.in_([k.value for k in kinds]),
    )
    for at, kind, data in conn.execute(query.order_by(EventTable.seq)):
        yield at, Kind(kind), data


def events_between(conn: Connection, centre_id: int, after: int, until: int) -> Iterator[Event]:
    """Return the stored events after+1 … until, in order; read in blocks, so that memory does not grow with them."""
    for begin in range(after, until, BLOCK):
        rows = EVENTS.rows(conn, centre=centre_id, begin=begin, last=min(until, begin + BLOCK))
        for seq, at, kind, actor, data, head in rows:
            yield Event(seq, at, Kind(kind), actor, data, head)
