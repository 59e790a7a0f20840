"""Take back an act: every event of it, newest first. The record before it stands again, and the log keeps both."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.actors import By
from server.domain.errors import CounterBusy, CounterNotOpen, DayClosed, LaterAct, NothingToUndo
from server.domain.events.event import Event
from server.domain.events.kinds import TokenEvent
from server.domain.events.payloads import (
    CounterPaused,
    TokenAttached,
    TokenCalled,
    TokenCancelled,
    TokenIssued,
    TokenMerged,
    TokenUndone,
)
from server.domain.token import changes
from server.domain.token.lifecycle import AT_COUNTER, CounterState
from server.domain.token.token import Token
from server.domain.token.undo import LOOKED_AT
from server.services.bookings import present
from server.services.floor import attach, merge
from server.services.floor.acts import is_undoable, standing, token_of, undoable
from server.services.floor.at_counter import counter_named
from server.services.floor.counters import set_state
from server.services.floor.token_rows import change_token
from server.services.paper import slips
from server.services.setup.plans import plan_now
from server.storage.sql import counters, events, line, steps, tokens
from server.storage.transaction import Transaction

WITHDRAWN = "undone"


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo has made: the token as it is again, and the label on a slip that is out and must be taken back."""

    token: Token
    take_back: str | None = None


def undo_at(tx: Transaction, by: By, *, act: int | None = None) -> Undone:
    """Take back an act of a counter: the one of a number, else the last.

    Raises UnknownCounter; NothingToUndo when there is no such act or it is too long ago; and what stands against it:
    LaterAct, CounterBusy or CounterNotOpen at a counter where somebody would come back to, DayClosed, AppointmentUsed,
    ReturnSlipUsed.
    """
    counter_named(tx, by.counter)
    mine = undoable(events.latest_at(tx.conn, tx.centre.id, by.counter, LOOKED_AT))
    event = next((each for each in mine if act in (None, each.act)), None)
    if event is None:
        raise NothingToUndo(f"There is nothing to undo at counter {by.counter}.")
    return _undo(tx, event, by)


def undo_of(tx: Transaction, token_id: str, by: By) -> Undone:
    """Take back the last act on a token; raises UnknownToken, and as `undo_at`."""
    token = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    event = _last_on(tx, token_id)
    if event is None or not is_undoable(event):
        raise NothingToUndo(f"There is nothing to undo for {token.label}.")
    return _undo(tx, event, by)


def _undo(tx: Transaction, event: Event, by: By) -> Undone:
    # That a day began with it stays so: the day is closed, and reopened, by its own commands.
    act = [each for each in events.events_of_act(tx.conn, tx.centre.id, event.act) if _is_taken_back(each)]
    _require_time(tx, act[0])
    _require_last(tx, act)
    undone = [_undo_event(tx, each, By(by.actor, each.by.desk)) for each in reversed(act)]
    return next(each for each in reversed(undone) if each is not None)


def _is_taken_back(event: Event) -> bool:
    return is_undoable(event) or isinstance(event.payload, CounterPaused)


def _undo_event(tx: Transaction, event: Event, by: By) -> Undone | None:
    """Take back one event, at the counter that did it."""
    if isinstance(event.payload, CounterPaused):
        _open_again(tx, event.payload, by)
        return None
    if isinstance(event.payload, TokenIssued):
        return _withdraw(tx, event, by)
    after, before = token_of(event), _record_before(tx, event)
    _require_place(tx, before)
    if after.ended and not before.ended:
        present.require_unclaimed(tx, after)
    _restore(tx, after, before)
    _give_back(tx, event, before)
    tx.record(TokenUndone(before, event.seq, event.kind), by)
    return Undone(before)


def _give_back(tx: Transaction, event: Event, before: Token) -> None:
    """Give back what an event took beside the token: the turn of others, a booking, a label."""
    payload = event.payload
    if isinstance(payload, TokenCalled):
        _give_back_turn(tx, event, payload, before)
    elif isinstance(payload, TokenAttached):
        attach.take_back(tx, payload)
    elif isinstance(payload, TokenMerged):
        merge.take_back(tx, payload)


def _withdraw(tx: Transaction, issued: Event, by: By) -> Undone:
    """Cancel a token that a desk gave: its number is void, its booking good again, a slip that is out comes back."""
    token, printing = slips.token_and_slip(tx.conn, tx.centre.id, token_of(issued).id)
    cancelled = TokenCancelled(changes.cancel(token, tx.moment), cause=WITHDRAWN, undoes=issued.seq)
    after = change_token(tx, token, cancelled, by)
    return Undone(after, after.label if slips.may_be_out(printing) else None)


