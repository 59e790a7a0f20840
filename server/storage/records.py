"""Reads of the event log: where days ended, and events of a kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, text

from server.domain.events import Event as EventValue
from server.domain.events import Kind
from server.storage.models import Event

EVENT = select(Event.seq, Event.at, Event.kind, Event.actor, Event.data, Event.hash)
IS_DAY_END = text(f"event.kind = '{Kind.DAY_CLOSED.value}'")


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The event that closed a business day: its number and its hash."""

    day: date
    seq: int
    head: str


def day_ends(conn: Connection, centre_id: int) -> list[DayEnd]:
    """Return the ends of the days of a centre, in the order of their events."""
    query = select(Event.seq, Event.data, Event.hash).where(Event.centre_id == centre_id, IS_DAY_END)
    rows = conn.execute(query.order_by(Event.seq))
    return [DayEnd(date.fromisoformat(data["day"]), seq, head) for seq, data, head in rows]


def hash_of(conn: Connection, centre_id: int, seq: int) -> str:
    """Return the hash of an event; that of event 0 is the empty text with which a chain begins."""
    query = select(Event.hash).where(Event.centre_id == centre_id, Event.seq == seq)
    return conn.execute(query).scalar_one_or_none() or ""


def latest(conn: Connection, centre_id: int, count: int, *mine: Any) -> list[EventValue]:
    """Return the last `count` events of a centre that fulfil the conditions, newest first."""
    query = EVENT.where(Event.centre_id == centre_id, *mine).order_by(Event.seq.desc()).limit(count)
    return [_event(row) for row in conn.execute(query)]


def events_of(conn: Connection, centre_id: int, token_id: str) -> Iterator[EventValue]:
    """Return the events of one token, in order."""
    query = EVENT.where(Event.centre_id == centre_id, Event.token_id == token_id).order_by(Event.seq)
    return map(_event, conn.execute(query))


def _event(row: Any) -> EventValue:
    return EventValue(row.seq, row.at, Kind(row.kind), row.actor, row.data, row.hash)


def events_of_kinds(
    conn: Connection, centre_id: int, kinds: Sequence[Kind], after: int, until: int
) -> Iterator[tuple[datetime, Kind, dict[str, Any]]]:
    """Return (time, kind, data) of the events after + 1 … until that are of some kinds."""
    query = select(Event.at, Event.kind, Event.data).where(
        Event.centre_id == centre_id, Event.seq > after, Event.seq <= until, Event.kind.in_([k.value for k in kinds])
    )
    for at, kind, data in conn.execute(query.order_by(Event.seq)):
        yield at, Kind(kind), data
