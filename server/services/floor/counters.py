"""Open, pause and close counters."""

from dataclasses import replace
from datetime import timedelta

from server.domain.actors import By
from server.domain.counters import Counter
from server.domain.events.payloads import CounterClosed, CounterEvent, CounterOpened, CounterPaused
from server.domain.token.lifecycle import CounterState, move_counter
from server.services.floor.at_counter import counter_named, require_free
from server.services.floor.opening import enter_day_at_counter
from server.services.floor.token_rows import change_counter
from server.storage.transaction import Transaction

EVENTS: dict[CounterState, type[CounterEvent]] = {
    CounterState.OPEN: CounterOpened,
    CounterState.PAUSED: CounterPaused,
    CounterState.CLOSED: CounterClosed,
}


def set_state(
    tx: Transaction,
    counter_id: str,
    state: CounterState,
    by: By,
    *,
    reason: str | None = None,
    after_current: bool = False,
    back_min: int | None = None,
) -> Counter:
    """Open, pause or close a counter; repeating its present state changes nothing.

    One that was closed opens the day of the calendar, unless somebody of the open day is still here. With
    `after_current` a token that is there now is still served, no other is called; one that pauses is expected back in
    `back_min` minutes. Raises UnknownCounter, IllegalTransition, DayClosed, DayNotOpen, NotOpenNow on a day off, and
    CounterBusy while it calls or serves somebody.
    """
    before = counter_named(tx, counter_id)
    if before.state is state:
        return before
    move_counter(before.state, state)
    if state is not CounterState.OPEN and not after_current:
        require_free(tx, before)
    if before.state is CounterState.CLOSED:
        enter_day_at_counter(tx, by)
    back_at = None if back_min is None else tx.now + timedelta(minutes=back_min)
    after = replace(before, state=state, reason=reason, since=tx.now, back_at=back_at)
    change_counter(tx, EVENTS[state], after, by)
    return after
