"""Open and close counters, call the next citizen and serve them."""

from dataclasses import dataclass, replace
from datetime import datetime

from server.domain import tokens
from server.domain.calling import Reason, choose_next
from server.domain.errors import CounterBusy, CounterNotOpen, NoCurrentToken, QueueEmpty
from server.domain.events import Kind, token_view
from server.domain.hours import business_day
from server.domain.journey import follow_route
from server.domain.lifecycle import CounterState, move_counter
from server.domain.tokens import to_record
from server.services.plans import plan_of
from server.services.records import record_counter, record_token
from server.storage import queries
from server.storage.queries import CounterRow
from server.storage.transaction import Transaction

MOVED = {
    CounterState.OPEN: Kind.COUNTER_OPENED,
    CounterState.PAUSED: Kind.COUNTER_PAUSED,
    CounterState.CLOSED: Kind.COUNTER_CLOSED,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A token called to a counter, and why this one."""

    id: str
    token: tokens.Token
    counter: str
    reason: Reason


def set_state(
    tx: Transaction,
    counter_id: str,
    state: CounterState,
    now: datetime,
    actor: str,
    *,
    reason: str | None = None,
    after_current: bool = False,
) -> CounterRow:
    """Open, pause or close a counter; repeating its present state changes nothing.

    With `after_current` a token that is there now is still served, no other is called. Raises UnknownCounter,
    IllegalTransition, and CounterBusy while it calls or serves somebody.
    """
    before = queries.counter_by_id(tx.conn, counter_id)
    if before.state is state:
        return before
    move_counter(before.state, state)
    if state is not CounterState.OPEN and not after_current:
        _require_free(tx, counter_id)
    after = replace(before, state=state, reason=reason, since=now)
    queries.update_counter(tx.conn, after)
    record_counter(tx, MOVED[state], actor, now, after)
    return after


def call_next(tx: Transaction, counter_id: str, now: datetime, actor: str) -> Call:
    """Call the next citizen to a counter.

    Raises UnknownCounter, CounterNotOpen, CounterBusy (with the current call), QueueEmpty.
    """
    counter = queries.counter_by_id(tx.conn, counter_id)
    if counter.state is not CounterState.OPEN:
        raise CounterNotOpen(f"Counter {counter_id} is {counter.state.value}.", state=counter.state.value)
    _require_free(tx, counter_id)
    plan = plan_of(tx.conn, tx.centre, business_day(now, tx.centre.timezone))
    line = queries.heads_of_line(tx.conn, tx.centre.id, counter.stage)
    choice = choose_next(line, plan.calling, now)
    if choice is None:
        raise QueueEmpty(f"Nobody is waiting at stage {counter.stage}.", stage=counter.stage)
    before = queries.token_by_id(tx.conn, tx.centre.id, choice.waiting.token)
    call_id = f"{tx.centre.epoch}-{tx.next_seq}"
    after = tokens.call(before, counter_id, call_id, now)
    queries.update_step(tx.conn, tx.centre.id, before.step, after.step)
    reason = choice.reason
    told = {"rule": reason.rule, "params": dict(reason.params), "text": reason.text}
    record_token(tx, Kind.TOKEN_CALLED, actor, now, after, reason=told)
    return Call(call_id, after, counter_id, reason)


def recall(tx: Transaction, counter_id: str, now: datetime, actor: str) -> tokens.Token:
    """Call the current token once more; raises UnknownCounter, NoCurrentToken, IllegalTransition."""
    before = current_token(tx, counter_id)
    return _changed(tx, Kind.TOKEN_RECALLED, actor, now, before, tokens.recall(before, now))


def start(tx: Transaction, counter_id: str, now: datetime, actor: str) -> tokens.Token:
    """Begin the service of the current token; raises UnknownCounter, NoCurrentToken, IllegalTransition."""
    before = current_token(tx, counter_id)
    return _changed(tx, Kind.TOKEN_STARTED, actor, now, before, tokens.start(before, now))


def miss(tx: Transaction, counter_id: str, now: datetime, actor: str) -> tokens.Token:
    """Note the current token as absent; raises UnknownCounter, NoCurrentToken, IllegalTransition."""
    before = current_token(tx, counter_id)
    return _changed(tx, Kind.TOKEN_MISSED, actor, now, before, tokens.miss(before))


def finish(
    tx: Transaction, counter_id: str, now: datetime, actor: str, *, outcome: str | None = None
) -> tokens.Token:
    """End the service of the current token; the next stage of its route is entered by itself.

    `outcome` defaults to the stage's ok. Raises UnknownCounter, NoCurrentToken, IllegalTransition, UnknownOutcome.
    """
    before = current_token(tx, counter_id)
    plan = plan_of(tx.conn, tx.centre, business_day(now, tx.centre.timezone))
    stage = plan.stages[before.step.stage]
    chosen = outcome or stage.ok
    stop = follow_route(plan.routes[before.route], stage.code, stage.outcomes, chosen, before.step.back_to)
    closed, after = tokens.finish(before, chosen, stop, tx.next_seq, now)
    queries.update_step(tx.conn, tx.centre.id, before.step, closed)
    if not after.ended:
        queries.insert_step(tx.conn, tx.centre.id, after)
    queries.update_token(tx.conn, after)
    told = {"counter_id": counter_id, "outcome": chosen, "return_slip": stop.returns}
    record_token(tx, Kind.TOKEN_FINISHED, actor, now, after, **told)
    return after


def current_token(tx: Transaction, counter_id: str) -> tokens.Token:
    """Return the token at a counter; raises UnknownCounter, NoCurrentToken."""
    token = queries.token_at(tx.conn, tx.centre.id, queries.counter_by_id(tx.conn, counter_id).id)
    if token is None:
        raise NoCurrentToken(f"Nobody is at counter {counter_id}.")
    return token


def _require_free(tx: Transaction, counter_id: str) -> None:
    token = queries.token_at(tx.conn, tx.centre.id, counter_id)
    if token is not None:
        view = token_view(to_record(token), staff=True)
        call = {"id": token.step.call, "token": view, "counter": counter_id}
        raise CounterBusy(f"Counter {counter_id} still has {token.label}.", call=call)


def _changed(
    tx: Transaction, kind: Kind, actor: str, now: datetime, before: tokens.Token, after: tokens.Token
) -> tokens.Token:
    queries.update_step(tx.conn, tx.centre.id, before.step, after.step)
    record_token(tx, kind, actor, now, after)
    return after
