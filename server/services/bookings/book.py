"""Bookings: taken over from the portal, and found again without their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.instants import to_iso
from server.services.setup.plans import plan_now
from server.storage.sql import bookings, centres
from server.storage.transaction import Read, Transaction

TAIL = 4


@dataclass(frozen=True, slots=True)
class NewBooking:
    """An appointment from the portal; the hash hides its reference, `tail` is its last characters."""

    reference_hash: str
    tail: str
    slot: datetime
    service: str
    need: str | None = None


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking as staff find it; `checked_in` says that it has its token."""

    id: int
    tail: str
    slot: str
    service: str
    need: str | None
    checked_in: bool


def book(tx: Transaction, booked: Sequence[NewBooking]) -> int:
    """Take over bookings; one that is there already moves to its new slot. Returns how many were new.

    A reference that was checked in keeps its token, but is good once more for a later day: people book again under
    the reference they have. Raises UnknownService, UnknownNeed.
    """
    plan, centre_id = plan_now(tx), tx.centre.id
    new: dict[str, dict[str, object]] = {}
    for booking in booked:
        plan.series_for(plan.service(booking.service), booking.need)
        values = {
            "tail": booking.tail.upper(),
            "day": tx.centre.day(booking.slot),
            "slot": booking.slot,
            "service": booking.service,
            "need": booking.need,
            "token_id": None,
        }
        known = bookings.find_booking(tx.conn, centre_id, booking.reference_hash, None)
        if known is None or known.centre_id != centre_id:
            new[booking.reference_hash] = {"centre_id": centre_id, "reference_hash": booking.reference_hash, **values}
        else:
            bookings.move_booking(tx.conn, centre_id, booking.reference_hash, values)
    bookings.add_bookings(tx.conn, list(new.values()))
    return len(new)


def find_at(read: Read, code: str, tail: str, slot: datetime | None, now: datetime) -> list[BookingView]:
    """Return the bookings of today, or of a slot, whose reference ends in `tail`; raises UnknownCentre."""
    centre = centres.centre_by_code(read, code)
    end = tail.strip().upper()[-TAIL:]
    rows = bookings.bookings_by_tail(read, centre.id, centre.day(slot or centre.wall(now)), end, slot)
    return [
        BookingView(row.id, row.tail, to_iso(row.slot), row.service, row.need, row.token_id is not None) for row in rows
    ]
