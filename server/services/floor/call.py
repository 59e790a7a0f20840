"""Call the next citizen to a counter."""

from dataclasses import dataclass

from server.domain.actors import By
from server.domain.calling.profile import Profile
from server.domain.calling.rule import Choice, Reason
from server.domain.calling.v1 import out_of_order
from server.domain.calling.versions import CHOOSERS, RULE
from server.domain.counters import Counter
from server.domain.errors import Conflict, CounterNotOpen, NotInThisLine, QueueEmpty, Refused
from server.domain.events.payloads import TokenCalled, TokenTransferred
from server.domain.plan.plan import Plan
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.lifecycle import CounterState, StepState
from server.domain.token.token import Token
from server.services.floor.at_counter import counter_named, current_token, require_free
from server.services.floor.counters import set_state
from server.services.floor.token_rows import change_token
from server.services.setup.plans import plan_now
from server.storage.sql import counters, line, tokens
from server.storage.transaction import Transaction
from server.wording.catalogue import SOURCE
from server.wording.reasons import sentence_of


@dataclass(frozen=True, slots=True)
class Call:
    """A token called to a counter, and why this one: `text` says it in English."""

    id: str
    token: Token
    counter: str
    reason: Reason
    text: str


@dataclass(frozen=True, slots=True)
class _Turn:
    """The turn of an open, free counter: what it may take, and the passes of its group before the call."""

    counter: Counter
    plan: Plan
    profile: Profile
    passes: int


def call_next(tx: Transaction, by: By) -> Call:
    """Call the next citizen to the counter of `by`.

    Raises UnknownCounter, CounterNotOpen, CounterBusy (with the current call), QueueEmpty, CentreFrozen.
    """
    counter, plan, profile = _ready(tx, by.counter)
    waiting, passes = line.heads_of_line(tx.conn, tx.centre.id, counter.stage, profile.group)
    choice = CHOOSERS[RULE](waiting, plan.calling, profile, passes, tx.centre.age(tx.now))
    if choice is None:
        raise QueueEmpty(f"Nobody is waiting for counter {counter.id}.", stage=counter.stage)
    before = tokens.token_by_id(tx.conn, tx.centre.id, choice.waiting.token)
    return _call(tx, _Turn(counter, plan, profile, passes), before, choice, by)


def call_after(tx: Transaction, by: By) -> Call | Refused:
    """Call the next after another act of the same command; what stands against it undoes nothing and is returned."""
    tx.begin_act()
    try:
        return call_next(tx, by)
    except Conflict as refused:  # raised before anything is written
        return refused


def call_token(tx: Transaction, by: By, token_id: str, why: str) -> Call:
    """Call a token out of order to the counter of `by`, for a reason of the centre's list; it stands on the day report.

    Raises UnknownCounter, UnknownToken, UnknownReason, CounterNotOpen, CounterBusy, CentreFrozen, and NotInThisLine
    unless it waits at the counter's stage.
    """
    counter, plan, profile = _ready(tx, by.counter)
    plan.floor.require_reason(why)
    before = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    if before.ended or before.step.state is not StepState.WAITING or before.step.stage != counter.stage:
        raise NotInThisLine(f"{before.label} is not waiting at stage {counter.stage}.", state=before.state)
    waiting, passes = line.heads_of_line(tx.conn, tx.centre.id, counter.stage, profile.group)
    choice = out_of_order(before.waiting, waiting, plan.calling, profile, passes, tx.centre.age(tx.now), why)
    return _call(tx, _Turn(counter, plan, profile, passes), before, choice, by)


def take_over(tx: Transaction, counter_id: str, to: str, by: By) -> Call:
    """Call the token of a counter that is out of order to another one, at once; the one out of order is paused.

    Raises UnknownCounter, NoCurrentToken, CounterNotOpen, CounterBusy, CentreFrozen, and NotInThisLine when the other
    counter is of another stage.
    """
    counter, plan, profile = _ready(tx, to)
    held = current_token(tx, counter_id)
    if held.step.stage != counter.stage:
        raise NotInThisLine(f"Counter {to} is not of stage {held.step.stage}.", stage=counter.stage)
    if counter_named(tx, counter_id).state is CounterState.OPEN:
        set_state(tx, counter_id, CounterState.PAUSED, by, reason="taken_over", after_current=True)
    # By way of the line, for that other counter alone: so it is a call like every other in the log.
    closed, moved = changes.transfer(held, Target(held.step.stage, to), tx.next_seq, tx.moment)
    change_token(tx, held, TokenTransferred(moved, cause="take_over"), By(by.actor, counter_id), closed=closed)
    passes = line.passes_of(tx.conn, tx.centre.id, counter.stage, profile.group)
    params = {"label": moved.label, "class": moved.klass, "from": counter_id}
    reason = Reason("taken_over", params)
    turn = _Turn(counter, plan, profile, passes)
    return _call(tx, turn, moved, Choice(moved.waiting, reason, passes), By(by.actor, to))


def _ready(tx: Transaction, counter_id: str) -> tuple[Counter, Plan, Profile]:
    """Return an open, free counter with the plan and what it may take."""
    tx.centre.require_running()
    counter = counter_named(tx, counter_id)
    if counter.state is not CounterState.OPEN:
        raise CounterNotOpen(f"Counter {counter_id} is {counter.state.value}.", state=counter.state.value)
    require_free(tx, counter)
    plan = plan_now(tx)
    return counter, plan, plan.profile(counter_id, counter.operator)


def _call(tx: Transaction, turn: _Turn, before: Token, choice: Choice, by: By) -> Call:
    """Write a call."""
    counter, call_id = turn.counter, f"{tx.centre.epoch}-{tx.next_seq}"
    # Kept on the step, so that who passed over whom is found by index and not in the log.
    jumped = bool(choice.reason.params.get("older"))
    after = changes.call(before, counter.id, call_id, tx.moment, jumped=jumped)
    if before.party > 1:
        after = changes.gather(after, _neighbours(tx, turn.plan, counter, before))
    change_token(tx, before, TokenCalled(after, choice.reason, turn.passes, turn.profile.officer), by)
    if choice.passes != turn.passes:
        line.set_passes(tx.conn, tx.centre.id, counter.stage, turn.profile.group, choice.passes)
    return Call(call_id, after, counter.id, choice.reason, sentence_of(choice.reason, turn.plan, SOURCE))


def _neighbours(tx: Transaction, plan: Plan, counter: Counter, token: Token) -> tuple[str, ...]:
    """Return the free counters nearest to one that may take the token too, one for each other person of the party."""
    free = counters.free_counters(tx.conn, tx.centre.id, counter.stage)
    here = next(position for id_, position in free if id_ == counter.id)
    lane = token.lane._replace(only="")
    others = sorted((abs(p - here), id_) for id_, p in free if id_ != counter.id and plan.profile(id_).takes(lane))
    return tuple(id_ for _, id_ in others[: token.party - 1])
