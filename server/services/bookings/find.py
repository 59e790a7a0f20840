"""A booking by its reference, under whatever hash it stands."""

from typing import NamedTuple

from server.domain.bookings import Booking
from server.domain.centre import CentreState
from server.domain.errors import AppointmentOtherCentre, UnknownAppointment
from server.domain.plan.plan import Plan
from server.domain.references import Reference
from server.storage.sql import bookings, centres
from server.storage.transaction import Read, Transaction


class Elsewhere(NamedTuple):
    """The booking of a reference at the own centre, and that at another one when it is certain which."""

    own: Booking | None
    other: Booking | None


def found(tx: Transaction, plan: Plan, reference: Reference) -> Booking | None:
    """Return the booking of a reference at this centre, None when there is none; it stands under the present hash then.

    Raises AppointmentOtherCentre when exactly one other centre has it, for a service that this one offers too.
    """
    booking = elsewhere(tx.conn, tx.centre, plan, reference)
    if booking.own is not None:
        return _renewed(tx, booking.own, reference)
    if booking.other is not None:
        other = centres.centre_by_id(tx.conn, booking.other.centre_id)
        name = other.name.get("en") or next(iter(other.name.values()))
        raise AppointmentOtherCentre(f"This appointment is at {name}.", centre=other.code, name=other.name)
    return None


def elsewhere(read: Read, centre: CentreState, plan: Plan, reference: Reference) -> Elsewhere:
    """Return where a reference is booked: nothing is told of others where it is not certain, or for another service."""
    others: list[Booking] = []
    for known in reference.hashes:
        for booking in bookings.bookings_by_hash(read, centre.id, known):
            if booking.centre_id == centre.id:
                return Elsewhere(booking, None)
            others.append(booking)
    imported = [booking for booking in others if booking.slot is not None]
    certain = len({booking.centre_id for booking in imported}) == 1 and imported[0].service in plan.services
    return Elsewhere(None, imported[0] if certain else None)


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
    renewed = booking._replace(reference_hash=reference.hash, key_number=reference.number, tail=reference.tail)
    bookings.rewrite_booking(tx.conn, renewed)
    return renewed
