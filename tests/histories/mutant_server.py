"""`baari serve` with one fault put into it: `python -m tests.histories.mutant_server NAME --port N`.

Each fault is one that a queue really had or could have; a small sleep stands where the race is. The code of the server
knows nothing of it.
"""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import NoResultFound

from server import cli
from server.api import commands
from server.domain.actors import By
from server.domain.calling.lane import Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.v1 import choose_next
from server.domain.calling.versions import CHOOSERS
from server.domain.counters import Counter
from server.domain.errors import CounterBusy, LaterAct, NothingToUndo, Unavailable
from server.domain.events.event import Event
from server.domain.events.kinds import Kind, TokenEvent
from server.domain.events.views import event_view
from server.domain.freezes import Moment
from server.domain.token import changes, ways_back
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Step, Token
from server.live.relay import Relay, room_of
from server.services.floor import acts, at_counter, call, day, issue, opening, reopening, serve, undo
from server.services.floor.call import call_next
from server.storage.database import Command, Database
from server.storage.sql import counters, events, steps, tokens
from server.storage.transaction import Transaction

RACE_S = 0.02
UNDONE_EVERY = 10


class _Now(threading.local):
    """What the command that runs in this thread looks at."""

    conn: Connection
    centre: int


NOW = _Now()


def look_early(seen: Connection) -> None:
    """Begin a snapshot, and let others write meanwhile."""
    seen.execute(text("SELECT count(*) FROM step"))  # a snapshot begins with its first read
    time.sleep(RACE_S)


def look_there(seen: Connection, fn: Callable[[Transaction], Any], tx: Transaction) -> Any:
    """Run a command that looks at what was seen before."""
    NOW.conn, NOW.centre = seen, 0 if tx.state is None else tx.centre.id
    try:
        return fn(tx)
    except NoResultFound as error:  # somebody has come since: a failure of another kind than the one looked for
        raise Unavailable("The command was undone.") from error


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

    _put(Database, "write", eager)
    _put(Database, "write_all", eager_together)
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


def undo_onto_another() -> None:
    """Give somebody back to a counter that has somebody else."""
    restore = undo._restore

    def beside(tx: Transaction, after: Token, before: Token) -> None:
        tx.conn.execute(text("DROP INDEX IF EXISTS ix_step_one_at_counter"))  # the database would not have it
        restore(tx, after, before)

    _put(undo, "_restore", beside)
    _put(undo, "_require_place", lambda *_: None)


def undo_twice() -> None:
    """Say once more that an act was taken back, to whoever asks again."""
    undo_at = undo.undo_at

    def once_more(tx: Transaction, by: By, *, act: int | None = None) -> undo.Undone:
        try:
            return undo_at(tx, by, act=act)
        except NothingToUndo:
            done = [] if act is None else events.events_of_act(tx.conn, tx.centre.id, act)
            if not done:
                raise
            return undo.Undone(undo._record_before(tx, done[-1]))

    _put(undo, "undo_at", once_more)


def undo_what_others_built_on() -> None:
    """Take an act back although something was done at the same stage since to whom it concerns."""
    require_last = undo._require_last

    def require_stage(tx: Transaction, act: Sequence[Event]) -> None:
        try:
            require_last(tx, act)
        except LaterAct:
            left = acts.token_of(act[-1])
            now = tokens.token_by_id(tx.conn, tx.centre.id, left.id)
            if now.ended or now.step.seq != left.step.seq:
                raise

    _put(undo, "_require_last", require_stage)
    _write_unguarded()


def undo_to_the_end() -> None:
    """Let somebody whose call is taken back wait behind all others."""
    before = undo._record_before

    def younger(tx: Transaction, event: Event) -> Token:
        token = before(tx, event)
        return replace(token, step=replace(token.step, since=tx.now)) if event.kind is Kind.TOKEN_CALLED else token

    _put(undo, "_record_before", younger)


def transfer_to_anybody() -> None:
    """Let every counter of the stage call who was sent to one."""
    transfer = changes.transfer

    def wherever(token: Token, target: changes.Target, *rest: Any) -> Any:
        return transfer(token, replace(target, only=None), *rest)

    _put(changes, "transfer", wherever)


def errands_without_end() -> None:
    """Send somebody on a sixth errand."""
    _put(ways_back, "DEEPEST", 50)


def close_unseen() -> None:
    """End people who were not in the list that the manager was shown."""
    _put(day, "_require_shown", lambda *_: None)


def issue_after_the_close() -> None:
    """Give tokens after the close as if the day were open."""
    enter_day = opening.enter_day

    def enter(tx: Transaction, due: date, by: By) -> None:
        if tx.centre.closed_day != due:
            enter_day(tx, due, by)

    _put(issue, "enter_day", enter)


def reopen_some() -> None:
    """Bring every second person back."""
    moved_by = reopening._moved_by
    _put(reopening, "_moved_by", lambda tx, closed: moved_by(tx, closed)[::2])


def reopen_behind_the_later() -> None:
    """Let people who come back stand behind whoever comes after them."""
    latest_of = events.latest_of

    def older(*about: Any, **more: Any) -> list[Event]:
        found = latest_of(*about, **more)
        return [_later(each) for each in found] if more.get("before") else found

    def _later(event: Event) -> Event:
        assert isinstance(event.payload, TokenEvent)  # the events of a token
        token = event.payload.token
        step = replace(token.step, since=token.step.since + timedelta(hours=1))
        return replace(event, payload=replace(event.payload, token=replace(token, step=step)))

    _put(reopening, "events", SimpleNamespace(**{**vars(events), "latest_of": older}))


def reopen_at_no_counter() -> None:
    """Let who was called or served come back, and leave their counters closed."""
    _put(reopening, "_restore_counters", lambda *_: [])


def _put(owner: Any, name: str, mutant: object) -> None:
    """Put one thing in the place of another; raises AttributeError when there is none, so that no mutant is tame."""
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
        transfer_to_anybody,
        errands_without_end,
        undo_onto_another,
        undo_twice,
        undo_what_others_built_on,
        undo_to_the_end,
        close_unseen,
        issue_after_the_close,
        reopen_some,
        reopen_behind_the_later,
        reopen_at_no_counter,
    )
}

if __name__ == "__main__":
    MUTANTS[sys.argv[1]]()
    sys.argv = ["baari", "serve", *sys.argv[2:]]
    cli.main()
