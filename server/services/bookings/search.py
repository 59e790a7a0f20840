"""Bookings found without their reference: by its last characters and the slot."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.domain.bookings import Booking
from server.domain.derived import UNDERIVED
from server.domain.instants import to_iso
from server.domain.references import TAIL, normal_form
from server.storage.sql import bookings, centres
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking as staff find it; `checked_in` says that it has its token."""

    id: int
    tail: str
    slot: str | None
    service: str
    need: str | None
    cancelled: bool
    checked_in: bool


@dataclass(frozen=True, slots=True)
class OldBookings:
    """How many bookings from today on a centre has whose reference is kept as older releases, or keys, did."""

    code: str
    count: int


def find_at(read: Read, code: str, tail: str, slot: datetime | None, now: datetime) -> list[BookingView]:
    """Return the bookings of today, or of a slot, whose reference ends in `tail`; raises UnknownCentre."""
    centre, normal = centres.centre_by_code(read, code), normal_form(tail)
    if len(normal) < TAIL:
        return []
    day = centre.day(slot) if slot else centre.today(now)
    rows = bookings.bookings_by_tail(read, centre.id, day, normal[-TAIL:], slot, UNDERIVED)
    return [view_of(row) for row in rows if _ends(row, normal)]


def view_of(booking: Booking) -> BookingView:
    """Return a booking as staff see it."""
    slot = None if booking.slot is None else to_iso(booking.slot)
    return BookingView(
        booking.id,
        booking.tail.upper(),
        slot,
        booking.service,
        booking.need,
        booking.cancelled,
        booking.token_id is not None,
    )


def _ends(booking: Booking, normal: str) -> bool:
    """Whether a reference may end as `normal` does; of the old form fewer letters may be known of it."""
    if booking.key_number != UNDERIVED:
        return True
    known = normal_form(booking.tail)
    return known != "" and normal.endswith(known)


def to_import_again(read: Read, key_number: int, now: datetime) -> Iterator[OldBookings]:
    """Return the centres with bookings to come that stand under another key than that in force, with how many."""
    for centre in centres.all_centres(read):
        count = bookings.count_under_other_keys(read, centre.id, key_number, centre.day(now))
        if count:
            yield OldBookings(centre.code, count)
