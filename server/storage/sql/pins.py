"""Reads and writes of the PINs of people, and of the sessions that are locked."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from server.storage.tables.people import PinTable, StaffSessionTable

TABLE, SESSIONS = PinTable, StaffSessionTable


@dataclass(frozen=True, slots=True)
class Pin:
    """The PIN of a person, as its row has it."""

    staff_id: int
    key_number: int
    pin_hash: str
    set_at: datetime


def pin_of(conn: Connection, staff_id: int) -> Pin | None:
    """Return the PIN of a person, None when they have none."""
    query = select(TABLE.staff_id, TABLE.key_number, TABLE.pin_hash, TABLE.set_at).where(TABLE.staff_id == staff_id)
    row = conn.execute(query).one_or_none()
    return None if row is None else Pin(*row)


def keep_pin(conn: Connection, pin: Pin) -> None:
    """Write the PIN of a person in place of the one before."""
    drop_pin(conn, pin.staff_id)
    conn.execute(insert(TABLE).values(asdict(pin)))


def drop_pin(conn: Connection, staff_id: int) -> bool:
    """Delete the PIN of a person; returns whether there was one."""
    return conn.execute(delete(TABLE).where(TABLE.staff_id == staff_id)).rowcount == 1


def lock(conn: Connection, secret_hash: str, at: datetime) -> None:
    """Write that a session is locked, with no wrong PIN so far."""
    conn.execute(update(SESSIONS).where(SESSIONS.secret_hash == secret_hash).values(locked_at=at))


def unlock(conn: Connection, secret_hash: str, at: datetime) -> None:
    """Write that a session goes on, in use."""
    on = {"locked_at": None, "pin_misses": 0, "seen_at": at}
    conn.execute(update(SESSIONS).where(SESSIONS.secret_hash == secret_hash).values(on))


def misses_of(conn: Connection, secret_hash: str) -> int | None:
    """Return how many wrong PINs a session had since it was last in use, None for one that has ended."""
    query = select(SESSIONS.pin_misses).where(SESSIONS.secret_hash == secret_hash)
    return conn.execute(query).scalar_one_or_none()


def note_misses(conn: Connection, secret_hash: str, misses: int, at: datetime) -> None:
    """Write how many wrong PINs a session had; it is locked from the first."""
    missed = {"pin_misses": misses, "locked_at": at}
    conn.execute(update(SESSIONS).where(SESSIONS.secret_hash == secret_hash).values(missed))
