"""Take back what was done to a token: its record before the action stands again, and the log keeps both."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from server.domain.actors import By
from server.domain.centre import CentreState
from server.domain.errors import CounterBusy, NothingToUndo
from server.domain.events.event import Event
from server.domain.events.kinds import Kind, TokenEvent
from server.domain.events.payloads import TokenCalled, TokenUndone
from server.domain.instants import to_iso
from server.domain.token.lifecycle import AT_COUNTER
from server.domain.token.token import Token
from server.domain.token.undo import LOOKED_AT
from server.services.floor.at_counter import counter_named
from server.services.setup.plans import plan_now
from server.storage.sql import counters, events, line, steps, tokens
from server.storage.transaction import Read, Transaction

ACTIONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ActionView:
    """An action of a counter that can be taken back: its event, its kind, the label it was done to, and when."""

    event: int
    kind: Kind
    label: str
    at: str


def undo_at(tx: Transaction, by: By, *, event: int | None = None) -> Token:
    """Take back the last action of a counter, or the one of event number `event`; returns the token as it is again.

    Raises UnknownCounter, CounterBusy when the token would come back to a counter where another is, and
    NothingToUndo when there is none, it is too long ago, or something else happened to the token since.
    """
    counter_named(tx, by.counter)
    standing = _standing(events.latest_at(tx.conn, tx.centre.id, by.counter, LOOKED_AT))
    action = next((each for each in standing if event in (None, each.seq)), None)
    if action is None:
        raise NothingToUndo(f"There is nothing to undo at counter {by.counter}.")
    return _undo(tx, action, by)


def undo_of(tx: Transaction, token_id: str, by: By) -> Token:
    """Take back the last action on a token; raises UnknownToken, NothingToUndo, CounterBusy."""
    token = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    action = _last_of(tx, token)
    if action is None:
        raise NothingToUndo(f"There is nothing to undo for {token.label}.")
    return _undo(tx, action, By(by.actor, action.by.desk))


def actions_at(read: Read, centre: CentreState, counter_id: str) -> list[ActionView]:
    """Return the last actions of a counter that stand, newest first."""
    standing = islice(_standing(events.latest_at(read, centre.id, counter_id, LOOKED_AT)), ACTIONS_SHOWN)
    return [ActionView(e.seq, e.kind, _token_of(e).label, to_iso(e.at)) for e in standing]


def _standing(latest: Iterable[Event]) -> Iterator[Event]:
    """Return the undoable ones of the latest events, newest first, that were not taken back."""
    undone: set[int] = set()
    for event in latest:
        if isinstance(event.payload, TokenUndone):
            undone.add(event.payload.undoes)
        elif event.seq not in undone and isinstance(event.payload, TokenEvent) and event.payload.undoable:
            yield event


def _last_of(tx: Transaction, token: Token) -> Event | None:
    """Return the last action on a token that stands."""
    return next(_standing(events.latest_of(tx.conn, tx.centre.id, token.id, LOOKED_AT)), None)


def _undo(tx: Transaction, action: Event, by: By) -> Token:
    """Take back an action; the undo is found at the counter that did it, or at the one that acts."""
    after, before = _token_of(action), _record_before(tx, action)
    present = tokens.token_by_id(tx.conn, tx.centre.id, after.id)
    undo_min = plan_now(tx).floor.undo_min
    if tx.moment.age(action.at) > undo_min * 60:
        raise NothingToUndo(f"An action can be undone for {undo_min:g} minutes.")
    last = _last_of(tx, after)
    if present != after or last is None or last.seq != action.seq:  # a later action may have left the same record
        raise NothingToUndo(f"{present.label} is {present.state} now; undo what came later first.")
    if action.seq <= tx.centre.sealed_seq:
        raise NothingToUndo("The day is closed. Reopen it to take that back.")
    _require_place(tx, before)
    _restore(tx, after, before)
    if isinstance(action.payload, TokenCalled):
        _give_back_turn(tx, action, action.payload, before)
    tx.record(TokenUndone(before, action.seq, action.kind), by)
    return before


def _token_of(event: Event) -> Token:
    """Return the token as an event left it."""
    assert isinstance(event.payload, TokenEvent)  # noqa: S101 - only events of tokens are undoable
    return event.payload.token


def _record_before(tx: Transaction, action: Event) -> Token:
    """Return the token as the event before this one left it."""
    earlier = events.latest_of(tx.conn, tx.centre.id, _token_of(action).id, 1, before=action.seq)
    if not earlier:
        raise NothingToUndo("The token was issued by this action; cancel it instead.")
    return _token_of(earlier[0])


def _require_place(tx: Transaction, before: Token) -> None:
    """Raise CounterBusy when somebody else is where the token would be again."""
    if before.ended or before.step.state not in AT_COUNTER:
        return
    for counter_id in (str(before.step.counter), *before.step.beside):
        there = counter_named(tx, counter_id).token
        if there not in (None, before.id):
            label = tokens.token_by_id(tx.conn, tx.centre.id, str(there)).label
            raise CounterBusy(f"Counter {counter_id} has {label} now.", counter=counter_id)


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


def _give_back_turn(tx: Transaction, action: Event, call: TokenCalled, before: Token) -> None:
    """Count the calls that passed over the longest wait as if this one had not been made: at least as strictly."""
    plan = plan_now(tx)
    group = plan.profile(str(call.token.step.counter)).group
    passes = line.passes_of(tx.conn, tx.centre.id, before.step.stage, group)
    # The more passes, the sooner the longest wait is called: what cannot be known is decided for those who wait.
    again = min(max(plan.calling.quota - 1, 0), passes + (call.passes or 0))
    line.set_passes(tx.conn, tx.centre.id, before.step.stage, group, again)
