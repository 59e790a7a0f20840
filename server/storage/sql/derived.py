"""Reads and writes of the numbers under which keys are derived."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from server.domain.derived import UNDERIVED
from server.storage.statements import Statement
from server.storage.tables.bookings import BookingTable
from server.storage.tables.floor import TokenTable
from server.storage.tables.people import DerivedKeyTable


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number: of which secret its keys are derived, since when, and when it was ended."""

    number: int
    fingerprint: str
    begun_at: datetime
    ended_at: datetime | None


NUMBERS = Statement(
    select(*(getattr(DerivedKeyTable, name) for name in KeyNumber.__slots__)).order_by(DerivedKeyTable.number)
)


def key_numbers(conn: Connection) -> list[KeyNumber]:
    """Return the numbers, ascending."""
    return [KeyNumber(*row) for row in NUMBERS.rows(conn)]


def add_number(conn: Connection, number: KeyNumber) -> None:
    """Write a new number."""
    conn.execute(insert(DerivedKeyTable).values({name: getattr(number, name) for name in KeyNumber.__slots__}))


END = Statement(update(DerivedKeyTable).where(DerivedKeyTable.number == bindparam("key")), ["ended_at"])


def end_number(conn: Connection, number: int, at: datetime) -> None:
    """Write when a number was ended."""
    END.run(conn, key=number, ended_at=at)


def has_old_references(conn: Connection) -> bool:
    """Return whether bookings stand in the database that a secret of before derived keys has hidden."""
    query = select(BookingTable.id).where(BookingTable.key_number == UNDERIVED).limit(1)
    return conn.execute(query).first() is not None


def was_used(conn: Connection) -> bool:
    """Return whether something stands in the database that its secret has signed or hidden, perhaps."""
    there = select(func.count()).select_from(select(BookingTable.id).limit(1).subquery())
    given = select(func.count()).select_from(select(TokenTable.id).limit(1).subquery())
    return bool(conn.execute(there).scalar_one()) or bool(conn.execute(given).scalar_one())
