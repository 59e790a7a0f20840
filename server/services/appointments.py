"""Bookings: taken over from the portal, found again without their number, and checked in once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from server.domain.appointments import Batch, batch_now, require_admitted, require_today
from server.domain.errors import (
    AppointmentOtherCentre,
    AppointmentUsed,
    ReturnSlipExpired,
    ReturnSlipUsed,
    UnknownAppointment,
    UnknownToken,
)
from server.domain.lifecycle import TokenEnd
from server.domain.plan import Plan
from server.domain.token_records import to_iso
from server.domain.tokens import Token
from server.services.plans import plan_of
from server.storage import line, queries
from server.storage.bookings import ROW, BookingRow, add_bookings, find_booking, move_booking, use_booking
from server.storage.models import Appointment
from server.storage.transaction import CentreState, Transaction

TAIL = 4


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment from the portal; the hash hides its reference, `tail` is its last characters."""

    reference_hash: str
    tail: str
    slot: datetime
    service: str
    need: str | None = None


def book(tx: Transaction, bookings: Sequence[Booking], now: datetime) -> int:
    """Take over bookings; one that is there already moves to its new slot. Returns how many were new.

    A reference that was checked in keeps its token, but is good once more for a later day: people book again under
    the reference they have. Raises UnknownService, UnknownNeed.
    """
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    new: dict[str, dict[str, Any]] = {}
    for one in bookings:
        plan.series_for(plan.service(one.service), one.need)
        told = {
            "centre_id": tx.centre.id,
            "tail": one.tail.upper(),
            "day": tx.centre.day(one.slot),
            "slot": one.slot,
            "service": one.service,
            "need": one.need,
            "token_id": None,
        }
        if find_booking(tx.conn, one.reference_hash, None) is None:
            new[one.reference_hash] = {"reference_hash": one.reference_hash, **told}
        else:
            move_booking(tx.conn, one.reference_hash, told)
    add_bookings(tx.conn, list(new.values()))
    return len(new)


def find(
    conn: Connection, centre: CentreState, tail: str, slot: datetime | None, now: datetime
) -> list[dict[str, Any]]:
    """Return the bookings whose reference ends in `tail`: those of today, or of the slot that is given."""
    query = ROW.where(
        Appointment.centre_id == centre.id,
        Appointment.day == centre.day(slot or now),
        Appointment.tail == tail.strip().upper()[-TAIL:],
    )
    if slot is not None:
        query = query.where(Appointment.slot == slot)
    rows = conn.execute(query.order_by(Appointment.slot, Appointment.id))
    return [
        {
            "id": row.id,
            "tail": row.tail,
            "slot": to_iso(row.slot),
            "service": row.service,
            "need": row.need,
            "checked_in": row.token_id is not None,
        }
        for row in rows
    ]


def find_at(conn: Connection, code: str, tail: str, slot: datetime | None, now: datetime) -> list[dict[str, Any]]:
    """Return the bookings of today at a centre; raises UnknownCentre."""
    return find(conn, queries.centre_by_code(conn, code), tail, slot, now)


def gate_at(conn: Connection, code: str, now: datetime) -> Batch:
    """Return whom the gate of a centre lets in now; raises UnknownCentre."""
    centre = queries.centre_by_code(conn, code)
    return gate(conn, centre, plan_of(conn, centre, centre.day(now)), now)


def gate(conn: Connection, centre: CentreState, plan: Plan, now: datetime) -> Batch:
    """Return whom the gate lets in now, paced by the line at the first stage of the bookings' route."""
    first = next(iter(plan.services.values()))
    stage = plan.stages[plan.routes[first.route][0]]
    waiting, opened = line.ahead_and_open(conn, centre.id, stage.code)
    return batch_now(now, plan.slots, waiting, opened, stage.service_min)


def presented(
    tx: Transaction, plan: Plan, reference_hash: str | None, booking: int | None, now: datetime, *, late: bool = False
) -> BookingRow | None:
    """Return the booking that is presented, None for a walk-in or a reference that nobody announced.

    With `late` it is entered from paper: the person was let in already. Raises UnknownAppointment (of a booking by
    its id), AppointmentOtherCentre, AppointmentOtherDay, AppointmentEarly, AppointmentUsed.
    """
    if reference_hash is None and booking is None:
        return None
    row = find_booking(tx.conn, reference_hash, booking)
    if row is None:
        if booking is not None:
            raise UnknownAppointment("There is no such booking.")
        return None
    if row.centre_id != tx.centre.id:
        other = queries.centre_by_id(tx.conn, row.centre_id)
        name = other.name.get("en") or next(iter(other.name.values()))
        raise AppointmentOtherCentre(f"This appointment is at {name}.", centre=other.code, name=other.name)
    require_today(row.slot, plan.hours, now)
    _require_unused(tx, row.token_id)
    if not late:
        require_admitted(row.slot, gate(tx.conn, tx.centre, plan, now), now, tx.centre.timezone)
    return row


def _require_unused(tx: Transaction, token_id: str | None) -> None:
    """Raise AppointmentUsed when a booking has its token; one that was cancelled leaves the booking good."""
    if token_id is None:
        return
    token = queries.token_by_id(tx.conn, tx.centre.id, token_id)
    if token.state != TokenEnd.CANCELLED.value:
        raise AppointmentUsed(f"This appointment has its token: {token.label}.", label=token.label)


def check_in(tx: Transaction, reference_hash: str | None, booking: int | None, token: Token) -> None:
    """Note that a booking has become a token."""
    row = None if token.slot is None else find_booking(tx.conn, reference_hash, booking)
    if row is not None:
        use_booking(tx.conn, row.id, token.id)


def require_return(tx: Transaction, secret: str | None, today: date) -> str | None:
    """Return the id of the token whose return slip has this secret, None without a slip.

    Raises UnknownToken, ReturnSlipExpired, and ReturnSlipUsed when it has brought a token that was not cancelled.
    """
    if secret is None:
        return None
    centre_id, token = queries.token_by_secret(tx.conn, secret)
    if centre_id != tx.centre.id or token.return_until is None:
        raise UnknownToken("This is not a return slip of this centre.")
    if today > token.return_until:
        raise ReturnSlipExpired(
            f"The return slip of {token.label} was good until {token.return_until:%d-%m-%Y}.",
            until=token.return_until.isoformat(),
        )
    again = queries.brought_by(tx.conn, tx.centre.id, token.id)
    if again is not None:
        raise ReturnSlipUsed(f"The return slip of {token.label} was used: {again}.", label=again)
    return token.id
