"""`baari serve` with one fault put into it: `python -m tests.histories.mutant_server NAME --port N`.

Each fault is one that a queue really had or could have; a small sleep stands where the race is. The code of the server
knows nothing of it.
"""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, text

from server import cli
from server.api import commands
from server.domain.calling.lane import Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.v1 import choose_next
from server.domain.calling.versions import CHOOSERS
from server.domain.counters import Counter
from server.domain.errors import CounterBusy, Unavailable
from server.domain.events.event import Event
from server.domain.events.kinds import Kind
from server.domain.events.views import event_view
from server.domain.freezes import Moment
from server.domain.token import changes
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Step, Token
from server.live.relay import Relay, room_of
from server.services.floor import at_counter, call, serve
from server.services.floor.call import call_next
from server.storage.database import Database
from server.storage.sql import counters, steps, tokens
from server.storage.transaction import Transaction

RACE_S = 0.02
UNDONE_EVERY = 10


class _Now(threading.local):
    """What the command that runs in this thread looks at."""

    conn: Connection
    centre: int


NOW = _Now()


def read_then_update() -> None:
    """Choose whom to call from what was read before the lock, and write without looking whether it is still so."""
    write, by_id = Database.write, tokens.token_by_id

    def eager(db: Database, centre: int | None, fn: Callable[[Transaction], Any], **first: Any) -> Any:
        def with_what_was_seen(seen: Connection) -> Any:
            seen.execute(text("SELECT count(*) FROM step"))  # a snapshot begins with its first read
            time.sleep(RACE_S)
            return write(db, centre, lambda tx: look_there(seen, fn, tx), **first)

        return db.read(with_what_was_seen)

    def look_there(seen: Connection, fn: Callable[[Transaction], Any], tx: Transaction) -> Any:
        NOW.conn, NOW.centre = seen, 0 if tx.state is None else tx.centre.id
        return fn(tx)

    _put(Database, "write", eager)
    _put(tokens, "token_by_id", lambda _conn, *rest: by_id(NOW.conn, *rest))
    _choose_among(lambda line: line)
    _write_unguarded()


def missing_guard() -> None:
    """Look for whom to call without asking whether they still wait, and write likewise."""
    call = changes.call

    def call_anyway(token: Token, *rest: Any, **more: Any) -> Token:
        return call(replace(token, step=replace(token.step, state=StepState.WAITING)), *rest, **more)

    _put(changes, "call", call_anyway)
    _look_at_own_transaction()
    _choose_among(lambda line: line, StepState.WAITING, StepState.CALLED)
    _write_unguarded()


def last_come_first() -> None:
    """Call whoever has waited least."""
    _look_at_own_transaction()
    _choose_among(lambda line: line[-1:])


def lost_idempotency() -> None:
    """Carry out a retry as if it were new."""
    _put(commands, "once", lambda _tx, _attempt, command: command())


def emit_before_commit() -> None:
    """Tell screens of an event when it is recorded, before it is committed."""
    _emit_when_recorded(lambda _event: time.sleep(RACE_S))


def emit_then_undo() -> None:
    """Tell screens of an event when it is recorded, and undo every tenth."""

    def undo(event: Event) -> None:
        if event.kind is not Kind.COUNTER_OPENED and time.monotonic_ns() // 1000 % UNDONE_EVERY == 0:
            raise Unavailable("The command was undone.")

    _emit_when_recorded(undo)


def hold_keeps_the_counter() -> None:
    """Let a counter be busy, with nobody, while somebody is parked at it."""
    require_free = at_counter.require_free

    def require_empty(tx: Transaction, counter: Counter) -> None:
        require_free(tx, counter)
        if tokens.tokens_held(tx.conn, tx.centre.id, counter.id):
            raise CounterBusy("Somebody is parked here.", current=None)

    _put(call, "require_free", require_empty)


