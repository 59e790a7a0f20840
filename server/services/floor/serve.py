"""Serve the citizen at a counter: call again, start, park, note as absent, finish."""

from datetime import datetime
from functools import partial

from server.domain.actors import By
from server.domain.errors import NoCurrentToken, TooEarlyToMiss
from server.domain.events.kinds import TokenChange, TokenMissed, TokenRecalled, TokenResumed
from server.domain.events.payloads import TokenFinished, TokenHelperLeft
from server.domain.events.views import staff_view
from server.domain.plan.plan import Plan
from server.domain.token import changes
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Token
from server.services.floor.at_counter import Seen, counter_named, current_token, require_free
from server.services.floor.token_rows import change_token
from server.services.floor.way import as_counters_stand, passed_by
from server.services.setup.plans import plan_now
from server.storage.sql import events, tokens
from server.storage.transaction import Transaction


def act(tx: Transaction, by: By, event: type[TokenChange], seen: Seen | None = None) -> Token:
    """Do to the current token what asks nothing of the floor; raises as `current_token`, and IllegalTransition."""
    before = current_token(tx, by.counter, seen)
    return change_token(tx, before, event(event.change(before, tx.moment)), by)


def recall(tx: Transaction, by: By, seen: Seen | None = None) -> Token:
    """Call the current token once more; raises UnknownCounter, NoCurrentToken, IllegalTransition, CentreFrozen."""
    tx.centre.require_running()
    return act(tx, by, TokenRecalled, seen)


def resume(tx: Transaction, by: By, token_id: str | None = None) -> Token:
    """Serve a token again that is parked at a counter: the one named, else the one parked last.

    Raises UnknownCounter, NoCurrentToken when none is parked, CounterBusy, DayClosed.
    """
    require_free(tx, counter_named(tx, by.counter))
    before = _held(tx, by.counter, token_id)
    return change_token(tx, before, TokenResumed(changes.resume(before, tx.moment)), by)


def miss(tx: Transaction, by: By, seen: Seen | None = None) -> Token:
    """Note the current token, or the one `seen` that is parked here, as absent.

    Raises UnknownCounter, NoCurrentToken, IllegalTransition, Stale, CentreFrozen, and TooEarlyToMiss until it was
    called often enough and long enough ago.
    """
    tx.centre.require_running()
    before = _whom_to_miss(tx, by.counter, seen)
    after = changes.miss(before, tx.moment)
    _require_missable(tx, plan_now(tx), before)
    return change_token(tx, before, TokenMissed(after), by)


def finish(tx: Transaction, by: By, *, outcome: str | None = None, seen: Seen | None = None) -> Token:
    """End the service of the current token; the next stage of its route is entered by itself.

    `outcome` defaults to the stage's ok. A counter that only helps with a party is free again, and the party stays.
    Raises UnknownCounter, NoCurrentToken, IllegalTransition, UnknownOutcome, Stale, TooDeep.
    """
    before = current_token(tx, by.counter, seen)
    # A helper has no outcome to give: the party goes on with the counter that called it.
    if before.step.counter != by.counter:
        return change_token(tx, before, TokenHelperLeft(changes.leave_helper(before, by.counter)), by)
    plan = plan_now(tx)
    chosen = outcome or plan.stages[before.step.stage].ok
    stop = as_counters_stand(tx, plan.stop(before, chosen, tx.today, partial(passed_by, tx, before.id)))
    closed, after = changes.finish(before, chosen, stop, tx.next_seq, tx.moment)
    return change_token(tx, before, TokenFinished(after, chosen, stop.returns), by, closed=closed)


def missable_at(tx: Transaction, plan: Plan, token: Token) -> tuple[int, int]:
    """Return the calls and the seconds that are left until a called token may be noted as absent.

    They count from the call itself: somebody who was missed and came back has as long as everybody.
    """
    since = tx.moment.age(_called_at(tx, token))
    return (
        max(0, plan.floor.missed_calls - token.step.calls),
        max(0, round(plan.floor.missed_after(token.access) * 60 - since)),
    )


def _called_at(tx: Transaction, token: Token) -> datetime:
    """Return when the present call was made; its recalls do not change that. A call is named by its event."""
    if token.step.call is None:
        return tx.now
    return events.time_of(tx.conn, tx.centre.id, int(token.step.call.rpartition("-")[2])) or tx.now


def _held(tx: Transaction, counter_id: str, token_id: str | None) -> Token:
    held = tokens.tokens_held(tx.conn, tx.centre.id, counter_id)
    named = [token for token in held if token_id in (None, token.id)]
    if not named:
        raise NoCurrentToken(f"Nobody is parked at counter {counter_id}.", current=None)
    tx.centre.require_day()
    return named[-1]


def _whom_to_miss(tx: Transaction, counter_id: str, seen: Seen | None) -> Token:
    """Return whom `miss` means: somebody parked here when they were named, else who is at the counter."""
    if seen is not None and seen.state == StepState.HELD.value:
        counter_named(tx, counter_id)
        return _held(tx, counter_id, seen.token)
    return current_token(tx, counter_id, seen)


def _require_missable(tx: Transaction, plan: Plan, token: Token) -> None:
    calls, seconds = missable_at(tx, plan, token)
    if calls or seconds:
        minutes = plan.floor.missed_after(token.access)
        raise TooEarlyToMiss(
            f"{token.label} may be noted as absent after {plan.floor.missed_calls} calls and {minutes:g} minutes.",
            calls_left=calls,
            seconds_left=seconds,
            current=staff_view(token),
        )
