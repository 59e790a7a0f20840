"""Who sits at which counter: one person at one counter, and nobody calls from another's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from server.domain.actors import By
from server.domain.counters import Counter
from server.domain.credentials import normal_name
from server.domain.errors import CounterBusy, CounterTaken, NotYourCounter, UnknownOfficer
from server.domain.events.payloads import CounterSeated
from server.domain.permissions import Permission, Scope
from server.domain.token.token import Token
from server.services.floor import at_counter
from server.services.people.principal import Principal, lacking
from server.services.people.sign_in import SESSION_IDLE
from server.storage.sql import people, tokens
from server.storage.sql.presence import move_auth
from server.storage.transaction import Read, Transaction

STAFF = "staff:"


def sit(tx: Transaction, counter_id: str, principal: Principal, now: datetime, *, take_over: bool = False) -> Counter:
    """Let a person sit down at a counter; the counter they sat at before is free again.

    `now` is real time. Raises UnknownCounter, CounterTaken while another person is signed in there (unless
    `take_over`), and CounterBusy while they still have a token at their own counter.
    """
    move_auth(tx.conn)
    counter = at_counter.counter_named(tx, counter_id)
    if counter.operator not in (None, principal.id) and not take_over:
        other = _signed_in(tx, str(counter.operator), now)
        if other is not None:
            raise CounterTaken(f"{other} is at counter {counter_id}.", user=other)
    _get_up(tx, principal, but=counter_id)
    if counter.operator != principal.id:
        _seat(tx, counter_id, principal.id, principal)
    return replace(counter, operator=principal.id)


def leave(tx: Transaction, principal: Principal) -> None:
    """Let a person get up from wherever they sit; raises CounterBusy while a token is with them."""
    move_auth(tx.conn)
    _get_up(tx, principal)


def _get_up(tx: Transaction, principal: Principal, *, but: str | None = None) -> None:
    for seat in people.seats_of(tx.conn, tx.centre.id, principal.id):
        if seat == but:
            continue
        if at_counter.counter_named(tx, seat).token is not None:
            raise CounterBusy(f"Counter {seat} still has a token. Finish it first.", counter=seat)
        _seat(tx, seat, None, principal)


def _seat(tx: Transaction, seat: str, officer: str | None, principal: Principal) -> None:
    """Write who sits at a counter, with the event."""
    people.set_operator(tx.conn, tx.centre.id, seat, officer)
    tx.record(CounterSeated(seat, officer), By(principal.id, seat))


def require_seat(tx: Transaction, counter_id: str, principal: Principal) -> None:
    """Raise NotYourCounter when a person who reaches no further than their own counter acts at one where they do
    not sit.

    A key that is bound to a counter was refused before at any other; one that is bound to none stands for all.
    """
    if principal.user is None or principal.scope is not Scope.OWN_COUNTER:
        return
    if at_counter.counter_named(tx, counter_id).operator != principal.id:
        raise NotYourCounter(f"You are not at counter {counter_id} any more.", counter=counter_id)


def require_desk(tx: Transaction, counter_id: str | None, principal: Principal, permission: Permission) -> None:
    """Raise Forbidden when who reaches no further than their own counter names none, NotYourCounter for another's."""
    if counter_id is not None:
        require_seat(tx, counter_id, principal)
    elif principal.scope is Scope.OWN_COUNTER:
        raise lacking(permission, Scope.CENTRE, "This is done from the counter where one sits: name it.")


def require_token(tx: Transaction, token_id: str, principal: Principal, permission: Permission) -> None:
    """Raise Forbidden when a key that is bound to a counter acts on a token of another; raises UnknownToken."""
    if principal.counter is None or principal.scope is not Scope.OWN_COUNTER:
        return
    token = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    if principal.counter not in _counters_of(token):
        raise lacking(permission, Scope.CENTRE, f"{token.label} is not at counter {principal.counter}.")


def require_at_desk(
    tx: Transaction, token_id: str, counter_id: str | None, principal: Principal, permission: Permission
) -> None:
    """As `require_desk`; and Forbidden where the token is at no such counter. Raises UnknownToken."""
    require_desk(tx, counter_id, principal, permission)
    token = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    if principal.scope is Scope.OWN_COUNTER and counter_id not in _counters_of(token):
        raise lacking(permission, Scope.CENTRE, f"{token.label} is not at counter {counter_id}.")


def stage_of(tx: Transaction, counter_id: str | None) -> str:
    """Return the stage of a counter; raises UnknownCounter."""
    return at_counter.counter_named(tx, counter_id or "").stage


def counter_named(tx: Transaction, counter_id: str | None) -> str | None:
    """Return the counter that somebody names as theirs, None for none; raises UnknownCounter, also for a stranger's."""
    return None if counter_id is None else at_counter.counter_named(tx, counter_id).id


def officer_named(tx: Transaction, user: str | None) -> str | None:
    """Return the principal's id of a person of this centre, None for nobody; raises UnknownOfficer."""
    if user is None:
        return None
    name = normal_name(user)
    staff_id = None if name is None else people.staff_id_of(tx.conn, tx.centre.id, name)
    if staff_id is None:
        raise UnknownOfficer(f"There is no “{user}” at this centre.")
    return f"{STAFF}{staff_id}"


def _counters_of(token: Token) -> set[str | None]:
    """Return the counters a token is at, those that serve it together, and the one that called it or alone may."""
    step = token.step
    return {step.counter, *step.beside, step.only, step.called_by}


def officers_there(read: Read, centre_id: int, now: datetime | None) -> Callable[[str | None], bool]:
    """Return what tells whether an operator (a principal's id) is there: a person is while they are signed in.

    `now` is real time, None where nobody knows it: then whoever sits at a counter is taken to be there.
    """
    if now is None:
        return lambda operator: operator is not None
    signed_in = {f"{STAFF}{staff_id}" for staff_id in people.signed_in(read, centre_id, now - SESSION_IDLE)}
    return lambda operator: operator is not None and (operator in signed_in or not operator.startswith(STAFF))


def _signed_in(tx: Transaction, operator: str, now: datetime) -> str | None:
    """Return the user name of an operator whose session here is alive; a key that sits gives way."""
    if not operator.startswith(STAFF):
        return None
    return people.user_signed_in(tx.conn, tx.centre.id, int(operator.removeprefix(STAFF)), now - SESSION_IDLE)