def miss_ends() -> None:
    """End the token of whoever is missed."""

    def end(token: Token, at: Moment) -> Token:
        follow(token.step.state, changes.Action.MISS)
        return changes.cancel(token, at)

    follow = changes.follow
    _put(changes, "miss", end)


def miss_at_once() -> None:
    """Miss somebody who was called once."""
    _put(serve, "_require_missable", lambda *_: None)


def return_to_the_end() -> None:
    """Let who comes back wait behind all others."""
    return_to_line = changes.return_to_line

    def as_if_new(token: Token, at: Moment) -> Token:
        after = return_to_line(token, at)
        return (
            after if token.step.state is StepState.WAITING else replace(after, step=replace(after.step, since=at.now))
        )

    _put(changes, "return_to_line", as_if_new)


def transfer_for_good() -> None:
    """Forget the way back of an errand."""
    transfer = changes.transfer

    def there(token: Token, target: changes.Target, *rest: Any) -> Any:
        return transfer(token, replace(target, returns=False), *rest)

    _put(changes, "transfer", there)


def transfer_as_new() -> None:
    """Let who is sent to another stage lose their age."""
    transfer = changes.transfer

    def younger(token: Token, target: changes.Target, seq: int, at: Moment) -> Any:
        closed, after = transfer(token, target, seq, at)
        return closed, replace(after, step=replace(after.step, since=at.now))

    _put(changes, "transfer", younger)


def _put(owner: Any, name: str, mutant: Callable[..., Any]) -> None:
    """Put a function in the place of another; raises AttributeError when there is none, so that no mutant is tame."""
    getattr(owner, name)
    setattr(owner, name, mutant)


def _look_at_own_transaction() -> None:
    true_call_next = call_next

    def look_here(tx: Transaction, *rest: Any) -> Any:
        NOW.conn, NOW.centre = tx.conn, tx.centre.id
        return true_call_next(tx, *rest)

    _put(call, "call_next", look_here)


def _choose_among(some: Callable[[list[Waiting]], list[Waiting]], *states: StepState) -> None:
    """Let the rule choose among `some` of those who are in one of the states (waiting), as the command sees them."""

    def choose(_heads: Any, rule: Any, desk: Profile, *rest: Any) -> Any:
        stage = counters.counter_by_id(NOW.conn, NOW.centre, desk.counter).stage
        found = [t for t in tokens.open_tokens(NOW.conn, NOW.centre) if t.step.stage == stage]
        wanted = [t.waiting for t in found if t.step.state in (states or (StepState.WAITING,))]
        return choose_next(some(sorted(wanted, key=lambda w: w.place)), rule, desk, *rest)

    CHOOSERS["v1"] = choose  # type: ignore[index]


def _write_unguarded() -> None:
    update = steps.update_step

    def update_anyway(conn: Connection, centre: int, token: Any, step: Step, _before: StepState, **more: Any) -> None:
        update(conn, centre, token, step, steps.step_state(conn, centre, step.seq), **more)

    _put(steps, "update_step", update_anyway)


def _emit_when_recorded(then: Callable[[Event], None]) -> None:
    relays: list[Relay] = []
    record, start = Transaction.record, Relay.start

    def start_known(relay: Relay) -> None:
        relays.append(relay)
        start(relay)

    def record_and_tell(tx: Transaction, *what: Any) -> Event:
        event = record(tx, *what)
        for staff in (False, True):
            view = partial(event_view, event, centre=tx.centre.code, epoch=tx.centre.epoch, staff=staff)
            relays[0]._tell(room_of(tx.centre.code, staff=staff), "event", view)
        then(event)
        return event

    _put(Relay, "start", start_known)
    _put(Transaction, "record", record_and_tell)


MUTANTS = {
    mutant.__name__: mutant
    for mutant in (
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
        transfer_for_good,
        transfer_as_new,
    )
}

if __name__ == "__main__":
    MUTANTS[sys.argv[1]]()
    sys.argv = ["baari", "serve", *sys.argv[2:]]
    cli.main()
