"""Reads and writes of bookings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from server.domain.bookings import Booking
from server.storage.statements import Statement
from server.storage.tables.bookings import BookingTable

ROW = select(*(getattr(BookingTable, name) for name in Booking._fields))
BY_ID = Statement(ROW.where(BookingTable.id == bindparam("booking")))
# The own centre's first: the same reference may be booked at several.
BY_REFERENCE = Statement(
    ROW.where(BookingTable.reference_hash == bindparam("reference")).order_by(
        BookingTable.centre_id != bindparam("centre", type_=BookingTable.centre_id.type), BookingTable.id
    )
)
COLUMNS = ["tail", "day", "slot", "service", "need", "token_id"]
ADD = Statement(insert(BookingTable), ["centre_id", "reference_hash", *COLUMNS])
# One that has its token stays with it, but is good once more for a later day.
MOVE = Statement(
    update(BookingTable).where(
        BookingTable.centre_id == bindparam("centre"),
        BookingTable.reference_hash == bindparam("reference"),
        or_(BookingTable.token_id.is_(None), BookingTable.day < bindparam("before", type_=BookingTable.day.type)),
    ),
    COLUMNS,
)
USE = Statement(update(BookingTable).where(BookingTable.id == bindparam("booking")), ["token_id"])


def find_booking(conn: Connection, centre_id: int, reference_hash: str | None, booking: int | None) -> Booking | None:
    """Return a booking by its id, or by the hash of its reference: that of the centre, else that of another one."""
    if booking is not None:
        row = BY_ID.row(conn, booking=booking)
    else:
        row = BY_REFERENCE.row(conn, reference=reference_hash, centre=centre_id)
    return None if row is None else Booking(*row)


def add_bookings(conn: Connection, bookings: Sequence[Mapping[str, object]]) -> None:
    """Write new bookings: `centre_id`, `reference_hash` and what is in `COLUMNS`."""
    if bookings:
        ADD.send_many(conn, bookings)


def move_booking(conn: Connection, centre_id: int, reference_hash: str, values: Mapping[str, object]) -> None:
    """Write what is in `COLUMNS` to a booking that has no token yet, or one of an earlier day."""
    MOVE.send(conn, centre=centre_id, reference=reference_hash, before=values["day"], **values)


def use_booking(conn: Connection, booking: int, token_id: str) -> None:
    """Note which token a booking has become."""
    USE.send(conn, booking=booking, token_id=token_id)


def bookings_by_tail(conn: Connection, centre_id: int, day: date, tail: str, slot: datetime | None) -> list[Booking]:
    """Return the bookings of a day, or of one of its slots, whose reference ends in `tail`, by slot."""
    query = ROW.where(BookingTable.centre_id == centre_id, BookingTable.day == day, BookingTable.tail == tail)
    if slot is not None:
        query = query.where(BookingTable.slot == slot)
    return [Booking(*row) for row in conn.execute(query.order_by(BookingTable.slot, BookingTable.id))]
