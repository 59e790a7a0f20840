"""Tokens sent to a counter that has closed since, or to an officer who has left: they wait for everybody there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from server.domain.counters import Counter
from server.domain.events.kinds import Kind
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.lifecycle import CounterState
from server.services.floor.token_rows import change_token
from server.storage.sql import tokens
from server.storage.sql.counters import counters_of
from server.storage.sql.line import IS_WAITING
from server.storage.statements import Statement
from server.storage.tables.floor import StepTable
from server.storage.transaction import Read, Transaction

# Sorted here and not by SQLite, which would go through all steps ever made to have them in order.
SENT = Statement(
    select(StepTable.seq, StepTable.token_id, StepTable.stage, StepTable.only).where(
        StepTable.centre_id == bindparam("centre"), IS_WAITING, StepTable.only.is_not(None)
    )
)


def stranded(read: Read, centre_id: int) -> list[str]:
    """Return the ids of waiting tokens that only a closed counter or an absent officer may call."""
    sent = sorted(SENT.rows(read, centre=centre_id))
    if not sent:
        return []
    counters = counters_of(read, centre_id)
    return [token_id for _, token_id, stage, only in sent if not _at_work(counters, stage, only)]


def release(tx: Transaction, now: datetime, actor: str) -> int:
    """Let stranded tokens be called by every counter of their stage, with their age; returns how many."""
    found = stranded(tx.conn, tx.centre.id)
    for token_id in found:
        before = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
        closed, after = changes.transfer(before, Target(before.step.stage), tx.next_seq, now)
        change = (Kind.TOKEN_TRANSFERRED, actor, now)
        change_token(tx, change, before, after, closed=closed, reason="nobody_there")
    return len(found)


def _at_work(counters: Sequence[Counter], stage: str, only: str) -> bool:
    here = (c for c in counters if c.stage == stage and only in (c.id, c.operator))
    return any(counter.state is not CounterState.CLOSED for counter in here)