def _open_again(tx: Transaction, paused: CounterPaused, by: By) -> None:
    """Open a counter that the act has paused, unless it was closed or opened since."""
    if counter_named(tx, paused.counter.id).state is CounterState.PAUSED:
        set_state(tx, paused.counter.id, CounterState.OPEN, by)


def _require_time(tx: Transaction, first: Event) -> None:
    undo_min, closed = plan_now(tx).floor.undo_min, tx.centre.closed_day
    if first.seq <= tx.centre.sealed_seq:
        raise DayClosed("The day is closed. Reopen it to take that back.", day=closed and closed.isoformat())
    if tx.moment.age(first.at) > undo_min * 60:
        raise NothingToUndo(f"An act can be undone for {undo_min:g} minutes.")


def _require_last(tx: Transaction, act: Sequence[Event]) -> None:
    """Raise LaterAct, with what it was, when something was done later to a token of an act."""
    newest = {event.payload.token.id: event.seq for event in act if isinstance(event.payload, TokenEvent)}
    for token_id, seq in newest.items():
        last = _last_on(tx, token_id)
        if last is not None and last.seq != seq:
            raise _later(last, tokens.token_by_id(tx.conn, tx.centre.id, token_id))


def _later(last: Event, token: Token) -> LaterAct:
    where = f", by counter {last.by.desk}" if last.by.desk else ""
    message = f"Something was done with {token.label} since{where}: it is {token.state} now. Undo that first."
    details = {"kind": last.kind.value, "counter": last.by.desk, "act": last.act}
    return LaterAct(message, label=token.label, state=token.state, **details)


def _last_on(tx: Transaction, token_id: str) -> Event | None:
    """Return what was done to a token last and stands."""
    return next(standing(events.latest_of(tx.conn, tx.centre.id, token_id, LOOKED_AT)), None)


def _record_before(tx: Transaction, event: Event) -> Token:
    """Return the token as the event before this one left it."""
    [earlier] = events.latest_of(tx.conn, tx.centre.id, token_of(event).id, 1, before=event.seq)
    return token_of(earlier)


def _require_place(tx: Transaction, before: Token) -> None:
    """Raise CounterBusy when somebody else is where the token would be again, CounterNotOpen when that is closed."""
    if before.ended or before.step.state not in AT_COUNTER:
        return
    for counter_id in (str(before.step.counter), *before.step.beside):
        counter = counter_named(tx, counter_id)
        if counter.token not in (None, before.id):
            label = tokens.token_by_id(tx.conn, tx.centre.id, str(counter.token)).label
            raise CounterBusy(f"Counter {counter_id} has {label} now.", counter=counter_id, label=label)
        # A paused counter still has its officer, a closed one nobody who could serve the person sent there.
        if counter.state is CounterState.CLOSED:
            message = f"Counter {counter_id} is closed. Open {counter_id} first."
            raise CounterNotOpen(message, counter=counter_id, state=counter.state.value)


def _restore(tx: Transaction, after: Token, before: Token) -> None:
    """Write the rows of `before` in place of those of `after`; a step that was opened since is gone."""
    conn, centre = tx.conn, tx.centre.id
    state = after.step.state
    if after.step.seq != before.step.seq:
        steps.delete_step(conn, centre, after.step.seq)
        state = steps.step_state(conn, centre, before.step.seq)
    steps.update_step(conn, centre, before, before.step, state)
    tokens.update_token(conn, before)
    if after.step.beside or before.step.beside:
        counters.set_helpers(conn, centre, before.id, before.step.beside)


def _give_back_turn(tx: Transaction, event: Event, call: TokenCalled, before: Token) -> None:
    """Count the calls that passed over the longest wait as if this one had not been made: at least as strictly."""
    plan = plan_now(tx)
    group = plan.profile(str(call.token.step.counter)).group
    passes = line.passes_of(tx.conn, tx.centre.id, before.step.stage, group)
    # The more passes, the sooner the longest wait is called: what cannot be known is decided for those who wait.
    again = min(max(plan.calling.quota - 1, 0), passes + (call.passes or 0))
    line.set_passes(tx.conn, tx.centre.id, before.step.stage, group, again)
