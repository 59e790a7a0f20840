"""Who sits at which counter: one person at one counter, and nobody calls from another's."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update

from server.domain.errors import CounterBusy, CounterTaken, NotYourCounter, UnknownOfficer
from server.services.access import SESSION_IDLE, Principal
from server.services.desks import counter_of
from server.storage import counter_rows
from server.storage.counter_rows import CounterRow
from server.storage.models import Counter
from server.storage.people import Staff, StaffSession
from server.storage.transaction import Transaction


def sit(tx: Transaction, counter_id: str, who: Principal, now: datetime, *, take_over: bool = False) -> CounterRow:
    """Let a person sit down at a counter; the counter they sat at before is free again.

    `now` is real time. Raises UnknownCounter, CounterTaken while another person is signed in there (unless
    `take_over`), and CounterBusy while they still have a token at their own counter.
    """
    counter = counter_of(tx.conn, tx.centre.id, counter_id)
    if counter.operator not in (None, who.id) and not take_over:
        other = _signed_in(tx, str(counter.operator), now)
        if other is not None:
            raise CounterTaken(f"{other} is at counter {counter_id}.", user=other)
    leave(tx, who, but=counter_id)
    tx.conn.execute(update(Counter).where(Counter.id == counter_id).values(operator=who.id))
    return replace(counter, operator=who.id)


def leave(tx: Transaction, who: Principal, *, but: str | None = None) -> None:
    """Let a person get up from wherever they sit, `but` there; raises CounterBusy while a token is with them."""
    query = select(Counter.id).where(Counter.operator == who.id, Counter.id != (but or ""))
    for seat in tx.conn.execute(query).scalars().all():
        if counter_rows.counter_by_id(tx.conn, seat).token is not None:
            raise CounterBusy(f"Counter {seat} still has a token. Finish it first.", counter=seat)
        tx.conn.execute(update(Counter).where(Counter.id == seat).values(operator=None))


def require_seat(tx: Transaction, counter_id: str, who: Principal) -> None:
    """Raise NotYourCounter when a signed-in person acts at a counter where they do not sit; a device may."""
    if who.user is not None and counter_of(tx.conn, tx.centre.id, counter_id).operator != who.id:
        raise NotYourCounter(f"You are not at counter {counter_id} any more.", counter=counter_id)


def stage_of(tx: Transaction, counter_id: str | None) -> str:
    """Return the stage of a counter; raises UnknownCounter."""
    return counter_of(tx.conn, tx.centre.id, counter_id or "").stage


def desk_named(tx: Transaction, counter_id: str | None) -> str | None:
    """Return the counter that somebody names as theirs, None for none; raises UnknownCounter, also for a stranger's."""
    return None if counter_id is None else counter_of(tx.conn, tx.centre.id, counter_id).id


def officer_named(tx: Transaction, user: str | None) -> str | None:
    """Return the principal's id of a person of this centre, None for nobody; raises UnknownOfficer."""
    if user is None:
        return None
    query = select(Staff.id).where(Staff.user == user, Staff.centre_id == tx.centre.id)
    found = tx.conn.execute(query).scalar_one_or_none()
    if found is None:
        raise UnknownOfficer(f"There is no “{user}” at this centre.")
    return f"staff:{found}"


def _signed_in(tx: Transaction, operator: str, now: datetime) -> str | None:
    """Return the user name of an operator whose session is alive; None for a device, which never signs in."""
    kind, _, staff_id = operator.partition(":")
    if kind != "staff":
        return None
    query = (
        select(Staff.user)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(Staff.id == int(staff_id), StaffSession.seen_at > now - SESSION_IDLE)
    )
    return tx.conn.execute(query).scalars().first()
