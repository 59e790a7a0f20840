"""Who sits at which counter: one person at one counter, and nobody calls from another's."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update

from server.domain.counters import Counter
from server.domain.errors import CounterBusy, CounterTaken, NotYourCounter, UnknownOfficer
from server.services.floor import at_counter
from server.services.people.principal import Principal
from server.services.people.sign_in import SESSION_IDLE
from server.storage.tables.floor import CounterTable
from server.storage.tables.people import StaffSessionTable, StaffTable
from server.storage.transaction import Transaction


def sit(tx: Transaction, counter_id: str, who: Principal, now: datetime, *, take_over: bool = False) -> Counter:
    """Let a person sit down at a counter; the counter they sat at before is free again.

    `now` is real time. Raises UnknownCounter, CounterTaken while another person is signed in there (unless
    `take_over`), and CounterBusy while they still have a token at their own counter.
    """
    counter = at_counter.counter_named(tx, counter_id)
    if counter.operator not in (None, who.id) and not take_over:
        other = _signed_in(tx, str(counter.operator), now)
        if other is not None:
            raise CounterTaken(f"{other} is at counter {counter_id}.", user=other)
    leave(tx, who, but=counter_id)
    tx.conn.execute(update(CounterTable).where(CounterTable.id == counter_id).values(operator=who.id))
    return replace(counter, operator=who.id)


def leave(tx: Transaction, who: Principal, *, but: str | None = None) -> None:
    """Let a person get up from wherever they sit, `but` there; raises CounterBusy while a token is with them."""
    query = select(CounterTable.id).where(CounterTable.operator == who.id, CounterTable.id != (but or ""))
    for seat in tx.conn.execute(query).scalars().all():
        if at_counter.counter_named(tx, seat).token is not None:
            raise CounterBusy(f"Counter {seat} still has a token. Finish it first.", counter=seat)
        tx.conn.execute(update(CounterTable).where(CounterTable.id == seat).values(operator=None))


def require_seat(tx: Transaction, counter_id: str, who: Principal) -> None:
    """Raise NotYourCounter when a signed-in person acts at a counter where they do not sit; a device may."""
    if who.user is not None and at_counter.counter_named(tx, counter_id).operator != who.id:
        raise NotYourCounter(f"You are not at counter {counter_id} any more.", counter=counter_id)


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
    query = select(StaffTable.id).where(StaffTable.user == user, StaffTable.centre_id == tx.centre.id)
    found = tx.conn.execute(query).scalar_one_or_none()
    if found is None:
        raise UnknownOfficer(f"There is no “{user}” at this centre.")
    return f"staff:{found}"


def _signed_in(tx: Transaction, operator: str, now: datetime) -> str | None:
    """Return the user name of an operator whose session is alive."""
    if not operator.startswith("staff:"):  # a device sits nowhere, but may have been told to
        return None
    staff_id = int(operator.removeprefix("staff:"))
    query = (
        select(StaffTable.user)
        .join(StaffSessionTable, StaffSessionTable.staff_id == StaffTable.id)
        .where(StaffTable.id == staff_id, StaffSessionTable.seen_at > now - SESSION_IDLE)
    )
    return tx.conn.execute(query).scalars().first()
