"""A snapshot at any point plus the events after it is the later snapshot, for every command there is."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.day import Then
from server.domain.errors import Refused
from server.domain.events.kinds import STORED_ONLY, Kind
from server.domain.frozen import changed
from server.domain.steady.choice import Choice
from server.domain.token.claim import secret_in
from server.domain.token.lifecycle import CounterState
from server.services.backups.going_on import Lost, centre_goes_on
from server.services.bookings.book import NewBooking, book
from server.services.bookings.move import move_here
from server.services.floor import clock
from server.services.floor.rebuild import rebuild
from server.services.outbox import jobs
from server.services.paper.claims import claimed, with_claim
from server.services.views.projections import Projections
from server.services.views.snapshot import EventsView, catch_up
from server.storage import schema
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.sql.events import epochs_before
from server.storage.sql.tokens import open_tokens
from tests.conftest import skip_or_fail
from tests.factories import (
    CENTRE,
    KEYS,
    MORNING,
    TEST,
    Floor,
    as_json,
    at_time,
    install_floor,
    make_reference,
    second_centre,
)
from tests.machines import FakeMachine
from tests.services.outbox.letters import RULES, Postman, post

ROOT = Path(__file__).parents[3]
COUNTERS = ("G1", "G2", "A1", "AX1", "B1", "C1", "X1")

# Every command, under the name the random walk draws it by. Refusals are part of the walk.
COMMANDS: dict[str, Any] = {
    "issue": lambda floor, counter: floor.issue(),
    "issue_first": lambda floor, counter: floor.issue(need="senior"),
    "issue_party": lambda floor, counter: floor.issue(party=2),
    "open": lambda floor, counter: floor.set_state(counter, CounterState.OPEN),
    "pause": lambda floor, counter: floor.set_state(counter, CounterState.PAUSED),
    "close": lambda floor, counter: floor.set_state(counter, CounterState.CLOSED),
    "call": lambda floor, counter: floor.call(counter),
    "recall": lambda floor, counter: floor.recall(counter),
    "start": lambda floor, counter: floor.start(counter),
    "finish": lambda floor, counter: floor.finish(counter),
    "miss": lambda floor, counter: floor.lose(counter),
    "hold": lambda floor, counter: floor.hold(counter),
    "resume": lambda floor, counter: floor.resume(counter),
    "transfer": lambda floor, counter: floor.transfer(counter, "A", returns=True),
    "undo": lambda floor, counter: floor.undo(counter),
    "take_over": lambda floor, counter: floor.take_over(counter, "G2"),
    "call_token": lambda floor, counter: floor.call_token(counter, last_waiting(floor)),
    "sit": lambda floor, counter: floor.sit(counter),
    "printer": lambda floor, counter: floor.set_printer("printer-k1", "192.0.2.1"),
    "reprint": lambda floor, counter: floor.reprint(floor.issue(printer="printer-k1")),
    "cancel": lambda floor, counter: floor.cancel(next(under_way(floor))),
    "pause_token": lambda floor, counter: floor.pause(last_waiting(floor)),
    "here": lambda floor, counter: floor.here(away(floor)),
    "correct": lambda floor, counter: floor.correct(next(under_way(floor)), "ENQUIRY"),
    "remark": lambda floor, counter: floor.remark(next(under_way(floor)), party=3, access=("wheelchair",)),
    "retry": lambda floor, counter: retry_dead(floor),
    "freeze": lambda floor, counter: floor.freeze(),
    "unfreeze": lambda floor, counter: floor.unfreeze(),
    "lease": lambda floor, counter: floor.void(floor.lease()),
    "policy": lambda floor, counter: floor.set_policy("missed", {"calls": 2, "minutes": 3}),
    "expect": lambda floor, counter: floor.expect("ARN-1234"),
    "attach": lambda floor, counter: floor.attach(last_waiting(floor), "ARN-1234"),
    "merge": lambda floor, counter: floor.merge(last_waiting(floor), floor.issue()),
    "move": lambda floor, counter: move_here_from_elsewhere(floor),
    "clock": lambda floor, counter: doubt_and_choose(floor),
    "extend_day": lambda floor, counter: floor.extend_day(MORNING + timedelta(hours=9)),
    "close_day": lambda floor, counter: floor.close_day(),
    "carry_over": lambda floor, counter: floor.close_day(Then.CARRY_OVER),
    "reopen_day": lambda floor, counter: floor.reopen_day(),
    "restore": lambda floor, counter: go_on(floor),
    "rebuild": lambda floor, counter: scan_lost(floor),
}


def go_on(floor: Floor) -> None:
    """Restore the floor as it stands; the epoch stays, so that the events can be followed."""
    now, epoch = floor.now(), floor.centre.epoch
    floor.write(lambda tx: centre_goes_on(at_time(tx, now), MORNING, epoch, Lost({}, nothing=True)))


def scan_lost(floor: Floor) -> None:
    """Scan a slip that was given before the restore, of a token that nobody knows after it."""
    epochs = floor.db.read(lambda read: epochs_before(read, floor.centre_id, floor.centre.sealed_seq))
    if not epochs:
        raise Refused("nothing was lost")
    token, now = floor.issue(), floor.now()
    lost = changed(token, id=uuid4().hex, number=token.number + 100, label=f"{token.series}{token.number + 100}")
    slip = with_claim("a-secret-of-a-slip", changed(floor.centre, epoch=epochs[-1]), lost, KEYS)
    claim = claimed(slip, KEYS)
    floor.write(lambda tx: rebuild(at_time(tx, now), claim, secret_in(slip), None, TEST))


def move_here_from_elsewhere(floor: Floor) -> None:
    """Let somebody be expected at another centre, and take their booking over, and back."""
    row, now = NewBooking(make_reference("ARN-9"), MORNING, "ENQUIRY"), floor.now()
    other = second_centre(floor, f"PSK-{now:%H%M}")
    floor.db.write(other, lambda tx: book(at_time(tx, now), [row], TEST))
    for to, source in ((floor.centre_id, other), (other, floor.centre_id)):
        floor.db.write(to, lambda tx: move_here(at_time(tx, now), make_reference("ARN-9"), TEST), beside=source)


def retry_dead(floor: Floor) -> None:
    """Let a letter wait for too long, and send it again."""
    now = floor.now()
    post(floor, now, "letter")
    late = now + RULES.patience
    Postman(floor, "one").lease(late)
    dead = floor.db.read(lambda read: jobs.dead_jobs(read, floor.centre_id))
    floor.write(lambda tx: jobs.requeue(at_time(tx, now), dead[0].id, TEST))


def doubt_and_choose(floor: Floor) -> None:
    """Let the clock of the machine go wrong, and say that the floor's own is right."""
    now = floor.now()
    was, machine = floor.db.clock, FakeMachine(now, boot=now - MORNING + timedelta(hours=1))
    floor.db.clock = machine
    floor.write(lambda tx: tx.now)
    machine.is_set(days=-1)
    floor.write(lambda tx: tx.now)
    floor.write(lambda tx: clock.settle(tx, Choice.FLOOR, TEST))
    floor.db.clock = was


