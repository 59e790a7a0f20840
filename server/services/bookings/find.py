"""A booking by its reference, under whatever hash it stands."""

from server.domain.bookings import Booking
from server.domain.errors import AppointmentOtherCentre, UnknownAppointment
from server.domain.plan.plan import Plan
from server.domain.references import Reference
from server.storage.sql import bookings, centres
from server.storage.transaction import Transaction


def found(tx: Transaction, plan: Plan, reference: Reference) -> Booking | None:
    """Return the booking of a reference at this centre, None when there is none; it stands under the present hash then.

    Raises AppointmentOtherCentre when exactly one other centre has it, for a service that this one offers too.
    """
    elsewhere: list[Booking] = []
    for known in reference.hashes:
        for booking in bookings.bookings_by_hash(tx.conn, tx.centre.id, known):
            if booking.centre_id == tx.centre.id:
                return _renewed(tx, booking, reference)
            elsewhere.append(booking)
    _tell_other_centre(tx, plan, elsewhere)
    return None


def known_booking(tx: Transaction, booking_id: int) -> Booking:
    """Return a booking of this centre that staff found; raises UnknownAppointment."""
    booking = bookings.booking_by_id(tx.conn, booking_id)
    if booking is None or booking.centre_id != tx.centre.id:
        raise UnknownAppointment("There is no such booking.")
    return booking


def _renewed(tx: Transaction, booking: Booking, reference: Reference) -> Booking:
    """Keep a booking under the present hash of its reference when it was found by an older one."""
    if booking.reference_hash == reference.hash:
        return booking
    bookings.rewrite_booking(tx.conn, booking.id, reference.hash, reference.number, reference.tail)
    return booking._replace(reference_hash=reference.hash, key_number=reference.number, tail=reference.tail)


def _tell_other_centre(tx: Transaction, plan: Plan, elsewhere: list[Booking]) -> None:
    """Raise AppointmentOtherCentre when it is certain where the appointment is; else nothing is told of others."""
    imported = [booking for booking in elsewhere if booking.slot is not None]
    there = {booking.centre_id for booking in imported}
    if len(there) != 1 or imported[0].service not in plan.services:
        return
    other = centres.centre_by_id(tx.conn, there.pop())
    name = other.name.get("en") or next(iter(other.name.values()))
    raise AppointmentOtherCentre(f"This appointment is at {name}.", centre=other.code, name=other.name)
