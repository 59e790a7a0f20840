"""A retried command gets its first answer again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import orjson

from server.domain.derived import DerivedKeys, Purpose
from server.domain.errors import IdempotencyKeyReused
from server.storage.json_text import canonical, json_text
from server.storage.sql import answers
from server.storage.sql.answers import Kept
from server.storage.transaction import Read, Transaction

KEPT = timedelta(hours=24)
_canonical = json.JSONEncoder(sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Question:
    """What a try asks first: the answer that was given under its key. Tries of one command ask the same."""

    principal: str
    key: str

    def __call__(self, conn: Read) -> Callable[[], Kept | None]:
        """Ask; what is returned waits for the answer."""
        return answers.ask_answer(conn, self.principal, self.key)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a command: who sent it, under which key, the hashes of what was asked, and the real time.

    An answer is kept under the first of the hashes, and was perhaps kept under another one.
    """

    principal: str
    key: str
    hashes: tuple[str, ...]
    at: datetime

    @property
    def ask(self) -> Question:
        """What asks for the answer that was given before. For `Database.write`."""
        return Question(self.principal, self.key)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller is told: an HTTP status and a JSON object."""

    status: int
    body: Any  # a JSON object: a mapping, or a frozen value whose fields are its names


def body_hashes(path: str, body: object, keys: DerivedKeys) -> tuple[str, ...]:
    """Return the hashes that tell one command from another: a body may hold a phone number, so that they are keyed.

    The key in force comes first. The last is of before they were keyed, for the answers that were kept then.
    """
    asked = _canonical([path, body])
    keyed = (key.mac(asked) for key in keys.readable(Purpose.COMMANDS))
    return (*keyed, hashlib.sha256(asked.encode()).hexdigest())


def answer_digest(principal: str, key: str, asked: str, answer: Answer) -> str:
    """Return the hash of an answer, and of what it answers, that the last event of its command holds."""
    body = orjson.loads(json_text(answer.body))  # as it is kept: only names of mappings are put in order, not fields
    return hashlib.sha256(canonical([principal, key, asked, answer.status, body])).hexdigest()


def once(tx: Transaction, attempt: Attempt, command: Callable[[], Answer]) -> Answer:
    """Run `command` unless this attempt was answered in the last 24 hours; then give that answer.

    The answer is asked for now, which costs a trip, unless the transaction began with `attempt.ask`. A refusal is not
    kept: it changed nothing. Raises IdempotencyKeyReused for the same key with another body.
    """
    kept = cast(Kept | None, (tx.asked or attempt.ask(tx.conn))())
    if kept is not None:
        if kept.created_at > attempt.at - KEPT:
            return _again(kept, attempt)
        answers.forget_answer(tx.conn, attempt.principal, attempt.key)
    # In the savepoint of the command: it and its answer are true together, or neither is.
    answer = command()
    digest = answer_digest(attempt.principal, attempt.key, attempt.hashes[0], answer)
    new = Kept(attempt.hashes[0], answer.status, answer.body, attempt.at, tx.hold(digest))
    answers.keep_answer(tx.conn, attempt.principal, attempt.key, tx.centre.id, new)
    return answer


def _again(kept: Kept, attempt: Attempt) -> Answer:
    if kept.body_hash not in attempt.hashes:
        raise IdempotencyKeyReused("This Idempotency-Key was used for another command.")
    return Answer(kept.status, kept.answer)


def forget_expired(tx: Transaction, at: datetime) -> int:
    """Delete answers older than 24 hours; returns how many."""
    return answers.forget_before(tx.conn, at - KEPT)
