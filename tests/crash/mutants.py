"""Faults that can be planted in a server, to show that the crash proofs see them."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, jsonify, request

from server import app
from server.api import commands
from server.clock import Clock
from server.services.command import Attempt, body_hashes
from server.storage.database import Database
from server.storage.sql import answers
from server.storage.sql.answers import Kept
from server.storage.transaction import Transaction
from server.storage.writers import Command
from server.web.site import site

LATE_S = 0.02
"""How long behind its answer a commit comes: as on a slow disk, so that a few kills meet one."""


def sync_at_checkpoints() -> None:
    """Write to the disk at checkpoints only, not before each answer."""
    app.Database = LazyDatabase  # type: ignore[attr-defined]


def answer_early() -> None:
    """Answer before the commit."""
    app.Database = EarlyDatabase  # type: ignore[attr-defined]


def keep_later() -> None:
    """Keep the answer for retries in a commit of its own, after that of the command."""
    commands.run = run_then_keep


MUTANTS: Mapping[str, Callable[[], None]] = {
    fault.__name__: fault for fault in (sync_at_checkpoints, answer_early, keep_later)
}


class LazyDatabase(Database):
    """Leaves commits to the system until the next checkpoint."""

    def __init__(self, url: str, *, clock: Clock | None = None, synchronous: str = "NORMAL") -> None:
        super().__init__(url, clock=clock, synchronous=synchronous)


class EarlyDatabase(Database):
    """Tells every caller what came of a command before it is committed."""

    def _apply(self, batch: Sequence[Command]) -> None:
        super()._apply([Command(c.centre, partial(_answer_at_once, c)) for c in batch])

    def write_all(self, commands: Iterable[Command]) -> None:
        """Return when all are told, while the commit is still under way in a thread of its own."""
        waiting = list(commands)
        told = [threading.Lock() for _ in waiting]
        for command, lock in zip(waiting, told, strict=True):
            lock.acquire()
            command.answered = lock
        threading.Thread(target=super().write_all, args=(waiting,)).start()
        for lock in told:
            lock.acquire()


def _answer_at_once(command: Command, tx: Transaction) -> Any:
    try:
        result = command.fn(tx)
    except Exception as refusal:
        command.answer(None, refusal)
        raise
    command.answer(result, None)
    time.sleep(LATE_S)
    return result


def run_then_keep(
    actor: str,
    centre_id: int,
    fn: Callable[[Transaction], commands.Body],
    status: int = 200,
    beside: int | None = None,
    unkept: Mapping[str, object] | None = None,
) -> Response:
    """Run a command of a route as `commands.run` does, in two commits."""
    now, db, key = site().real.now(), site().db, request.headers[commands.KEY_HEADER]
    hashes = body_hashes(request.path, request.get_json(silent=True), site().derived_keys())
    attempt = Attempt(actor, key, hashes, now)
    kept = db.read(lambda conn: answers.ask_answer(conn, actor, key)())
    if kept is None:
        kept = Kept(attempt.hashes[0], status, db.write(centre_id, fn, beside=beside), now)
        db.write(centre_id, lambda tx: answers.keep_answer(tx.conn, actor, key, centre_id, kept))
    response = jsonify(kept.answer if unkept is None else {**kept.answer, **unkept})
    response.status_code = kept.status
    return response
