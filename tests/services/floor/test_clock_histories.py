"""Whatever the clocks of a machine do, to however many processes: random histories on a real database."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.services.floor import clock
from server.services.setup.presets import always_open, load_preset
from server.storage import schema
from server.storage.database import Database
from tests.factories import MORNING, install_shape
from tests.machines import FakeMachine
from tests.services.floor.test_clock import FloorOnMachine, beside

SECONDS = [1, 60, 119, 121, 3600, 86_400, 31_536_000]
JUMPS = [*SECONDS, *(-second for second in SECONDS)]
ACTS = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(JUMPS)),
    st.tuples(st.just("passes"), st.sampled_from([0.001, 1, 45, 600, 30_000])),
    st.tuples(st.just("starts"), st.sampled_from([0, 90])),
    st.tuples(st.sampled_from(["issue", "issue beside", "call", "hear", "start"]), st.just(0)),
)


@contextmanager
def two_processes() -> Iterator[tuple[FloorOnMachine, FloorOnMachine]]:
    """Give a floor that never closes as two processes of one machine have it."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/clocks.sqlite"
        schema.migrate(url, synchronous="OFF")
        db = Database(url, clock=FakeMachine(), synchronous="OFF")
        made = install_shape(db, always_open(load_preset("M")), MORNING)
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
