"""Open, pause and close counters."""

from dataclasses import replace
from datetime import datetime

from server.domain.counters import Counter
from server.domain.events.kinds import Kind
from server.domain.token.lifecycle import CounterState, move_counter
from server.services.floor.at_counter import require_free
from server.services.floor.desks import counter_of
from server.services.floor.token_rows import record_counter
from server.storage.sql import counters
from server.storage.transaction import Transaction

MOVED = {
    CounterState.OPEN: Kind.COUNTER_OPENED,
    CounterState.PAUSED: Kind.COUNTER_PAUSED,
    CounterState.CLOSED: Kind.COUNTER_CLOSED,
}


def set_state(
    tx: Transaction,
    counter_id: str,
    state: CounterState,
    now: datetime,
    actor: str,
    *,
    reason: str | None = None,
    after_current: bool = False,
) -> Counter:
    """Open, pause or close a counter; repeating its present state changes nothing.

    With `after_current` a token that is there now is still served, no other is called. Raises UnknownCounter,
    IllegalTransition, and CounterBusy while it calls or serves somebody.
    """
    before = counter_of(tx.conn, tx.centre.id, counter_id)
    if before.state is state:
        return before
    move_counter(before.state, state)
    if state is not CounterState.OPEN and not after_current:
        require_free(tx, before)
    after = replace(before, state=state, reason=reason, since=now)
    counters.update_counter(tx.conn, after)
    record_counter(tx, MOVED[state], actor, now, after)
    return after
