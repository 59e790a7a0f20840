"""Reads and writes of how often sign-ins were wrong, and until when the next waits."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from server.storage.tables.people import SignInWaitTable

TABLE = SignInWaitTable


@dataclass(frozen=True, slots=True)
class Wait:
    """How often a sign-in was wrong at a place, the last time when, and until when none is looked at there."""

    place: str
    staff_id: int | None
    misses: int
    next_at: datetime
    missed_at: datetime


WAIT = select(TABLE.place, TABLE.staff_id, TABLE.misses, TABLE.next_at, TABLE.missed_at)


def waits_at(conn: Connection, places: Collection[str]) -> dict[str, Wait]:
    """Return what is kept of places."""
    return {row.place: Wait(*row) for row in conn.execute(WAIT.where(TABLE.place.in_(places)))}


def keep_wait(conn: Connection, wait: Wait) -> None:
    """Write what is so at a place now."""
    conn.execute(delete(TABLE).where(TABLE.place == wait.place))
    conn.execute(insert(TABLE).values(asdict(wait)))


def forget_place(conn: Connection, place: str) -> None:
    """Delete what is kept of a place."""
    conn.execute(delete(TABLE).where(TABLE.place == place))


def forget_person(conn: Connection, staff_id: int) -> None:
    """Delete what is kept of the name of a person, at every address."""
    conn.execute(delete(TABLE).where(TABLE.staff_id == staff_id))


def forget_before(conn: Connection, moment: datetime) -> None:
    """Delete what is kept of places where nothing was wrong since a moment."""
    conn.execute(delete(TABLE).where(TABLE.missed_at <= moment))
