"""What a service gets: the connection, the locked centre, and the events it records."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update

from server.domain.centre import CentreState
from server.domain.errors import ClockBehind, UnknownCentre
from server.domain.events.event import Event, fingerprint
from server.domain.events.kinds import Kind
from server.domain.instants import to_iso
from server.storage.json_text import canonical
from server.storage.statements import Statement
from server.storage.tables.centre import CentreTable

Read = Connection
"""One read-only snapshot of the database; only `server.storage` looks into it."""
CLOCK_SKEW = timedelta(minutes=2)


CENTRE = select(*(getattr(CentreTable, field.name) for field in fields(CentreState)))
LOCK = Statement(CENTRE.where(CentreTable.id == bindparam("centre")).with_for_update())


BEGIN_PART = Statement(text("SAVEPOINT command"))
UNDO_PART = Statement(text("ROLLBACK TO SAVEPOINT command"))
END_PART = Statement(text("RELEASE SAVEPOINT command"))


@contextmanager
def savepoint(conn: Connection) -> Iterator[None]:
    """Let a part of a transaction stand or fall by itself: what it raises undoes it, and is raised."""
    BEGIN_PART.run(conn)
    try:
        yield
    except Exception:
        if not conn.invalidated:
            UNDO_PART.run(conn)
            END_PART.run(conn)
        raise
    END_PART.run(conn)


class Transaction:
    """One command: its connection, its centre and what it records. Only `Database.write` makes one."""

    def __init__(self, conn: Connection, state: CentreState | None) -> None:
        self.conn = conn
        self.state = state
        self.events: list[Event] = []

    @property
    def centre(self) -> CentreState:
        """The locked centre; raises RuntimeError in a transaction of the installation."""
        if self.state is None:
            raise RuntimeError("this transaction holds no centre")
        return self.state

    @property
    def next_seq(self) -> int:
        """The number that the next recorded event will have."""
        return self.centre.event_seq + 1

    def record(self, kind: Kind, actor: str, now: datetime, data: Mapping[str, Any]) -> Event:
        """Add the next event of the centre; it becomes true with the commit.

        `data["token"]` and `data["desk"]` say what the event is found by. Raises ClockBehind when the clock has gone
        back: numbers and ages would not be right.
        """
        self._require_clock(kind, now)
        seq, head = self.next_seq, self.centre.head
        event = Event(seq, now, kind, actor, data, fingerprint(seq, now, kind, actor, canonical(data), head))
        last_at = now if kind is Kind.CLOCK_CONFIRMED else max(now, self.centre.last_at or now)
        self.state = replace(self.centre, event_seq=event.seq, head=event.hash, last_at=last_at)
        self.events.append(event)
        return event

    def _require_clock(self, kind: Kind, now: datetime) -> None:
        last = self.centre.last_at
        if kind is not Kind.CLOCK_CONFIRMED and last is not None and now < last - CLOCK_SKEW:
            told = f"The clock says {to_iso(now)}, but the last event was at {to_iso(last)}. Please confirm the time."
            raise ClockBehind(told, now=to_iso(now), last=to_iso(last))

    def change_centre(self, **changes: Any) -> None:
        """Change columns of the centre's row, here and in the database."""
        self.state = replace(self.centre, **changes)
        self.conn.execute(update(CentreTable).where(CentreTable.id == self.centre.id).values(**changes))


def lock_centres(conn: Connection, ids: set[int]) -> dict[int, CentreState]:
    """Lock centres in the order of their ids and return them; raises UnknownCentre."""
    states = {}
    for centre in sorted(ids):
        row = LOCK.row(conn, centre=centre)
        if row is None:
            raise UnknownCentre("There is no such centre.")
        states[centre] = CentreState(*row)
    return states
