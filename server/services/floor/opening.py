"""How a business day opens: by the first token given, or counter opened, on a later day of the calendar."""

from datetime import date

from server.domain.actors import By
from server.domain.day import Then
from server.domain.errors import DayClosed, DayNotOpen
from server.domain.events.payloads import DayOpened
from server.domain.plan.hours import require_working_day
from server.services.floor.day import Closing, close, people_here
from server.services.numbers.labels import taken_numbers
from server.services.setup.plans import plan_of, runs_on
from server.storage.transaction import Transaction


def day_due(tx: Transaction) -> date:
    """Return the day for which a token is given now: that of the calendar, unless the open one is later."""
    today = tx.centre.calendar_day(tx.now)
    return max(today, tx.centre.open_day or today)


def enter_day(tx: Transaction, day: date, by: By) -> None:
    """Let a business day be the open one: if it is not, close the one before and open it.

    A day that runs on stays the open one while the clock is doubted: nobody is turned away where a centre never closes.
    Raises DayClosed when it is over already, and DayNotOpen while somebody of an earlier day is here about whom no
    person has decided, or the clock is doubted.
    """
    before = tx.centre.open_day
    if before is not None and before >= day:
        return
    if tx.centre.closed_day is not None and tx.centre.closed_day >= day:
        raise DayClosed("The day is closed; tokens are given again on the next working day.", day=day.isoformat())
    if tx.centre.clock_doubted:
        if before is not None and runs_on(tx.conn, tx.centre, before):
            return
        raise DayNotOpen("Not open yet. Staff have been told.", day=day.isoformat(), people=0)
    if before is not None:
        _leave_day(tx, before, by)
    _open(tx, day, by)


def enter_day_at_counter(tx: Transaction, by: By) -> None:
    """Let a counter that opens serve the day of the calendar, or the open one while somebody of it is here.

    A day off does not begin with that, for then the day before could not be reopened any more; it does when somebody
    was carried over into it. Raises DayClosed, DayNotOpen, and NotOpenNow on a day off.
    """
    before, due = tx.centre.open_day, day_due(tx)
    if before is not None and not runs_on(tx.conn, tx.centre, before) and people_here(tx.conn, tx.centre.id):
        return
    if before != due and tx.centre.carried_at is None:
        require_working_day(plan_of(tx.conn, tx.centre, due).hours, tx.wall, due)
    enter_day(tx, due, by)


def turn_day(tx: Transaction, by: By) -> int:
    """Let a day that runs on turn into that of the calendar; returns how many who were missed it ended."""
    closed = close(tx, Closing(then=Then.GOES_ON), by)
    _open(tx, tx.centre.calendar_day(tx.now), by)
    return closed.no_show


def _leave_day(tx: Transaction, before: date, by: By) -> None:
    """Close the day that is open before another: nobody who is here is ended by that."""
    if runs_on(tx.conn, tx.centre, before):
        close(tx, Closing(then=Then.GOES_ON), by)
        return
    here = len(people_here(tx.conn, tx.centre.id))
    if here:
        raise DayNotOpen("Not open yet. Staff have been told.", day=before.isoformat(), people=here)
    close(tx, Closing(), by)


def _open(tx: Transaction, day: date, by: By) -> None:
    """Open a day; a night into which people were carried over counts for nobody."""
    carried_at, before = tx.centre.carried_at, tx.centre.closed_day
    stops = {} if carried_at is None else {"freezes": tx.centre.stopped(carried_at, tx.now)}
    follows = before is not None and runs_on(tx.conn, tx.centre, before)
    taken = taken_numbers(tx, before, runs_on=follows)
    tx.change_centre(open_day=day, opened_at=tx.now, carried_at=None, taken_numbers=taken, **stops)
    tx.record(DayOpened(day, carried_at), by)
