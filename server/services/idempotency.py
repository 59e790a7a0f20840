"""A retried command gets its first answer again."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from server.domain.errors import IdempotencyKeyReused
from server.storage.people import Idempotency
from server.storage.transaction import Transaction

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a command: who sent it, under which key, a hash of what was asked, and the real time."""

    principal: str
    key: str
    body_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller is told: an HTTP status and a JSON object."""

    status: int
    body: Mapping[str, Any]


def body_hash(path: str, body: Any) -> str:
    """Return the hash that tells one command from another."""
    return hashlib.sha256(json.dumps([path, body], sort_keys=True).encode()).hexdigest()


def once(tx: Transaction, attempt: Attempt, command: Callable[[], Answer]) -> Answer:
    """Run `command` unless this attempt was answered in the last 24 hours; then give that answer.

    A refusal is not kept: it changed nothing. Raises IdempotencyKeyReused for the same key with another body.
    """
    mine = (Idempotency.principal == attempt.principal, Idempotency.key == attempt.key)
    row = tx.conn.execute(
        select(Idempotency.body_hash, Idempotency.status, Idempotency.answer, Idempotency.created_at).where(*mine)
    ).one_or_none()
    if row is not None and row.created_at > attempt.at - KEPT:
        if row.body_hash != attempt.body_hash:
            raise IdempotencyKeyReused("This Idempotency-Key was used for another command.")
        return Answer(row.status, row.answer)
    if row is not None:
        tx.conn.execute(delete(Idempotency).where(*mine))
    answer = command()
    tx.conn.execute(
        insert(Idempotency).values(
            principal=attempt.principal,
            key=attempt.key,
            centre_id=tx.centre.id,
            body_hash=attempt.body_hash,
            status=answer.status,
            answer=dict(answer.body),
            created_at=attempt.at,
        )
    )
    return answer


def forget_expired(tx: Transaction, at: datetime) -> int:
    """Delete answers older than 24 hours; returns how many."""
    return tx.conn.execute(delete(Idempotency).where(Idempotency.created_at <= at - KEPT)).rowcount
