"""Two tokens of one person become one: the older place and the better class stay, the other label leads to it."""

from dataclasses import replace

from server.domain.actors import By
from server.domain.bookings import Booking
from server.domain.errors import InvalidInput
from server.domain.events.payloads import TokenCancelled, TokenMerged, brought_by
from server.domain.plan.plan import Plan
from server.domain.token import changes
from server.domain.token.appointed import Appointed, appoint, joined, take_place
from server.domain.token.record import seal_needs
from server.domain.token.token import Token
from server.services.bookings import present
from server.services.floor.attach import appointed
from server.services.floor.correct import access_needs, access_values
from server.services.floor.token_rows import change_token
from server.services.floor.under_way import token_under_way
from server.services.setup.plans import plan_now
from server.storage.sql import bookings, tokens
from server.storage.transaction import Transaction

MERGED = "merged"


def merge(tx: Transaction, token_id: str, into: str, by: By) -> Token:
    """End a token because its citizen has another one, which gets the older place, the better class and the bookings.

    It is for the people of both then: the larger party, the further services, and what either needs to be reached.
    Raises UnknownToken, IllegalTransition when one of them has ended or the first is being served, and InvalidInput for
    one and the same.
    """
    ends, stays, plan = token_under_way(tx, token_id), token_under_way(tx, into), plan_now(tx)
    if ends.id == stays.id:
        raise InvalidInput(f"{ends.label} cannot be merged with itself.")
    held, own = (bookings.bookings_of_token(tx.conn, tx.centre.id, token.id) for token in (ends, stays))
    held.sort(key=lambda booking: booking.slot != ends.slot)  # first the one that it came by
    change_token(tx, ends, TokenCancelled(changes.cancel(ends, tx.moment), cause=MERGED), by)
    tokens.set_merged(tx.conn, ends.id, stays.id)
    for booking in held:
        present.check_in(tx, booking, stays)
    both = replace(joined(stays, ends), **access_values(access_needs((*stays.access, *ends.access))))
    to = _better(tx, plan, both, ends, held[0] if held and not own else None)
    closed, after = appoint(both, to, plan.routes[to.route], tx.next_seq, tx.moment)
    own_one, further = (held[0].id if held else None), tuple(booking.id for booking in held[1:])
    merged = TokenMerged(take_place(after, ends), ends.id, own_one, further)
    return change_token(tx, stays, merged, by, closed=closed)


def _better(tx: Transaction, plan: Plan, stays: Token, ends: Token, booking: Booking | None) -> Appointed:
    """Return what the token that stays is from now on; `booking` is the one that goes over to it."""
    to = Appointed.as_it_is(stays) if booking is None else appointed(tx, plan, stays, booking)
    to = replace(to, aged_from=min(to.aged_from, ends.aged_from))
    if plan.calling.is_better(ends.klass, to.klass):
        to = replace(to, klass=ends.klass, need=ends.need or to.need)
    secret = tokens.secret_of(tx.conn, tx.centre.id, stays.id)
    return replace(to, needs_seal=seal_needs(secret, to.need, stays.access))


def take_back(tx: Transaction, merged: TokenMerged) -> None:
    """Let the token that was merged stand for itself again, with its bookings."""
    tokens.set_merged(tx.conn, merged.merged, None)
    for booking in brought_by(merged):
        bookings.use_booking(tx.conn, tx.centre.id, booking, merged.merged)
