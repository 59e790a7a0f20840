"""Faults of a line: whom a server calls, how often it carries a command out, what it tells, how it serves."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from server.api import commands
from server.domain.counters import Counter
from server.domain.errors import CounterBusy, Unavailable
from server.domain.events.event import Event
from server.domain.events.kinds import Kind
from server.domain.freezes import Moment
from server.domain.token import changes
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Token
from server.services.floor import at_counter, call, serve
from server.storage.database import Command, Database
from server.storage.sql import tokens
from server.storage.transaction import Transaction
from tests.histories.faults.tools import (
    NOW,
    RACE_S,
    choose_among,
    emit_when_recorded,
    look_at_own_transaction,
    look_early,
    look_there,
    put,
    write_unguarded,
)

UNDONE_EVERY = 10


def read_then_update() -> None:
    """Choose whom to call from what was read before the lock, and write without looking whether it is still so."""
    write, write_all, by_id = Database.write, Database.write_all, tokens.token_by_id

    def eager(db: Database, centre: int | None, fn: Callable[[Transaction], Any], **first: Any) -> Any:
        def with_what_was_seen(seen: Connection) -> Any:
            look_early(seen)
            return write(db, centre, lambda tx: look_there(seen, fn, tx), **first)

        return db.read(with_what_was_seen)

    def eager_together(db: Database, commands: Sequence[Command]) -> None:
        def with_what_was_seen(seen: Connection) -> None:
            look_early(seen)
            for command in commands:
                command.fn = partial(look_there, seen, command.fn)
            write_all(db, commands)

        db.read(with_what_was_seen)

    put(Database, "write", eager)
    put(Database, "write_all", eager_together)
    put(tokens, "token_by_id", lambda _conn, *rest: by_id(NOW.conn, *rest))
    choose_among(lambda line: line)
    write_unguarded()


def missing_guard() -> None:
    """Look for whom to call without asking whether they still wait, and write likewise."""
    call = changes.call

    def call_anyway(token: Token, *rest: Any, **more: Any) -> Token:
        return call(replace(token, step=replace(token.step, state=StepState.WAITING)), *rest, **more)

    put(changes, "call", call_anyway)
    look_at_own_transaction()
    choose_among(lambda line: line, StepState.WAITING, StepState.CALLED)
    write_unguarded()


def last_come_first() -> None:
    """Call whoever has waited least."""
    look_at_own_transaction()
    choose_among(lambda line: line[-1:])


def lost_idempotency() -> None:
    """Carry out a retry as if it were new."""
    put(commands, "once", lambda _tx, _attempt, command: command())


def emit_before_commit() -> None:
    """Tell screens of an event when it is recorded, before it is committed."""
    emit_when_recorded(lambda _event: time.sleep(RACE_S))


def emit_then_undo() -> None:
    """Tell screens of an event when it is recorded, and undo every tenth."""

    def undo(event: Event) -> None:
        if event.kind is not Kind.COUNTER_OPENED and time.monotonic_ns() // 1000 % UNDONE_EVERY == 0:
            raise Unavailable("The command was undone.")

    emit_when_recorded(undo)


def hold_keeps_the_counter() -> None:
    """Let a counter be busy, with nobody, while somebody is parked at it."""
    require_free = at_counter.require_free

    def require_empty(tx: Transaction, counter: Counter) -> None:
        require_free(tx, counter)
        if tokens.tokens_held(tx.conn, tx.centre.id, counter.id):
            raise CounterBusy("Somebody is parked here.", current=None)

    put(call, "require_free", require_empty)


def miss_ends() -> None:
    """End the token of whoever is missed."""

    def end(token: Token, at: Moment) -> Token:
        follow(token.step.state, changes.Action.MISS)
        return changes.cancel(token, at)

    follow = changes.follow
    put(changes, "miss", end)


def miss_at_once() -> None:
    """Miss somebody who was called once."""
    put(serve, "_require_missable", lambda *_: None)


def return_to_the_end() -> None:
    """Let who comes back wait behind all others."""
    return_to_line = changes.return_to_line

    def as_if_new(token: Token, at: Moment) -> Token:
        after = return_to_line(token, at)
        return (
            after if token.step.state is StepState.WAITING else replace(after, step=replace(after.step, since=at.now))
        )

    put(changes, "return_to_line", as_if_new)


FAULTS = (
    read_then_update,
    missing_guard,
    lost_idempotency,
    last_come_first,
    emit_before_commit,
    emit_then_undo,
    hold_keeps_the_counter,
    miss_ends,
    miss_at_once,
    return_to_the_end,
)
