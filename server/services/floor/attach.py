"""An appointment that is given to a token later, at a desk: its number and its place stay, or get better."""

from server.domain.actors import By
from server.domain.bookings import Booking, aged_from
from server.domain.errors import TokenHasAppointment
from server.domain.events.payloads import TokenAttached
from server.domain.plan.plan import Plan
from server.domain.token.appointed import Appointed, appoint
from server.domain.token.record import seal_needs
from server.domain.token.token import Token
from server.services.bookings import present
from server.services.bookings.present import Shown
from server.services.floor.token_rows import change_token
from server.services.floor.under_way import token_under_way
from server.services.setup.plans import plan_now
from server.storage.sql import bookings, tokens
from server.storage.transaction import Transaction


def attach(tx: Transaction, token_id: str, shown: Shown, by: By) -> Token:
    """Give an appointment to a token: service, class, need and slot are the booked ones, the age is the older.

    Label and series stay. Whoever neither stands on the new route nor has a way back to it waits at its start. Raises
    UnknownToken, IllegalTransition, TokenHasAppointment, and for the booking what `server.services.bookings.present`
    says: not that it is early, for whoever has a token was let in.
    """
    before, plan = token_under_way(tx, token_id), plan_now(tx)
    booking = present.required(tx, plan, shown)
    present.require_good(tx, plan, booking, tx.today, tx.wall)
    if bookings.bookings_of_token(tx.conn, tx.centre.id, before.id):
        raise TokenHasAppointment(f"{before.label} has its appointment already.", label=before.label)
    to = appointed(tx, plan, before, booking)
    closed, after = appoint(before, to, plan.routes[to.route], tx.next_seq, tx.moment)
    present.check_in(tx, booking, after)
    return change_token(tx, before, TokenAttached(after, booking=booking.id, was=before.service), by, closed=closed)


def appointed(tx: Transaction, plan: Plan, token: Token, booking: Booking) -> Appointed:
    """Return what a booking makes of a token."""
    service, need = plan.service(booking.service), booking.need or token.need
    secret = tokens.secret_of(tx.conn, tx.centre.id, token.id)
    came = tx.centre.wall(token.issued_at)
    return Appointed(
        service=service.code,
        route=service.route,
        klass=plan.kept_series(service, need),
        need=need,
        needs_seal=seal_needs(secret, need, token.access),
        slot=booking.slot,
        aged_from=min(token.aged_from, tx.centre.floor(aged_from(booking.slot, came, plan.slots))),
    )


def take_back(tx: Transaction, attached: TokenAttached) -> None:
    """Let the booking be good again that was given to a token."""
    booking = bookings.booking_by_id(tx.conn, attached.booking)
    if booking is not None and booking.token_id == attached.token.id:
        bookings.use_booking(tx.conn, tx.centre.id, booking.id, None)