WALK = st.lists(st.tuples(st.sampled_from([*COMMANDS, "issue", "call", "start", "finish"]), st.sampled_from(COUNTERS)))
# One day in which each command succeeds once.
DAY = [
    *(("open", counter) for counter in COUNTERS),
    *(("expect", ""), ("issue", ""), ("issue_first", ""), ("issue", ""), ("issue", "")),
    *(("attach", ""), ("merge", ""), ("move", "")),
    *(("call", "G1"), ("recall", "G1"), ("start", "G1"), ("finish", "G1")),
    *(("call", "G1"), ("miss", "G1"), ("cancel", ""), ("pause", "G2"), ("close", "G2")),
    *(("call", "A1"), ("start", "A1"), ("hold", "A1"), ("resume", "A1"), ("undo", "A1")),
    *(("issue", ""), ("issue", ""), ("open", "G2"), ("call_token", "G1"), ("take_over", "G1"), ("transfer", "G2")),
    *(("sit", "A1"), ("printer", ""), ("reprint", ""), ("retry", "")),
    *(("issue", ""), ("pause_token", ""), ("here", ""), ("remark", ""), ("correct", "")),
    *(("issue_party", ""), ("open", "G1"), ("call_token", "G1"), ("finish", "G2")),
    *(("freeze", ""), ("unfreeze", ""), ("lease", ""), ("policy", ""), ("clock", "")),
    *(("restore", ""), ("rebuild", ""), ("extend_day", ""), ("close_day", ""), ("reopen_day", ""), ("carry_over", "")),
]


def under_way(floor: Floor) -> Iterator[Any]:
    """Return the tokens under way; none left is a refusal like any other."""
    found = floor.db.read(lambda conn: list(open_tokens(conn, floor.centre_id)))
    if not found:
        raise Refused("nobody is under way")
    return iter(found)


