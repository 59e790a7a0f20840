"""Bookings that staff look up: by the whole reference, or by its last characters and the slot."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.domain.bookings import Booking
from server.domain.derived import UNDERIVED
from server.domain.instants import to_iso
from server.domain.plan.plan import Plan
from server.domain.references import TAIL, Reference, normal_form
from server.services.bookings.find import elsewhere
from server.services.setup.plans import plan_of
from server.storage.sql import bookings, centres, tokens
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking as staff find it, and the class that it gives; `label` is that of the token that it has become."""

    id: int
    tail: str
    slot: str | None
    service: str
    need: str | None
    klass: str | None
    cancelled: bool
    checked_in: bool
    label: str | None


@dataclass(frozen=True, slots=True)
class OldBookings:
    """How many bookings from today on a centre has whose reference is kept as older releases, or keys, did."""

    code: str
    count: int


def find_at(read: Read, code: str, tail: str, slot: datetime | None, now: datetime) -> list[BookingView]:
    """Return the bookings of today, or of a slot, whose reference ends in `tail`; raises UnknownCentre.

    Whoever knows more than the last characters asks for the whole reference: others may end alike.
    """
    centre, normal = centres.centre_by_code(read, code), normal_form(tail)
    if len(normal) != TAIL:
        return []
    day = centre.day(slot) if slot else centre.today(now)
    rows = bookings.bookings_by_tail(read, centre.id, day, normal, slot, UNDERIVED)
    plan = plan_of(read, centre, centre.today(now))
    return [view_of(read, plan, row) for row in rows if _ends(row, normal)]


def find_named(read: Read, code: str, reference: Reference, now: datetime) -> list[BookingView]:
    """Return the booking of today that has this reference and no other, none when there is none."""
    centre = centres.centre_by_code(read, code)
    today = centre.today(now)
    plan = plan_of(read, centre, today)
    booking = elsewhere(read, centre, plan, reference).own
    return [] if booking is None or booking.day != today else [view_of(read, plan, booking)]


def view_of(read: Read, plan: Plan, booking: Booking) -> BookingView:
    """Return a booking as staff see it; one of a service that was dropped gives no class."""
    service = plan.services.get(booking.service)
    token = None if booking.token_id is None else tokens.token_by_id(read, booking.centre_id, booking.token_id)
    return BookingView(
        id=booking.id,
        tail=booking.tail.upper(),
        slot=None if booking.slot is None else to_iso(booking.slot),
        service=booking.service,
        need=booking.need,
        klass=None if service is None else plan.kept_series(service, booking.need),
        cancelled=booking.cancelled,
        checked_in=token is not None,
        label=None if token is None else token.label,
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
