"""A booking or a return slip presented at the kiosk or a counter, and checked in once."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain.bookings import Booking, require_admitted, require_today
from server.domain.errors import (
    AppointmentCancelled,
    AppointmentUsed,
    ReturnSlipExpired,
    ReturnSlipUsed,
    UnknownAppointment,
    UnknownToken,
)
from server.domain.events.event import Event
from server.domain.events.payloads import TokenIssued, TokenUndone, brought_by
from server.domain.plan.hours import next_working_day
from server.domain.plan.plan import Plan
from server.domain.references import Reference
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.token import Token
from server.services.bookings import unlisted
from server.services.bookings.find import found, known_booking
from server.services.bookings.gate import gate
from server.services.setup.plans import plan_of
from server.storage.sql import events, tokens
from server.storage.sql.bookings import use_booking
from server.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Shown:
    """How somebody names an appointment: by its reference, or by a booking that staff found.

    `service` chooses where a reference, of which there is no list, may be of several.
    """

    reference: Reference | None = None
    booking: int | None = None
    service: str | None = None


def presented(
    tx: Transaction, plan: Plan, shown: Shown, today: date, now: datetime, *, late: bool = False
) -> Booking | None:
    """Return the booking that is presented, None for a walk-in.

    With `late` it is entered from paper: the person was let in already. Raises UnknownAppointment,
    AppointmentAmbiguous, AppointmentOtherCentre, AppointmentCancelled, AppointmentOtherDay,
    AppointmentUsed, AppointmentEarly.
    """
    if shown.booking is None and shown.reference is None:
        return None
    booking = required(tx, plan, shown)
    require_good(tx, plan, booking, today, now)
    if booking.slot is not None and not late:
        require_admitted(booking.slot, gate(tx.conn, tx.centre, plan, now), now, tx.centre.timezone)
    return booking


def required(tx: Transaction, plan: Plan, shown: Shown) -> Booking:
    """Return the booking that somebody names, whether it is good now or not.

    Raises UnknownAppointment, AppointmentAmbiguous, AppointmentOtherCentre.
    """
    if shown.booking is not None:
        return known_booking(tx, shown.booking)
    reference = shown.reference
    if reference is None:
        raise UnknownAppointment("No appointment was named.")
    booking = found(tx, plan, reference)
    if booking is None:
        booking = unlisted.of_form(tx, plan, reference, shown.service)
    elif booking.slot is None:
        booking = unlisted.of_today(tx, plan, booking, reference, shown.service)
    if booking is None:
        raise UnknownAppointment("No appointment of this reference is known here.")
    return booking


def require_good(tx: Transaction, plan: Plan, booking: Booking, today: date, now: datetime) -> None:
    """Raise what stands against a booking whenever it is shown today.

    AppointmentCancelled, AppointmentOtherDay, and AppointmentUsed when it has its token, unless that was cancelled.
    """
    if booking.cancelled:
        raise AppointmentCancelled("This appointment was cancelled.")
    if booking.slot is not None:
        require_today(booking.slot, plan.hours, plan.slots, now, today)
    _require_unused(tx, booking)


def _require_unused(tx: Transaction, booking: Booking) -> None:
    token = None if booking.token_id is None else tokens.token_by_id(tx.conn, tx.centre.id, booking.token_id)
    if token is not None and token.state != TokenEnd.CANCELLED.value:
        raise AppointmentUsed(f"This appointment has its token: {token.label}.", label=token.label)


def check_in(tx: Transaction, booking: Booking, token: Token) -> None:
    """Note that a booking has become a token; raises UnknownAppointment when another centre has just taken it over."""
    _use(tx, booking.id, token.id)


def _use(tx: Transaction, booking: int, token_id: str) -> None:
    if not use_booking(tx.conn, tx.centre.id, booking, token_id):
        raise UnknownAppointment("This appointment was moved to another centre just now.")


def require_unclaimed(tx: Transaction, token: Token) -> None:
    """Raise AppointmentUsed or ReturnSlipUsed when an ended token cannot stand again, because somebody came since.

    They came by its own return slip, or, where it was cancelled, by the booking or the slip that had brought it: one
    person would be served twice. A booking whose later token was cancelled too is this one's again.
    """
    _require_unbrought(tx, token.id)
    if token.ends is not TokenEnd.CANCELLED:
        return
    record = list(events.events_of(tx.conn, tx.centre.id, token.id))
    for booking in _bookings_of(record):
        _claim_again(tx, booking, token)
    issued = record[0].payload if record else None
    if isinstance(issued, TokenIssued) and issued.return_of is not None:
        _require_unbrought(tx, issued.return_of)


def _bookings_of(record: Sequence[Event]) -> list[int]:
    """Return the bookings that brought a token, were attached to it or came with another one, and still stand."""
    undone = {event.payload.undoes for event in record if isinstance(event.payload, TokenUndone)}
    return [booking for event in record if event.seq not in undone for booking in brought_by(event.payload)]


def _claim_again(tx: Transaction, booking: int, token: Token) -> None:
    row = known_booking(tx, booking)
    if row.token_id != token.id:
        if row.slot != token.slot:
            return  # it was moved to another time since, and is for somebody who comes then
        _require_unused(tx, row)
    # Also where it is this one's: so another centre that is about to take it over waits, and sees that it is used.
    _use(tx, row.id, token.id)


def _require_unbrought(tx: Transaction, token_id: str) -> None:
    again = tokens.brought_by(tx.conn, tx.centre.id, token_id)
    if again is not None:
        raise ReturnSlipUsed(f"The return slip was used: {again}.", label=again)


def require_return(tx: Transaction, secret: str | None, today: date) -> str | None:
    """Return the id of the token whose return slip has this secret, None without a slip.

    Raises UnknownToken, ReturnSlipExpired, and ReturnSlipUsed when it has brought a token that was not cancelled.
    """
    if secret is None:
        return None
    centre_id, token = tokens.token_by_secret(tx.conn, secret)
    token = tokens.standing_for(tx.conn, centre_id, token)
    if centre_id != tx.centre.id or token.return_until is None:
        raise UnknownToken("This is not a return slip of this centre.")
    if today > token.return_until and today > (until := _good_until(tx, token, today)):
        raise ReturnSlipExpired(
            f"The return slip of {token.label} was good until {until:%d-%m-%Y}.", until=until.isoformat()
        )
    again = tokens.brought_by(tx.conn, tx.centre.id, token.id)
    if again is not None:
        raise ReturnSlipUsed(f"The return slip of {token.label} was used: {again}.", label=again)
    return token.id


def _good_until(tx: Transaction, token: Token, today: date) -> date:
    """Return the last day on which a return slip is good: a day that was declared closed since is none of its days."""
    if token.return_until is None or token.ended_at is None:
        return today
    ended = tx.centre.calendar_day(token.ended_at)
    then, now = (plan_of(tx.conn, tx.centre, day).hours for day in (ended, today))
    days = (ended + timedelta(days=ahead) for ahead in range(1, (token.return_until - ended).days + 1))
    with suppress(LookupError):  # no day at all on which the centre works
        return max(token.return_until, next_working_day(now, ended, sum(map(then.works_on, days))))
    return token.return_until
