"""A booking or a return slip presented at the kiosk or a counter, and checked in once."""

from datetime import date, datetime

from server.domain.bookings import Booking, require_admitted, require_today
from server.domain.errors import (
    AppointmentOtherCentre,
    AppointmentUsed,
    ReturnSlipExpired,
    ReturnSlipUsed,
    UnknownAppointment,
    UnknownToken,
)
from server.domain.plan.plan import Plan
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.token import Token
from server.services.bookings.gate import gate
from server.storage.sql import centres, tokens
from server.storage.sql.bookings import find_booking, use_booking
from server.storage.transaction import Transaction


def presented(
    tx: Transaction, plan: Plan, reference_hash: str | None, booking: int | None, now: datetime, *, late: bool = False
) -> Booking | None:
    """Return the booking that is presented, None for a walk-in or a reference that nobody announced.

    With `late` it is entered from paper: the person was let in already. Raises UnknownAppointment (of a booking by
    its id), AppointmentOtherCentre, AppointmentOtherDay, AppointmentEarly, AppointmentUsed.
    """
    if reference_hash is None and booking is None:
        return None
    row = find_booking(tx.conn, tx.centre.id, reference_hash, booking)
    if row is None:
        if booking is not None:
            raise UnknownAppointment("There is no such booking.")
        return None
    if row.centre_id != tx.centre.id:
        other = centres.centre_by_id(tx.conn, row.centre_id)
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
    token = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    if token.state != TokenEnd.CANCELLED.value:
        raise AppointmentUsed(f"This appointment has its token: {token.label}.", label=token.label)


def check_in(tx: Transaction, booking: Booking, token: Token) -> None:
    """Note that a booking has become a token."""
    use_booking(tx.conn, booking.id, token.id)


def require_return(tx: Transaction, secret: str | None, today: date) -> str | None:
    """Return the id of the token whose return slip has this secret, None without a slip.

    Raises UnknownToken, ReturnSlipExpired, and ReturnSlipUsed when it has brought a token that was not cancelled.
    """
    if secret is None:
        return None
    centre_id, token = tokens.token_by_secret(tx.conn, secret)
    if centre_id != tx.centre.id or token.return_until is None:
        raise UnknownToken("This is not a return slip of this centre.")
    if today > token.return_until:
        raise ReturnSlipExpired(
            f"The return slip of {token.label} was good until {token.return_until:%d-%m-%Y}.",
            until=token.return_until.isoformat(),
        )
    again = tokens.brought_by(tx.conn, tx.centre.id, token.id)
    if again is not None:
        raise ReturnSlipUsed(f"The return slip of {token.label} was used: {again}.", label=again)
    return token.id
