"""Take back what was done to a token: its record before the action stands again, and the log keeps both."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from server.domain.centre import CentreState
from server.domain.errors import CounterBusy, NothingToUndo
from server.domain.events.event import Event
from server.domain.events.kinds import Kind
from server.domain.freezes import active_seconds
from server.domain.instants import to_iso
from server.domain.token.lifecycle import AT_COUNTER
from server.domain.token.record import from_record, to_record
from server.domain.token.token import Token
from server.services.floor.desks import counter_of
from server.services.floor.token_rows import record_token
from server.services.setup.plans import plan_of
from server.storage.sql import counters, line, steps, tokens
from server.storage.sql.events import latest_events
from server.storage.tables.events import EventTable
from server.storage.transaction import Read, Transaction

UNDOABLE = frozenset(
    {
        Kind.TOKEN_CALLED,
        Kind.TOKEN_RECALLED,
        Kind.TOKEN_STARTED,
        Kind.TOKEN_HELD,
        Kind.TOKEN_RESUMED,
        Kind.TOKEN_FINISHED,
        Kind.TOKEN_MISSED,
        Kind.TOKEN_TRANSFERRED,
        Kind.TOKEN_CORRECTED,
        Kind.TOKEN_REMARKED,
        Kind.TOKEN_RETURNED,
        Kind.TOKEN_PAUSED,
        Kind.TOKEN_CANCELLED,
    }
)
LOOKED_AT = 40
ACTIONS_SHOWN = 5


def undo_at(tx: Transaction, counter_id: str, now: datetime, actor: str, *, event: int | None = None) -> Token:
    """Take back the last action of a counter, or the one of event number `event`; returns the token as it is again.

    Raises UnknownCounter, CounterBusy when the token would come back to a counter where another is, and
    NothingToUndo when there is none, it is too long ago, or something else happened to the token since.
    """
    counter_of(tx.conn, tx.centre.id, counter_id)
    mine = (EventTable.desk == counter_id,)
    found = next((e for e in _standing(tx.conn, tx.centre.id, *mine) if event in (None, e.seq)), None)
    if found is None:
        raise NothingToUndo(f"There is nothing to undo at counter {counter_id}.")
    return _undo(tx, found, now, actor, counter_id)


def undo_of(tx: Transaction, token_id: str, now: datetime, actor: str) -> Token:
    """Take back the last action on a token; raises UnknownToken, NothingToUndo, CounterBusy."""
    token = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    mine = (EventTable.token_id == token.id,)
    found = next(_standing(tx.conn, tx.centre.id, *mine), None)
    if found is None:
        raise NothingToUndo(f"There is nothing to undo for {token.label}.")
    return _undo(tx, found, now, actor, None)


def actions_at(read: Read, centre: CentreState, counter_id: str) -> list[dict[str, Any]]:
    """Return the last actions of a counter that stand, newest first: `{event, kind, label, at}`."""
    standing = islice(_standing(read, centre.id, EventTable.desk == counter_id), ACTIONS_SHOWN)
    return [
        {
            "event": event.seq,
            "kind": event.kind.value,
            "label": event.data["token"]["label"],
            "at": to_iso(event.at),
        }
        for event in standing
    ]


def _standing(read: Read, centre_id: int, *mine: Any) -> Iterator[Event]:
    """Return the latest undoable events, newest first, that were not taken back."""
    undone: set[int] = set()
    for event in latest_events(read, centre_id, LOOKED_AT, *mine):
        if event.kind is Kind.TOKEN_UNDONE:
            undone.add(event.data["undoes"])
        elif event.seq not in undone and event.kind in UNDOABLE:
            yield event


def _undo(tx: Transaction, event: Event, now: datetime, actor: str, desk: str | None) -> Token:
    """Take back an event; the undo is found at the counter that did it, or at the one that acted."""
    after = from_record(event.data["token"])
    before = _record_before(tx, event)
    present = tokens.token_by_id(tx.conn, tx.centre.id, after.id)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    if active_seconds(event.at, now, tx.centre.frozen_times) > plan.floor.undo_min * 60:
        raise NothingToUndo(f"An action can be undone for {plan.floor.undo_min:g} minutes.")
    if to_record(present) != to_record(after) or not _is_latest(tx, event, after):
        raise NothingToUndo(f"{present.label} is {present.state} now; undo what came later first.")
    _require_place(tx, before)
    _restore(tx, after, before)
    if event.kind is Kind.TOKEN_CALLED:
        _give_back_turn(tx, event, before)
    told = {"undoes": event.seq, "of": event.kind.value, "desk": desk or event.data.get("desk")}
    told = {name: value for name, value in told.items() if value is not None}
    record_token(tx, Kind.TOKEN_UNDONE, actor, now, before, **told)
    return before


def _is_latest(tx: Transaction, event: Event, token: Token) -> bool:
    """Whether an event is the last of its token that stands: a later one may have left the same record."""
    last = next(_standing(tx.conn, tx.centre.id, EventTable.token_id == token.id), None)
    return last is not None and last.seq == event.seq


def _record_before(tx: Transaction, event: Event) -> Token:
    """Return the token as the event before this one left it."""
    token_id = event.data["token"]["id"]
    mine = (EventTable.token_id == token_id, EventTable.seq < event.seq)
    earlier = latest_events(tx.conn, tx.centre.id, 1, *mine)
    if not earlier:
        raise NothingToUndo("The token was issued by this action; cancel it instead.")
    return from_record(earlier[0].data["token"])


def _require_place(tx: Transaction, before: Token) -> None:
    """Raise CounterBusy when somebody else is where the token would be again."""
    if before.ended or before.step.state not in AT_COUNTER:
        return
    for counter in (str(before.step.counter), *before.step.beside):
        there = counters.counter_by_id(tx.conn, counter).token
        if there not in (None, before.id):
            label = tokens.token_by_id(tx.conn, tx.centre.id, str(there)).label
            raise CounterBusy(f"Counter {counter} has {label} now.", counter=counter)


def _restore(tx: Transaction, after: Token, before: Token) -> None:
    """Write the rows of `before` in place of those of `after`; a step that was opened since is gone."""
    read, centre = tx.conn, tx.centre.id
    state = after.step.state
    if after.step.seq != before.step.seq:
        steps.delete_step(read, centre, after.step.seq)
        state = steps.step_state(read, centre, before.step.seq)
    steps.update_step(read, centre, before, before.step, state)
    tokens.update_token(read, before)
    if after.step.beside or before.step.beside:
        counters.set_helpers(read, centre, before.id, before.step.beside)


def _give_back_turn(tx: Transaction, event: Event, before: Token) -> None:
    """Count the calls that passed over the longest wait as if this one had not been made: at least as strictly."""
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(event.at))
    group = plan.desk(str(event.data["token"]["step"]["counter"])).group
    now = line.passes_of(tx.conn, tx.centre.id, before.step.stage, group)
    again = min(max(plan.calling.quota - 1, 0), now + int(event.data.get("passes", 0)))
    line.set_passes(tx.conn, tx.centre.id, before.step.stage, group, again)
