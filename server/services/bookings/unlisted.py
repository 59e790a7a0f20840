"""Bookings of services for which no list is connected: a reference of their form is one, once on a business day."""

from collections.abc import Sequence

from server.domain.bookings import Booking
from server.domain.errors import AppointmentAmbiguous
from server.domain.plan.plan import Plan
from server.domain.references import Reference
from server.storage.sql import bookings
from server.storage.transaction import Transaction


def of_form(tx: Transaction, plan: Plan, reference: Reference, wanted: str | None) -> Booking | None:
    """Return a new booking of today for a reference that no list has, None when it fits no service.

    Raises AppointmentAmbiguous, with the services, when it fits several and `wanted` is none of them.
    """
    service = _service(plan, reference, wanted)
    if service is None:
        return None
    new = Booking(
        id=0,
        centre_id=tx.centre.id,
        reference_hash=reference.hash,
        key_number=reference.number,
        tail=reference.tail,
        day=tx.today,
        slot=None,
        service=service,
        need=None,
        cancelled=False,
        token_id=None,
    )
    return new._replace(id=bookings.add_booking(tx.conn, new))


def of_today(tx: Transaction, plan: Plan, booking: Booking, reference: Reference, wanted: str | None) -> Booking | None:
    """Return a booking that no list has as it is today, None when its service takes such references no more.

    Of an earlier day it is good once more; today it may be for another service while it has no token.
    """
    if booking.day == tx.today and booking.token_id is not None:
        return booking
    service = _service(plan, reference, wanted)
    if service is None:
        return None
    renewed = booking._replace(day=tx.today, service=service, token_id=None)
    bookings.change_booking(tx.conn, renewed)
    return renewed


def _service(plan: Plan, reference: Reference, wanted: str | None) -> str | None:
    """Return the service that a reference is for; raises AppointmentAmbiguous."""
    fitting = [code for code in plan.services if code in plan.bookings and plan.bookings[code].takes(reference.normal)]
    if wanted in fitting or len(fitting) <= 1:
        return wanted if wanted in fitting else next(iter(fitting), None)
    raise _ambiguous(fitting)


def _ambiguous(fitting: Sequence[str]) -> AppointmentAmbiguous:
    return AppointmentAmbiguous("This reference is of several services: which one?", services=list(fitting))
