"""Whatever the clocks of a machine do, to however many processes: random histories on a real database."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.day import LIVE
from server.domain.errors import Refused
from server.domain.notice import NoticeKind
from server.domain.steady.choice import Choice
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Token
from server.services.floor import clock, house
from server.services.setup.presets import always_open, load_preset
from server.storage import schema
from server.storage.database import Database
from tests.factories import MORNING, install_shape
from tests.machines import FakeMachine
from tests.services.floor.test_clock import FloorOnMachine, beside
from tests.services.machine.rows import assert_lives, read_rows

SECONDS = [1, 60, 119, 121, 3600, 86_400, 31_536_000]
JUMPS = [*SECONDS, *(-second for second in SECONDS)]
ACTS = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(JUMPS)),
    st.tuples(st.just("passes"), st.sampled_from([0.001, 1, 45, 600, 30_000])),
    st.tuples(st.just("starts"), st.sampled_from([0, 90])),
    st.tuples(st.sampled_from(["issue", "issue beside", "call", "hear", "start"]), st.just(0)),
)
AWAY = (StepState.MISSED, StepState.PAUSED)
CLOCKS = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(JUMPS)),
    st.tuples(st.just("passes"), st.sampled_from([1, 45, 600, 30_000, 200_000])),
    st.tuples(st.just("starts"), st.sampled_from([0, 90, 200_000])),
    st.tuples(st.just("settle"), st.sampled_from(list(Choice))),
)
PEOPLE = st.tuples(
    st.sampled_from(["issue", "issue", "call", "call", "start", "finish", "hold", "resume", "lose", "pause", "here"]),
    st.booleans(),
)


@contextmanager
def two_processes(*, never_closes: bool = True) -> Iterator[tuple[FloorOnMachine, FloorOnMachine]]:
    """Give a floor as two processes of one machine have it."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/clocks.sqlite"
        schema.migrate(url, synchronous="OFF")
        db = Database(url, clock=FakeMachine(), synchronous="OFF")
        shape = load_preset("M")
        made = install_shape(db, always_open(shape) if never_closes else shape, MORNING)
        first = FloorOnMachine(db, made.centre_id, made.preset)
        second = beside(first)
        try:
            yield first, second
        finally:
            db.close()
            second.db.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTS, min_size=4, max_size=30))
def test_times_never_go_back_nobody_ends_no_doubt_settles_itself_and_all_processes_have_one_time(
    history: list[tuple[str, float]],
) -> None:
    with two_processes() as (floor, other):
        # While its clock is doubted, a day that is not open yet waits for a person.
        machine, doubted, people = floor.machine, False, [floor.issue()]
        does: dict[str, Callable[[float], object]] = {
            "set": lambda step: machine.is_set(seconds=step),
            "passes": lambda time: machine.passes(seconds=time),
            "starts": lambda off: machine.starts_anew(seconds=off),
            "issue": lambda _: people.append(floor.issue()),
            "issue beside": lambda _: people.append(other.issue()),
            "call": lambda _: floor.open("G1"),
            "hear": lambda _: floor.write(clock.hear),
            "start": lambda _: other.write(clock.begin),
        }
        for what, value in history:
            does[what](value)
            assert floor.time == other.time
            assert floor.centre.clock_doubted or not doubted
            doubted = floor.centre.clock_doubted
        times = [event.at for event in floor.log()]
        assert times == sorted(times)
        assert [floor.token(token).ended_at for token in people] == [None] * len(people)
        assert all(earlier.aged_from <= later.aged_from for earlier, later in pairwise(people))
        assert floor.verdict().faults == []


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(history=st.lists(st.one_of(PEOPLE, PEOPLE, CLOCKS), min_size=8, max_size=30), never_closes=st.booleans())
def test_whatever_the_clock_does_only_a_person_ends_a_live_one_and_every_life_adds_up(
    history: list[tuple[str, Any]], never_closes: bool
) -> None:
    with two_processes(never_closes=never_closes) as (floor, other):
        floor.open("G1", "A1")
        people = [floor.issue(), floor.issue()]
        for what, value in history:
            here, _ = people_of(floor)
            with suppress(Refused):
                happens(what, value, other if value is True else floor, people)
            still_here, ended = people_of(floor)
            assert len(here & ended) <= (what == "finish"), f"{what} ended somebody who was here"
            # What runs by itself, in either process: the sign of each minute, and the house.
            for one in (floor, other):
                one.write(clock.hear)
                one.write(house.keep_house)
            _, ended = people_of(floor)
            assert not still_here & ended, f"after {what}, the clock ended somebody who was here"
            assert_lives(floor.db.read(lambda conn: read_rows(conn, floor.centre_id)))
        assert floor.verdict().faults == []


def people_of(floor: FloorOnMachine) -> tuple[set[str], set[str]]:
    """Return who is here, and whose visit has ended."""
    rows = floor.db.read(lambda conn: read_rows(conn, floor.centre_id))
    ended = {token["id"] for token in rows["token"] if token["ended_at"] is not None}
    return {step["token_id"] for step in rows["step"] if step["state"] in LIVE} - ended, ended


def happens(what: str, value: Any, floor: FloorOnMachine, people: list[Token]) -> None:
    """Let a clock or a person do something."""
    machine = floor.machine
    does: dict[str, Callable[[], object]] = {
        "set": lambda: machine.is_set(seconds=value),
        "passes": lambda: machine.passes(seconds=value),
        "starts": lambda: starts_anew(floor, value),
        "settle": lambda: floor.choose(value),
        "issue": lambda: people.append(floor.issue()),
        "pause": lambda: floor.pause(people[-1]),
        "here": lambda: [floor.here(one) for one in people if floor.token(one).step.state in AWAY],
    }
    does.get(what, lambda: at_a_counter(what, floor))()


def starts_anew(floor: FloorOnMachine, off: float) -> None:
    """Switch the machine off and on; somebody lifts the pause that a power cut brings."""
    floor.machine.starts_anew(seconds=off)
    if floor.write(clock.begin):
        floor.lift(NoticeKind.PAUSE)


def at_a_counter(what: str, floor: FloorOnMachine) -> None:
    """Do something at the first counter where it can be done."""
    for counter in ("G1", "A1"):
        with suppress(Refused):
            if what == "lose":
                floor.recall(counter)
                floor.recall(counter)
                floor.machine.passes(minutes=5)
                floor.miss(counter)
            elif what == "call":
                floor.open(counter)
                floor.call(counter)
            else:
                getattr(floor, what)(counter)
            return
