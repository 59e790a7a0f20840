"""Serve the citizen at a counter: call again, start, park, note as absent, finish, send elsewhere."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from server.domain import tokens
from server.domain.errors import CounterNotOpen, NoCurrentToken, NotInThisLine, TooEarlyToMiss
from server.domain.events import Kind
from server.domain.hours import active_seconds, next_working_day
from server.domain.journey import Stop
from server.domain.lifecycle import CounterState, StepState
from server.domain.plan import Plan
from server.domain.tokens import Target
from server.services.counters import Seen, current_token, require_free
from server.services.desks import counter_of
from server.services.plans import plan_of
from server.services.records import change_token, staff_view
from server.storage import counter_rows, models, queries
from server.storage.transaction import Transaction


def recall(tx: Transaction, counter_id: str, now: datetime, actor: str, seen: Seen | None = None) -> tokens.Token:
    """Call the current token once more; raises UnknownCounter, NoCurrentToken, IllegalTransition, CentreFrozen."""
    tx.centre.require_running()
    before = current_token(tx, counter_id, seen)
    return _changed(tx, Kind.TOKEN_RECALLED, (actor, now), before, tokens.recall(before, now), counter_id)


def start(tx: Transaction, counter_id: str, now: datetime, actor: str, seen: Seen | None = None) -> tokens.Token:
    """Begin the service of the current token; raises UnknownCounter, NoCurrentToken, IllegalTransition, Stale."""
    before = current_token(tx, counter_id, seen)
    return _changed(tx, Kind.TOKEN_STARTED, (actor, now), before, tokens.start(before, now), counter_id)


def hold(tx: Transaction, counter_id: str, now: datetime, actor: str, seen: Seen | None = None) -> tokens.Token:
    """Park the current token at its counter, which is then free for another.

    Raises UnknownCounter, NoCurrentToken, IllegalTransition, Stale.
    """
    before = current_token(tx, counter_id, seen)
    return _changed(tx, Kind.TOKEN_HELD, (actor, now), before, tokens.hold(before), counter_id)


def resume(tx: Transaction, counter_id: str, now: datetime, actor: str, token_id: str | None = None) -> tokens.Token:
    """Serve a token again that is parked at a counter: the one named, else the one parked last.

    Raises UnknownCounter, NoCurrentToken when none is parked, CounterBusy.
    """
    require_free(tx, counter_of(tx.conn, tx.centre.id, counter_id))
    before = _held(tx, counter_id, token_id)
    return _changed(tx, Kind.TOKEN_RESUMED, (actor, now), before, tokens.resume(before, now), counter_id)


def miss(tx: Transaction, counter_id: str, now: datetime, actor: str, seen: Seen | None = None) -> tokens.Token:
    """Note the current token, or the one `seen` that is parked here, as absent.

    Raises UnknownCounter, NoCurrentToken, IllegalTransition, Stale, CentreFrozen, and TooEarlyToMiss until it was
    called often enough and long enough ago.
    """
    tx.centre.require_running()
    before = _absent(tx, counter_id, seen)
    after = tokens.miss(before)
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
) -> tokens.Token:
    """End the service of the current token; the next stage of its route is entered by itself.

    `outcome` defaults to the stage's ok. A counter that only helps with a party is free again, and the party stays.
    Raises UnknownCounter, NoCurrentToken, IllegalTransition, UnknownOutcome, Stale.
    """
    before = current_token(tx, counter_id, seen)
    if before.step.counter != counter_id:
        left = tuple(one for one in before.step.beside if one != counter_id)
        return _changed(tx, Kind.TOKEN_REMARKED, (actor, now), before, tokens.gather(before, left), counter_id)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    chosen = outcome or plan.stages[before.step.stage].ok
    stop = plan.stop(before, chosen)
    closed, after = tokens.finish(before, chosen, stop, tx.next_seq, now)
    after = _with_what_follows(plan, before, after, stop, tx, now)
    told = {"desk": counter_id, "counter_id": counter_id, "outcome": chosen, "return_slip": stop.returns}
    return change_token(tx, (Kind.TOKEN_FINISHED, actor, now), before, after, closed=closed, **told)


def transfer(
    tx: Transaction,
    counter_id: str,
    target: Target,
    now: datetime,
    actor: str,
    *,
    seen: Seen | None = None,
    reason: str | None = None,
) -> tokens.Token:
    """Send the current token to a stage, a counter or an officer; its age in the centre goes with it.

    One that is sent off its route comes back to the stage it is taken from. Raises UnknownCounter, UnknownStage,
    NoCurrentToken, IllegalTransition, Stale, and CounterNotOpen or NotInThisLine when nobody could ever call it there.
    """
    before = current_token(tx, counter_id, seen)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    _require_reachable(tx, plan, target)
    route = plan.routes[before.route]
    loops = before.step.stage in route and target.stage not in route and not target.returns
    closed, after = tokens.transfer(before, replace(target, loops=loops), tx.next_seq, now)
    told = {"desk": counter_id, "reason": reason}
    return change_token(tx, (Kind.TOKEN_TRANSFERRED, actor, now), before, after, closed=closed, **told)


def missable_at(tx: Transaction, plan: Plan, token: tokens.Token, now: datetime) -> tuple[int, int]:
    """Return the calls and the seconds that are left until a called token may be noted as absent.

    They count from the call itself: somebody who was missed and came back has as long as everybody.
    """
    since = active_seconds(_called_at(tx, token, now), now, tx.centre.frozen_times)
    return (
        max(0, plan.floor.missed_calls - token.step.calls),
        max(0, round(plan.floor.missed_after(token.access) * 60 - since)),
    )


def _called_at(tx: Transaction, token: tokens.Token, now: datetime) -> datetime:
    """Return when the present call was made; its recalls do not change that. A call is named by its event."""
    if token.step.call is None:
        return now
    seq = int(token.step.call.rpartition("-")[2])
    query = select(models.Event.at).where(models.Event.centre_id == tx.centre.id, models.Event.seq == seq)
    return tx.conn.execute(query).scalar_one_or_none() or now


def _require_reachable(tx: Transaction, plan: Plan, target: Target) -> None:
    """Raise unless the counter or the officer that alone may call a token works at the stage it is sent to."""
    plan.stage(target.stage)
    if target.only is None:
        return
    desks = [c for c in counter_rows.counters(tx.conn, tx.centre.id) if c.stage == target.stage]
    meant = [c for c in desks if target.only in (c.id, c.operator)]
    if not meant:
        raise NotInThisLine(f"Stage {target.stage} has no such counter or officer now.", stage=target.stage)
    if all(counter.state is CounterState.CLOSED for counter in meant):
        raise CounterNotOpen(f"Counter {meant[0].id} is closed.", state=CounterState.CLOSED.value)


def _held(tx: Transaction, counter_id: str, token_id: str | None) -> tokens.Token:
    parked = queries.tokens_held(tx.conn, tx.centre.id, counter_id)
    found = [token for token in parked if token_id in (None, token.id)]
    if not found:
        raise NoCurrentToken(f"Nobody is parked at counter {counter_id}.", current=None)
    return found[-1]


def _absent(tx: Transaction, counter_id: str, seen: Seen | None) -> tokens.Token:
    """Return whom `miss` means: somebody parked here when they were named, else who is at the counter."""
    if seen is not None and seen.state == StepState.HELD.value:
        counter_of(tx.conn, tx.centre.id, counter_id)
        return _held(tx, counter_id, seen.token)
    return current_token(tx, counter_id, seen)


def _require_missable(tx: Transaction, plan: Plan, token: tokens.Token, now: datetime) -> None:
    calls, seconds = missable_at(tx, plan, token, now)
    if calls or seconds:
        told = f"{token.label} may be noted as absent after {plan.floor.missed_calls} calls and "
        raise TooEarlyToMiss(
            f"{told}{plan.floor.missed_after(token.access):g} minutes.",
            calls_left=calls,
            seconds_left=seconds,
            current=staff_view(token),
        )


def _with_what_follows(
    plan: Plan, before: tokens.Token, after: tokens.Token, stop: Stop, tx: Transaction, now: datetime
) -> tokens.Token:
    """Return a finished token with its next service begun, and with how long its return slip is good."""
    if stop.returns:
        until = next_working_day(plan.hours, tx.centre.day(now), plan.floor.return_days)
        after = replace(after, return_until=until)
    if stop.service is None:
        return after
    service = plan.services[stop.service]
    then = plan.after(before.route, before.then)[1:]
    return tokens.begin_next(after, service.code, plan.series_for(service, before.need), service.route, then)


def _changed(
    tx: Transaction,
    kind: Kind,
    by: tuple[str, datetime],
    before: tokens.Token,
    after: tokens.Token,
    counter_id: str,
) -> tokens.Token:
    actor, now = by
    return change_token(tx, (kind, actor, now), before, after, desk=counter_id)
