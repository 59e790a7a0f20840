"""Tokens sent to a counter that has closed since, or to an officer who has left: they wait for everybody there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from server.domain import tokens
from server.domain.events import Kind
from server.domain.lifecycle import CounterState
from server.domain.tokens import Target
from server.services.records import change_token
from server.storage import counter_rows, queries
from server.storage.counter_rows import CounterRow
from server.storage.line import IS_WAITING
from server.storage.models import Step
from server.storage.statements import Statement
from server.storage.transaction import Transaction

# Sorted here and not by SQLite, which would go through all steps ever made to have them in order.
SENT = Statement(
    select(Step.seq, Step.token_id, Step.stage, Step.only).where(
        Step.centre_id == bindparam("centre"), IS_WAITING, Step.only.is_not(None)
    )
)


def stranded(conn: Connection, centre_id: int) -> list[str]:
    """Return the ids of waiting tokens that only a closed counter or an absent officer may call."""
    sent = sorted(SENT.rows(conn, centre=centre_id))
    if not sent:
        return []
    counters = counter_rows.counters(conn, centre_id)
    return [token_id for _, token_id, stage, only in sent if not _at_work(counters, stage, only)]


def release(tx: Transaction, now: datetime, actor: str) -> int:
    """Let stranded tokens be called by every counter of their stage, with their age; returns how many."""
    found = stranded(tx.conn, tx.centre.id)
    for token_id in found:
        before = queries.token_by_id(tx.conn, tx.centre.id, token_id)
        closed, after = tokens.transfer(before, Target(before.step.stage), tx.next_seq, now)
        change = (Kind.TOKEN_TRANSFERRED, actor, now)
        change_token(tx, change, before, after, closed=closed, reason="nobody_there")
    return len(found)


def _at_work(counters: Sequence[CounterRow], stage: str, only: str) -> bool:
    here = (c for c in counters if c.stage == stage and only in (c.id, c.operator))
    return any(counter.state is not CounterState.CLOSED for counter in here)
