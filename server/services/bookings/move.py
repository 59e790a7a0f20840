"""An appointment at another centre, taken over by the centre where its citizen stands."""

from datetime import datetime

from server.domain.actors import By
from server.domain.bookings import Booking
from server.domain.errors import AlreadyThere, AppointmentCancelled, AppointmentUsed, UnknownAppointment
from server.domain.events.payloads import BookingLeft, BookingMoved
from server.domain.references import Reference
from server.domain.token.lifecycle import TokenEnd
from server.services.bookings.find import elsewhere
from server.services.bookings.search import BookingView, view_of
from server.services.setup.plans import plan_now, plan_of
from server.storage.sql import bookings, centres, tokens
from server.storage.transaction import Read, Transaction


def move(tx: Transaction, reference: Reference, by: By) -> BookingView:
    """Take over a booking as `move_here` does, and return it as staff see it."""
    return view_of(tx.conn, plan_now(tx), move_here(tx, reference, by))


def move_here(tx: Transaction, reference: Reference, by: By) -> Booking:
    """Take over the booking that exactly one other centre has, for a service that this one offers too.

    Both centres record it: the command is one of that other centre too (`source_of`). Raises UnknownAppointment,
    AlreadyThere when this centre has it, AppointmentCancelled, AppointmentUsed.
    """
    there, source = elsewhere(tx.conn, tx.centre, plan_now(tx), reference), tx.beside
    if there.own is not None:
        raise AlreadyThere("This appointment is at this centre already.")
    if there.other is None:
        raise UnknownAppointment("No appointment of this reference is known at exactly one other centre.")
    booking = bookings.locked(tx.conn, there.other)
    if source is None or booking is None or booking.slot is None or booking.centre_id != source.centre.id:
        raise UnknownAppointment("This appointment was changed at its centre just now.")
    _require_free(tx, booking)
    moved = booking._replace(
        centre_id=tx.centre.id,
        reference_hash=reference.hash,
        key_number=reference.number,
        tail=reference.tail,
        day=tx.centre.day(booking.slot),
        token_id=None,
    )
    bookings.take_over(tx.conn, moved)
    tx.record(BookingMoved(booking=moved.id, source=source.centre.code), by)
    source.record(BookingLeft(booking=moved.id, target=tx.centre.code), by)
    return moved


def source_of(read: Read, code: str, reference: Reference, now: datetime) -> int | None:
    """Return the id of the centre from which a booking would be moved here, None for none; raises UnknownCentre."""
    centre = centres.centre_by_code(read, code)
    other = elsewhere(read, centre, plan_of(read, centre, centre.today(now)), reference).other
    return None if other is None else other.centre_id


def _require_free(tx: Transaction, booking: Booking) -> None:
    if booking.cancelled:
        raise AppointmentCancelled("This appointment was cancelled.")
    if booking.token_id is None:
        return
    token = tokens.token_by_id(tx.conn, booking.centre_id, booking.token_id)
    if token.state != TokenEnd.CANCELLED.value:
        raise AppointmentUsed(f"This appointment has its token: {token.label}.", label=token.label)
