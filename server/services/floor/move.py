"""Send the citizen at a counter to a stage, a counter or an officer."""

from dataclasses import replace
from datetime import datetime

from server.domain.errors import CounterNotOpen, NotInThisLine
from server.domain.events.kinds import Kind
from server.domain.plan.plan import Plan
from server.domain.token import changes, token
from server.domain.token.changes import Target
from server.domain.token.lifecycle import CounterState
from server.services.floor.at_counter import Seen, current_token
from server.services.floor.token_rows import change_token
from server.services.setup.plans import plan_of
from server.storage.sql import counters
from server.storage.transaction import Transaction


def transfer(
    tx: Transaction,
    counter_id: str,
    target: Target,
    now: datetime,
    actor: str,
    *,
    seen: Seen | None = None,
    reason: str | None = None,
) -> token.Token:
    """Send the current token to a stage, a counter or an officer; its age in the centre goes with it.

    One that is sent off its route comes back to the stage it is taken from. Raises UnknownCounter, UnknownStage,
    NoCurrentToken, IllegalTransition, Stale, and CounterNotOpen or NotInThisLine when nobody could ever call it there.
    """
    before = current_token(tx, counter_id, seen)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    _require_reachable(tx, plan, target)
    route = plan.routes[before.route]
    loops = before.step.stage in route and target.stage not in route and not target.returns
    closed, after = changes.transfer(before, replace(target, loops=loops), tx.next_seq, now)
    told = {"desk": counter_id, "reason": reason}
    return change_token(tx, (Kind.TOKEN_TRANSFERRED, actor, now), before, after, closed=closed, **told)


def _require_reachable(tx: Transaction, plan: Plan, target: Target) -> None:
    """Raise unless the counter or the officer that alone may call a token works at the stage it is sent to."""
    plan.stage(target.stage)
    if target.only is None:
        return
    desks = [c for c in counters.counters_of(tx.conn, tx.centre.id) if c.stage == target.stage]
    meant = [c for c in desks if target.only in (c.id, c.operator)]
    if not meant:
        raise NotInThisLine(f"Stage {target.stage} has no such counter or officer now.", stage=target.stage)
    if all(counter.state is CounterState.CLOSED for counter in meant):
        raise CounterNotOpen(f"Counter {meant[0].id} is closed.", state=CounterState.CLOSED.value)
