"""Reads and writes of the answers that are kept for retries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from server.storage.statements import Statement
from server.storage.tables.answers import AnswerTable

ANSWER = Statement(
    select(
        AnswerTable.body_hash, AnswerTable.status, AnswerTable.answer, AnswerTable.created_at, AnswerTable.event_seq
    ).where(AnswerTable.principal == bindparam("who"), AnswerTable.key == bindparam("under"))
)
FIELDS = ("principal", "key", "centre_id", "body_hash", "status", "answer", "created_at", "event_seq")
KEEP = Statement(insert(AnswerTable), list(FIELDS))
FORGET = Statement(
    delete(AnswerTable).where(AnswerTable.principal == bindparam("who"), AnswerTable.key == bindparam("under")), []
)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was given, and a hash of what was asked; `event_seq` is the event that holds its own hash."""

    body_hash: str
    status: int
    answer: Any  # a JSON object
    created_at: datetime
    event_seq: int | None = None


def ask_answer(conn: Connection, principal: str, key: str) -> Callable[[], Kept | None]:
    """Ask for the answer that a principal got under a key; what is returned waits for it, and returns None for none."""
    asked = ANSWER.ask(conn, who=principal, under=key)
    return lambda: next((Kept(*row) for row in asked()), None)


def keep_answer(conn: Connection, principal: str, key: str, centre_id: int, kept: Kept) -> None:
    """Write the answer that a principal gets under a key."""
    own = {name: getattr(kept, name) for name in Kept.__slots__}
    KEEP.send(conn, principal=principal, key=key, centre_id=centre_id, **own)


def answers_of(conn: Connection, centre_id: int) -> Iterator[tuple[str, str, Kept]]:
    """Return (principal, key, answer) of the answers that are kept of a centre and that an event holds."""
    columns = (getattr(AnswerTable, name) for name in ("principal", "key", *Kept.__slots__))
    query = select(*columns).where(AnswerTable.centre_id == centre_id, AnswerTable.event_seq.is_not(None))
    for principal, key, *kept in conn.execute(query.order_by(AnswerTable.event_seq)):
        yield principal, key, Kept(*kept)


def forget_answer(conn: Connection, principal: str, key: str) -> None:
    """Delete an answer, so that its key can be used again."""
    FORGET.send(conn, who=principal, under=key)


def forget_before(conn: Connection, moment: datetime) -> int:
    """Delete answers given until `moment`; returns how many."""
    return conn.execute(delete(AnswerTable).where(AnswerTable.created_at <= moment)).rowcount
