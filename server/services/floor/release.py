"""People sent to a counter that has closed since, or to an officer who has left: they stay with it until handed over.

Nothing moves them by itself but the minutes of absence that the plan names, if it names any.
"""

from datetime import datetime, timedelta

from server.domain.actors import By
from server.domain.centre import CentreState
from server.domain.counters import at_work
from server.domain.errors import NotInThisLine
from server.domain.events.payloads import TokenTransferred
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Token
from server.services.floor.token_rows import change_token
from server.services.floor.under_way import token_under_way
from server.services.setup.plans import plan_of
from server.storage.sql import line, tokens
from server.storage.sql.counters import counters_of
from server.storage.transaction import Read, Transaction


def hand_over(tx: Transaction, token_id: str, by: By) -> Token:
    """Let somebody whom only a closed counter or an absent officer may call be called by every counter of the stage.

    Their age stays. Raises UnknownToken, IllegalTransition, and NotInThisLine for one who does not wait like that.
    """
    before = token_under_way(tx, token_id)
    only, there = before.step.only, counters_of(tx.conn, tx.centre.id)
    if before.step.state is not StepState.WAITING or only is None or at_work(there, before.step.stage, only):
        raise NotInThisLine(f"{before.label} does not wait for a counter that is closed.", state=before.state)
    return _set_free(tx, before, by)


def overdue(read: Read, centre: CentreState, now: datetime) -> list[str]:
    """Return the ids of those who wait for somebody absent for longer than the plan names; nobody if it does not."""
    sent = line.sent_by_name(read, centre.id)
    minutes = plan_of(read, centre, centre.today(now)).floor.absent_min if sent else None
    if minutes is None:
        return []
    counters, long_ago = counters_of(read, centre.id), now - timedelta(minutes=minutes)
    closed = {counter.id: counter.since for counter in counters if counter.since is not None}
    alone = [(token_id, only) for _, token_id, stage, only in sent if not at_work(counters, stage, only)]
    # How long an officer is away nobody knows: it counts from when somebody was sent there.
    entered = {token_id: tokens.token_by_id(read, centre.id, token_id).step.entered_at for token_id, _ in alone}
    return [id_ for id_, only in alone if max(entered[id_], closed.get(only, entered[id_])) <= long_ago]


def release(tx: Transaction, by: By) -> int:
    """Hand over those who wait for somebody absent for longer than the plan names; returns how many."""
    waiting = overdue(tx.conn, tx.centre, tx.now)
    for token_id in waiting:
        _set_free(tx, tokens.token_by_id(tx.conn, tx.centre.id, token_id), by)
    return len(waiting)


def _set_free(tx: Transaction, before: Token, by: By) -> Token:
    """Send somebody to the stage where they are: a new step without a name in it, of the same age."""
    closed, after = changes.transfer(before, Target(before.step.stage), tx.next_seq, tx.moment)
    return change_token(tx, before, TokenTransferred(after, cause="nobody_there"), by, closed=closed)
