"""Send the citizen at a counter to a stage, a counter or an officer."""

from server.domain.actors import By
from server.domain.errors import CounterNotOpen, NotInThisLine
from server.domain.events.payloads import TokenTransferred
from server.domain.plan.plan import Plan
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.lifecycle import CounterState
from server.domain.token.token import Token
from server.services.floor.at_counter import Seen, current_token
from server.services.floor.token_rows import change_token
from server.services.setup.plans import plan_now
from server.storage.sql import counters
from server.storage.transaction import Transaction


def transfer(tx: Transaction, by: By, target: Target, *, seen: Seen | None = None, note: str | None = None) -> Token:
    """Send the current token to a stage, a counter or an officer; its age in the centre goes with it.

    Where it `returns` a way back is kept, beside those it had before. Raises UnknownCounter, UnknownStage,
    NoCurrentToken, IllegalTransition, Stale, TooDeep for a sixth errand at once, and CounterNotOpen or NotInThisLine
    when nobody could ever call it there.
    """
    before = current_token(tx, by.counter, seen)
    _require_reachable(tx, plan_now(tx), target)
    closed, after = changes.transfer(before, target, tx.next_seq, tx.moment)
    return change_token(tx, before, TokenTransferred(after, note=note), by, closed=closed)


def _require_reachable(tx: Transaction, plan: Plan, target: Target) -> None:
    """Raise unless the counter or the officer that alone may call a token works at the stage it is sent to."""
    plan.stage(target.stage)
    if target.only is None:
        return
    here = [c for c in counters.counters_of(tx.conn, tx.centre.id) if c.stage == target.stage]
    meant = [c for c in here if target.only in (c.id, c.operator)]
    if not meant:
        raise NotInThisLine(f"Stage {target.stage} has no such counter or officer now.", stage=target.stage)
    if all(counter.state is CounterState.CLOSED for counter in meant):
        raise CounterNotOpen(f"Counter {meant[0].id} is closed.", state=CounterState.CLOSED.value)
