"""How a fault is put into a server whose code knows nothing of it."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import NoResultFound

from server.domain.calling.lane import Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.v1 import choose_next
from server.domain.calling.versions import CHOOSERS
from server.domain.errors import Unavailable
from server.domain.events.event import Event
from server.domain.events.views import event_view
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Step
from server.live.relay import Relay, room_of
from server.services.floor import call
from server.services.floor.call import call_next
from server.storage.sql import counters, steps, tokens
from server.storage.transaction import Transaction

RACE_S = 0.02


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


def put(owner: Any, name: str, mutant: object) -> None:
    """Put one thing in the place of another; raises AttributeError when there is none, so that no mutant is tame."""
    getattr(owner, name)
    setattr(owner, name, mutant)


def look_at_own_transaction() -> None:
    true_call_next = call_next

    def look_here(tx: Transaction, *rest: Any) -> Any:
        NOW.conn, NOW.centre = tx.conn, tx.centre.id
        return true_call_next(tx, *rest)

    put(call, "call_next", look_here)


def choose_among(some: Callable[[list[Waiting]], list[Waiting]], *states: StepState) -> None:
    """Let the rule choose among `some` of those who are in one of the states (waiting), as the command sees them."""

    def choose(_heads: Any, rule: Any, desk: Profile, *rest: Any) -> Any:
        stage = counters.counter_by_id(NOW.conn, NOW.centre, desk.counter).stage
        found = [t for t in tokens.open_tokens(NOW.conn, NOW.centre) if t.step.stage == stage]
        wanted = [t.waiting for t in found if t.step.state in (states or (StepState.WAITING,))]
        return choose_next(some(sorted(wanted, key=lambda w: w.place)), rule, desk, *rest)

    CHOOSERS["v1"] = choose  # type: ignore[index]


def write_unguarded() -> None:
    update = steps.update_step

    def update_anyway(conn: Connection, centre: int, token: Any, step: Step, _before: StepState, **more: Any) -> None:
        update(conn, centre, token, step, steps.step_state(conn, centre, step.seq), **more)

    put(steps, "update_step", update_anyway)


def emit_when_recorded(then: Callable[[Event], None]) -> None:
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

    put(Relay, "start", start_known)
    put(Transaction, "record", record_and_tell)