def last_waiting(floor: Floor) -> Any:
    """Return who joined a line last."""
    found = [token for token in under_way(floor) if token.state == "waiting" and token.step.stage == "G"]
    if not found:
        raise Refused("nobody waits at the gate")
    return found[-1]


def away(floor: Floor) -> Any:
    """Return somebody who is missed or paused."""
    found = [token for token in under_way(floor) if token.state in ("missed", "paused")]
    if not found:
        raise Refused("nobody is away")
    return found[-1]


@contextmanager
def new_floor() -> Iterator[Floor]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/walk.sqlite"
        schema.migrate(url, synchronous="OFF")
        db = Database(url, synchronous="OFF")
        try:
            yield install_floor(db)
        finally:
            db.close()


def look(floor: Floor, *, staff: bool) -> dict[str, Any]:
    views = Projections(lambda: None).of(floor.centre_id)
    return orjson.loads(floor.db.read(lambda read: views.snapshot(read, MORNING, staff=staff)).body)  # type: ignore[no-any-return]


def events_since(floor: Floor, before: dict[str, Any], *, staff: bool) -> list[dict[str, Any]]:
    got = floor.db.read(
        lambda conn: catch_up(
            conn, centres.centre_by_code(conn, CENTRE), after=before["seq"], epoch=before["epoch"], staff=staff
        )
    )
    assert isinstance(got, EventsView)
    return as_json(got.events)  # type: ignore[no-any-return]


def act(floor: Floor, command: str, counter: str) -> None:
    with suppress(Refused):
        COMMANDS[command](floor, counter)


def reduced(state: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return {tokens, counters} by id after the events: upsert, drop what has ended; and the notice."""
    tokens = {token["id"]: token for token in state["tokens"]}
    counters = {counter["id"]: counter for counter in state["counters"]}
    frozen, notice = state["frozen"], state["notice"]
    for event in events:
        if event["token"]:
            tokens[event["token"]["id"]] = event["token"]
            if event["token"]["ended"]:
                del tokens[event["token"]["id"]]
        if event["counter"]:
            counters[event["counter"]["id"]] = event["counter"]
        if event["frozen"] is not None:
            frozen, notice = event["frozen"], event["notice"]
    return {"tokens": tokens, "counters": counters, "frozen": frozen, "notice": notice}


@pytest.mark.parametrize("staff", [False, True])
@settings(max_examples=25, deadline=None)
@given(before=WALK, after=WALK)
def test_a_snapshot_and_the_events_after_it_are_the_later_snapshot(
    staff: bool, before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    with new_floor() as floor:
        for command, counter in (*DAY[:9], *before):
            act(floor, command, counter)
        first = look(floor, staff=staff)
        for command, counter in after:
            act(floor, command, counter)
        later = look(floor, staff=staff)
        events = events_since(floor, first, staff=staff)
        assert [event["seq"] for event in events] == list(range(first["seq"] + 1, later["seq"] + 1))
        assert reduced(first, events) == reduced(later, [])


def test_the_day_of_this_test_has_every_kind_of_event() -> None:
    with new_floor() as floor:
        empty = look(floor, staff=False)
        for command, counter in DAY:
            COMMANDS[command](floor, counter)
        seen = {event["type"] for event in events_since(floor, empty, staff=False)}
    assert seen == {kind.value for kind in set(Kind) - STORED_ONLY - {Kind.CLOCK_FOLLOWED}}  # while nobody is there
    assert {command for command, _ in DAY} | {"finish"} == set(COMMANDS)


def test_the_reducer_of_the_screens_does_the_same_at_every_step_of_a_day() -> None:
    node = shutil.which("node")
    if node is None:
        skip_or_fail("Node is not installed")
    with new_floor() as floor:
        shots = [look(floor, staff=True)]
        for command, counter in DAY:
            COMMANDS[command](floor, counter)
            shots.append(look(floor, staff=True))
        events = events_since(floor, shots[0], staff=True)
    trace = json.dumps({"snapshot": shots[0], "events": events})
    told = subprocess.run([str(node), "tests/js/replay.mjs"], cwd=ROOT, input=trace, capture_output=True, text=True)
    states = {state["seq"]: state for state in json.loads(told.stdout)}
    for shot in shots:
        assert reduced(states[shot["seq"]], []) == reduced(shot, [])
