"""Call the next citizen to a counter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.calling.profile import Profile
from server.domain.calling.rule import Choice, Reason
from server.domain.calling.v1 import choose_next, out_of_order
from server.domain.counters import Counter
from server.domain.errors import CounterNotOpen, NotInThisLine, QueueEmpty
from server.domain.events.kinds import Kind
from server.domain.plan.plan import Plan
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.lifecycle import CounterState, StepState
from server.domain.token.token import Token
from server.services.floor.at_counter import current_token, require_free
from server.services.floor.counters import set_state
from server.services.floor.desks import counter_of
from server.services.floor.token_rows import change_token
from server.services.setup.plans import plan_of
from server.storage.sql import counters, line, tokens
from server.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Call:
    """A token called to a counter, as its event tells it, and why this one."""

    id: str
    token: Token
    record: Mapping[str, Any]
    counter: str
    reason: Reason


def call_next(tx: Transaction, counter_id: str, now: datetime, actor: str) -> Call:
    """Call the next citizen to a counter.

    Raises UnknownCounter, CounterNotOpen, CounterBusy (with the current call), QueueEmpty, CentreFrozen.
    """
    counter, plan, desk = _ready(tx, counter_id, now)
    waiting, passes = line.heads_of_line(tx.conn, tx.centre.id, counter.stage, desk.group)
    choice = choose_next(waiting, plan.calling, desk, passes, tx.centre.age(now))
    if choice is None:
        raise QueueEmpty(f"Nobody is waiting for counter {counter_id}.", stage=counter.stage)
    before = tokens.token_by_id(tx.conn, tx.centre.id, choice.waiting.token)
    return _call(tx, counter, before, choice, (desk, passes), (actor, now))


def call_token(tx: Transaction, counter_id: str, token_id: str, why: str, now: datetime, actor: str) -> Call:
    """Call a token out of order, for a reason of the centre's list; it stands on the day report.

    Raises UnknownCounter, UnknownToken, UnknownReason, CounterNotOpen, CounterBusy, CentreFrozen, and NotInThisLine
    unless it waits at the counter's stage.
    """
    counter, plan, desk = _ready(tx, counter_id, now)
    plan.floor.require_reason(why)
    before = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    if before.ended or before.step.state is not StepState.WAITING or before.step.stage != counter.stage:
        raise NotInThisLine(f"{before.label} is not waiting at stage {counter.stage}.", state=before.state)
    waiting, passes = line.heads_of_line(tx.conn, tx.centre.id, counter.stage, desk.group)
    choice = out_of_order(before.waiting, waiting, plan.calling, desk, passes, tx.centre.age(now), why)
    return _call(tx, counter, before, choice, (desk, passes), (actor, now))


def take_over(tx: Transaction, counter_id: str, to: str, now: datetime, actor: str) -> Call:
    """Call the token of a counter that is out of order to another one, at once; the one out of order is paused.

    Raises UnknownCounter, NoCurrentToken, CounterNotOpen, CounterBusy, CentreFrozen, and NotInThisLine when the other
    counter is of another stage.
    """
    counter, _, desk = _ready(tx, to, now)
    held = current_token(tx, counter_id)
    if held.step.stage != counter.stage:
        raise NotInThisLine(f"Counter {to} is not of stage {held.step.stage}.", stage=counter.stage)
    if counter_of(tx.conn, tx.centre.id, counter_id).state is CounterState.OPEN:
        set_state(tx, counter_id, CounterState.PAUSED, now, actor, reason="taken_over", after_current=True)
    closed, moved = changes.transfer(held, Target(held.step.stage, to), tx.next_seq, now)
    told = {"desk": counter_id, "reason": "take_over"}
    change_token(tx, (Kind.TOKEN_TRANSFERRED, actor, now), held, moved, closed=closed, **told)
    passes = line.passes_of(tx.conn, tx.centre.id, counter.stage, desk.group)
    params = {"label": moved.label, "class": moved.klass, "from": counter_id}
    reason = Reason("taken_over", params, f"{moved.label} goes on at counter {to} instead of {counter_id}.")
    return _call(tx, counter, moved, Choice(moved.waiting, reason, passes), (desk, passes), (actor, now))


def _ready(tx: Transaction, counter_id: str, now: datetime) -> tuple[Counter, Plan, Profile]:
    """Return an open, free counter with the plan and what it may take."""
    tx.centre.require_running()
    counter = counter_of(tx.conn, tx.centre.id, counter_id)
    if counter.state is not CounterState.OPEN:
        raise CounterNotOpen(f"Counter {counter_id} is {counter.state.value}.", state=counter.state.value)
    require_free(tx, counter)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    return counter, plan, plan.desk(counter_id, counter.operator)


def _call(
    tx: Transaction,
    counter: Counter,
    before: Token,
    choice: Choice,
    turn: tuple[Profile, int],
    by: tuple[str, datetime],
) -> Call:
    """Write a call. `turn` is the desk and the passes of its group before it, `by` the actor and the time."""
    (desk, passes), (actor, now) = turn, by
    call_id = f"{tx.centre.epoch}-{tx.next_seq}"
    jumped = bool(choice.reason.params.get("older"))
    after = changes.call(before, counter.id, call_id, now, jumped=jumped)
    if before.party > 1:
        plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
        after = changes.gather(after, _neighbours(tx, plan, counter, before))
    change_token(
        tx,
        (Kind.TOKEN_CALLED, actor, now),
        before,
        after,
        reason=choice.reason.view(),
        passes=passes,
        desk=counter.id,
        officer=desk.officer,
    )
    if choice.passes != passes:
        line.set_passes(tx.conn, tx.centre.id, counter.stage, desk.group, choice.passes)
    return Call(call_id, after, tx.events[-1].data["token"], counter.id, choice.reason)


def _neighbours(tx: Transaction, plan: Plan, counter: Counter, token: Token) -> tuple[str, ...]:
    """Return the free counters nearest to one that may take the token too, one for each other person of the party."""
    free = counters.free_counters(tx.conn, tx.centre.id, counter.stage)
    here = next(position for id_, position in free if id_ == counter.id)
    lane = token.lane._replace(only="")
    others = sorted((abs(p - here), id_) for id_, p in free if id_ != counter.id and plan.desk(id_).takes(lane))
    return tuple(id_ for _, id_ in others[: token.party - 1])
