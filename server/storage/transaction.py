"""What a service gets: the connection, the locked centre, and the events it records."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from server.domain.errors import UnknownCentre
from server.domain.events import Event, Kind, seal
from server.storage.models import Centre
from server.storage.statements import Statement


@dataclass(frozen=True, slots=True)
class CentreState:
    """The row of a centre as it stands in the transaction."""

    id: int
    code: str
    name: dict[str, str]
    timezone: str
    languages: list[str]
    demo: bool
    epoch: str
    event_seq: int
    head: str
    plan_version: int
    closed_day: date | None


CENTRE = select(*(getattr(Centre, field.name) for field in fields(CentreState)))
LOCK = Statement(CENTRE.where(Centre.id == bindparam("centre")).with_for_update())


class Transaction:
    """One command: its connection, its centre and what it records. Only `Database.write` makes one."""

    def __init__(self, conn: Connection, state: CentreState | None) -> None:
        self.conn = conn
        self.state = state
        self.rows: list[dict[str, Any]] = []

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
        """Add the next event of the centre; it becomes true with the commit."""
        event = seal(self.next_seq, now, kind, actor, data, self.centre.head)
        self.state = replace(self.centre, event_seq=event.seq, head=event.hash)
        self.rows.append(
            {
                "centre_id": self.centre.id,
                "seq": event.seq,
                "at": now,
                "kind": kind.value,
                "actor": actor,
                "data": dict(data),
                "hash": event.hash,
            }
        )
        return event

    def change_centre(self, **changes: Any) -> None:
        """Change columns of the centre's row, here and in the database."""
        self.state = replace(self.centre, **changes)
        self.conn.execute(update(Centre).where(Centre.id == self.centre.id).values(**changes))


def lock_centres(conn: Connection, ids: set[int]) -> dict[int, CentreState]:
    """Lock centres in the order of their ids and return them; raises UnknownCentre."""
    states = {}
    for centre in sorted(ids):
        row = LOCK.row(conn, centre=centre)
        if row is None:
            raise UnknownCentre("There is no such centre.")
        states[centre] = CentreState(*row)
    return states
