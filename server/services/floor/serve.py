"""Serve the citizen at a counter: call again, start, park, note as absent, finish."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from server.domain.errors import NoCurrentToken, TooEarlyToMiss
from server.domain.events.kinds import Kind
from server.domain.freezes import active_seconds
from server.domain.plan.hours import next_working_day
from server.domain.plan.plan import Plan
from server.domain.token import changes
from server.domain.token.lifecycle import StepState
from server.domain.token.route import Stop
from server.domain.token.token import Token
from server.services.floor.at_counter import Seen, current_token, require_free
from server.services.floor.desks import counter_of
from server.services.floor.token_rows import change_token, staff_view
from server.services.setup.plans import plan_of
from server.storage.sql import tokens
from server.storage.tables import events
from server.storage.transaction import Transaction


def recall(tx: Transaction, counter_id: str, now: datetime, actor: str, seen: Seen | None = None) -> Token:
    """Call the current token once more; raises UnknownCounter, NoCurrentToken, IllegalTransition, CentreFrozen."""
    tx.centre.require_running()
    before = current_token(tx, counter_id, seen)
    return _changed(tx, Kind.TOKEN_RECALLED, (actor, now), before, changes.recall(before, now), counter_id)


def start(tx: Transaction, counter_id: str, now: datetime, actor: str, seen: Seen | None = None) -> Token:
    """Begin the service of the current token; raises UnknownCounter, NoCurrentToken, IllegalTransition, Stale."""
    before = current_token(tx, counter_id, seen)
    return _changed(tx, Kind.TOKEN_STARTED, (actor, now), before, changes.start(before, now), counter_id)


def hold(tx: Transaction, counter_id: str, now: datetime, actor: str, seen: Seen | None = None) -> Token:
    """Park the current token at its counter, which is then free for another.

    Raises UnknownCounter, NoCurrentToken, IllegalTransition, Stale.
    """
    before = current_token(tx, counter_id, seen)
    return _changed(tx, Kind.TOKEN_HELD, (actor, now), before, changes.hold(before), counter_id)


def resume(tx: Transaction, counter_id: str, now: datetime, actor: str, token_id: str | None = None) -> Token:
    """Serve a token again that is parked at a counter: the one named, else the one parked last.

    Raises UnknownCounter, NoCurrentToken when none is parked, CounterBusy.
    """
    require_free(tx, counter_of(tx.conn, tx.centre.id, counter_id))
    before = _held(tx, counter_id, token_id)
    return _changed(tx, Kind.TOKEN_RESUMED, (actor, now), before, changes.resume(before, now), counter_id)


def miss(tx: Transaction, counter_id: str, now: datetime, actor: str, seen: Seen | None = None) -> Token:
    """Note the current token, or the one `seen` that is parked here, as absent.

    Raises UnknownCounter, NoCurrentToken, IllegalTransition, Stale, CentreFrozen, and TooEarlyToMiss until it was
    called often enough and long enough ago.
    """
    tx.centre.require_running()
    before = _absent(tx, counter_id, seen)
    after = changes.miss(before)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    _require_missable(tx, plan, before, now)
    return _changed(tx, Kind.TOKEN_MISSED, (actor, now), before, after, counter_id)


def finish(
    tx: Transaction,
    counter_id: str,
    now: datetime,
    actor: str,
    *,
    outcome: str | None = None,
    seen: Seen | None = None,
) -> Token:
    """End the service of the current token; the next stage of its route is entered by itself.

    `outcome` defaults to the stage's ok. A counter that only helps with a party is free again, and the party stays.
    Raises UnknownCounter, NoCurrentToken, IllegalTransition, UnknownOutcome, Stale.
    """
    before = current_token(tx, counter_id, seen)
    if before.step.counter != counter_id:
        left = tuple(one for one in before.step.beside if one != counter_id)
        return _changed(tx, Kind.TOKEN_REMARKED, (actor, now), before, changes.gather(before, left), counter_id)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    chosen = outcome or plan.stages[before.step.stage].ok
    stop = plan.stop(before, chosen)
    closed, after = changes.finish(before, chosen, stop, tx.next_seq, now)
    after = _with_what_follows(plan, before, after, stop, tx, now)
    told = {"desk": counter_id, "counter_id": counter_id, "outcome": chosen, "return_slip": stop.returns}
    return change_token(tx, (Kind.TOKEN_FINISHED, actor, now), before, after, closed=closed, **told)


def missable_at(tx: Transaction, plan: Plan, token: Token, now: datetime) -> tuple[int, int]:
    """Return the calls and the seconds that are left until a called token may be noted as absent.

    They count from the call itself: somebody who was missed and came back has as long as everybody.
    """
    since = active_seconds(_called_at(tx, token, now), now, tx.centre.frozen_times)
    return (
        max(0, plan.floor.missed_calls - token.step.calls),
        max(0, round(plan.floor.missed_after(token.access) * 60 - since)),
    )


def _called_at(tx: Transaction, token: Token, now: datetime) -> datetime:
    """Return when the present call was made; its recalls do not change that. A call is named by its event."""
    if token.step.call is None:
        return now
    seq = int(token.step.call.rpartition("-")[2])
    query = select(events.EventTable.at).where(
        events.EventTable.centre_id == tx.centre.id, events.EventTable.seq == seq
    )
    return tx.conn.execute(query).scalar_one_or_none() or now


def _held(tx: Transaction, counter_id: str, token_id: str | None) -> Token:
    parked = tokens.tokens_held(tx.conn, tx.centre.id, counter_id)
    found = [token for token in parked if token_id in (None, token.id)]
    if not found:
        raise NoCurrentToken(f"Nobody is parked at counter {counter_id}.", current=None)
    return found[-1]


def _absent(tx: Transaction, counter_id: str, seen: Seen | None) -> Token:
    """Return whom `miss` means: somebody parked here when they were named, else who is at the counter."""
    if seen is not None and seen.state == StepState.HELD.value:
        counter_of(tx.conn, tx.centre.id, counter_id)
        return _held(tx, counter_id, seen.token)
    return current_token(tx, counter_id, seen)


def _require_missable(tx: Transaction, plan: Plan, token: Token, now: datetime) -> None:
    calls, seconds = missable_at(tx, plan, token, now)
    if calls or seconds:
        told = f"{token.label} may be noted as absent after {plan.floor.missed_calls} calls and "
        raise TooEarlyToMiss(
            f"{told}{plan.floor.missed_after(token.access):g} minutes.",
            calls_left=calls,
            seconds_left=seconds,
            current=staff_view(token),
        )


def _with_what_follows(plan: Plan, before: Token, after: Token, stop: Stop, tx: Transaction, now: datetime) -> Token:
    """Return a finished token with its next service begun, and with how long its return slip is good."""
    if stop.returns:
        until = next_working_day(plan.hours, tx.centre.day(now), plan.floor.return_days)
        after = replace(after, return_until=until)
    if stop.service is None:
        return after
    service = plan.services[stop.service]
    then = plan.after(before.route, before.then)[1:]
    return changes.begin_next(after, service.code, plan.series_for(service, before.need), service.route, then)


def _changed(
    tx: Transaction,
    kind: Kind,
    by: tuple[str, datetime],
    before: Token,
    after: Token,
    counter_id: str,
) -> Token:
    actor, now = by
    return change_token(tx, (kind, actor, now), before, after, desk=counter_id)
