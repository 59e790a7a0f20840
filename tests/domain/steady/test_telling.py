"""What the floor's clock follows by itself, and what it doubts until a person has chosen."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.instants import whole_ms
from server.domain.steady.choice import Choice, choose
from server.domain.steady.reading import Reading
from server.domain.steady.steady import Steady, Why, from_json, to_json
from server.domain.steady.telling import HOUR, STEP, Told, tell
from tests.factories import MORNING
from tests.machines import FakeMachine

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Known:
    """What is known of a floor, as a test says."""

    last_at: datetime | None = MORNING
    seq: int = 7
    live: bool = True
    kept_right: bool = False
    opening: datetime | None = MORNING + DAY

    def anybody_live(self) -> bool:
        return self.live

    def synchronised(self) -> bool:
        return self.kept_right

    def opening_after(self, _moment: datetime) -> datetime | None:
        return self.opening


EMPTY = Known(seq=0, live=False, kept_right=True)


@dataclass
class Clock:
    """A steady clock on a machine, asked again and again."""

    machine: FakeMachine
    known: Known
    steady: Steady

    @property
    def now(self) -> datetime:
        return self.told.now

    @property
    def told(self) -> Told:
        told = tell(self.steady, self.machine.reading(), self.known)
        self.steady = told.steady
        return told

    def doubt_now(self) -> Why | None:
        """Why the clock is doubted, asked anew."""
        doubt = self.told.steady.doubt
        return None if doubt is None else doubt.why

    def choose(self, choice: Choice) -> Told:
        told = choose(self.steady, self.now, self.machine.reading(), choice, self.known)
        self.steady = told.steady
        return told


def running(known: Known | None = None) -> Clock:
    """Return a clock that was right when it was first asked, at MORNING."""
    clock = Clock(FakeMachine(), known or Known(), Steady())
    assert (clock.now, clock.doubt_now()) == (MORNING, None)
    return clock


def test_it_goes_on_with_the_machine_and_through_a_suspend() -> None:
    clock = running()
    clock.machine.passes(hours=7, milliseconds=3)
    assert clock.now == MORNING + timedelta(hours=7, milliseconds=3)


def test_a_wall_clock_a_day_ahead_for_eight_seconds_changes_nothing_and_is_doubted_for_good() -> None:
    clock = running()
    clock.machine.is_set(days=1)
    clock.machine.passes(seconds=8)
    assert (clock.now, clock.doubt_now()) == (MORNING + timedelta(seconds=8), Why.STEP)
    clock.machine.is_set(days=-1)
    clock.machine.passes(minutes=5)
    assert (clock.now, clock.doubt_now()) == (MORNING + timedelta(minutes=5, seconds=8), Why.STEP)


@pytest.mark.parametrize("seconds", [1, 90, 119])
def test_a_small_step_forward_is_followed_at_once(seconds: int) -> None:
    clock = running()
    clock.machine.is_set(seconds=seconds)
    assert (clock.now, clock.doubt_now()) == (clock.machine.wall, None)


@pytest.mark.parametrize("seconds", [-1, -90, -119])
def test_a_small_step_back_is_followed_when_no_event_is_behind_it(seconds: int) -> None:
    clock = running()
    clock.machine.is_set(seconds=seconds)
    assert clock.now == MORNING
    clock.machine.passes(seconds=-seconds)
    assert (clock.now, clock.doubt_now()) == (clock.machine.wall, None)
    assert clock.now >= MORNING


def test_no_more_than_two_minutes_an_hour_are_followed() -> None:
    clock = running()
    for _ in range(2):
        clock.machine.is_set(seconds=80)
        clock.told  # noqa: B018
    assert clock.machine.wall - clock.now == timedelta(seconds=40)
    clock.machine.passes(minutes=59)
    assert clock.machine.wall - clock.now == timedelta(seconds=40)
    clock.machine.passes(minutes=2)
    assert (clock.now, clock.doubt_now()) == (clock.machine.wall, None)


def test_less_than_half_a_second_is_the_trouble_of_reading_two_clocks() -> None:
    clock = running()
    before = clock.steady
    clock.machine.is_set(milliseconds=400)
    assert clock.told.steady is before


@pytest.mark.parametrize("step", [-365 * DAY, -DAY, -STEP - MINUTE, STEP + MINUTE, DAY, 365 * DAY])
def test_a_larger_step_is_doubted_either_way(step: timedelta) -> None:
    clock = running()
    clock.machine.wall += step
    assert (clock.now, clock.doubt_now()) == (MORNING, Why.STEP)


def test_a_clock_set_right_by_others_before_anything_has_happened_is_followed_and_told() -> None:
    clock = running(replace(EMPTY, seq=7))
    clock.machine.is_set(days=3)
    told = clock.told
    assert (told.now, told.step, told.steady.doubt) == (MORNING + 3 * DAY, 3 * DAY, None)


@pytest.mark.parametrize("changes", [{"seq": 8}, {"live": True}, {"kept_right": False}])
def test_it_is_doubted_where_it_would_disturb_somebody_or_nothing_speaks_for_it(changes: dict[str, bool]) -> None:
    clock = running(replace(EMPTY, seq=7))
    clock.known = replace(clock.known, **changes)  # type: ignore[arg-type]
    clock.machine.is_set(days=3)
    assert (clock.now, clock.doubt_now()) == (MORNING, Why.STEP)


# --- a machine that starts


def test_a_machine_that_was_off_over_night_goes_by_its_wall_clock() -> None:
    clock = running()
    clock.machine.starts_anew(hours=23)
    assert (clock.now, clock.doubt_now()) == (MORNING + timedelta(hours=23), None)


@pytest.mark.parametrize("step", [-STEP - timedelta(seconds=1), -DAY, -365 * DAY])
def test_one_that_starts_behind_the_last_event_is_doubted_and_goes_on_from_there(step: timedelta) -> None:
    clock = running()
    clock.machine.starts_anew()
    clock.machine.wall += step
    assert (clock.now, clock.doubt_now()) == (MORNING, Why.BEHIND)
    clock.machine.passes(minutes=3)
    assert clock.now == MORNING + timedelta(minutes=3)


def test_one_that_starts_a_little_behind_the_last_event_goes_on_from_there() -> None:
    clock = running()
    clock.machine.starts_anew(seconds=-100)
    assert (clock.now, clock.doubt_now()) == (MORNING, None)
    clock.machine.passes(seconds=101)
    assert clock.now == clock.machine.wall


@pytest.mark.parametrize(("kept_right", "doubt"), [(False, Why.LATE), (True, None)])
def test_one_that_starts_after_the_next_opening_needs_somebody_who_keeps_it_right(
    kept_right: bool, doubt: Why | None
) -> None:
    clock = running()
    clock.known.kept_right = kept_right
    clock.machine.starts_anew(hours=25)
    now = MORNING if doubt else MORNING + timedelta(hours=25)
    assert (clock.now, clock.doubt_now()) == (now, doubt)


@pytest.mark.parametrize("put_right", [False, True])
@pytest.mark.parametrize("step", [-DAY, DAY])
def test_a_start_while_it_is_doubted_goes_on_with_the_floors_time_and_the_doubt(
    step: timedelta, put_right: bool
) -> None:
    clock = running()
    clock.machine.wall += step
    assert clock.doubt_now() is Why.STEP
    clock.machine.starts_anew(minutes=2)
    clock.machine.wall -= step if put_right else timedelta()
    assert (clock.now, clock.doubt_now()) == (MORNING + 2 * MINUTE, Why.STEP)


def test_several_hosts_share_one_clock_each_by_its_own_machine() -> None:
    clock = running()
    first, second = clock.machine, FakeMachine(boot=timedelta(days=90), starts=50)
    for machine in (first, second, first, second):
        for each in (first, second):
            each.passes(minutes=1)
        clock.machine = machine
        assert (clock.now, clock.doubt_now()) == (machine.wall, None)


def test_a_database_that_answered_late_is_no_reason_to_set_the_clock() -> None:
    clock = running()
    before = clock.steady
    late = Reading("start 1", timedelta(hours=1, seconds=9), MORNING + timedelta(seconds=1), timedelta(seconds=9))
    assert tell(before, late, clock.known).steady is before
    wrong = replace(late, wall=MORNING - timedelta(days=1))
    assert tell(before, wrong, clock.known).steady.doubt is not None


# --- a person chooses


def test_the_floors_clock_is_right_and_the_wall_clock_may_stay_wrong_or_be_set_right() -> None:
    clock = running()
    clock.machine.is_set(days=1)
    assert clock.doubt_now() is Why.STEP
    clock.choose(Choice.FLOOR)
    clock.machine.passes(hours=1)
    assert (clock.now, clock.doubt_now()) == (MORNING + HOUR, None)
    clock.machine.is_set(days=-1)
    assert (clock.now, clock.doubt_now(), clock.steady.ahead) == (MORNING + HOUR, None, timedelta())


def test_a_later_wall_clock_that_is_right_is_taken_over() -> None:
    clock = running()
    clock.machine.is_set(hours=2)
    assert clock.doubt_now() is Why.STEP
    told = clock.choose(Choice.WALL)
    assert (told.now, told.step) == (clock.machine.wall, timedelta(hours=2))
    assert (clock.now, clock.doubt_now(), clock.steady.difference) == (clock.machine.wall, None, timedelta())


def test_an_earlier_wall_clock_that_is_right_is_shown_while_the_floors_clock_runs_on() -> None:
    clock = running()
    clock.machine.is_set(hours=-2)
    assert clock.doubt_now() is Why.STEP
    clock.choose(Choice.WALL)
    clock.machine.passes(minutes=1)
    assert (clock.now, clock.doubt_now()) == (MORNING + MINUTE, None)
    assert clock.now - clock.steady.difference == clock.machine.wall


def test_the_difference_ends_when_nobody_is_there_and_no_event_is_later() -> None:
    clock = running()
    clock.machine.is_set(hours=-2)
    assert clock.doubt_now() is Why.STEP
    clock.choose(Choice.WALL)
    clock.machine.passes(hours=3)
    assert clock.now == MORNING + timedelta(hours=3)
    clock.known.live = False
    told = clock.told
    assert (told.now, told.step, told.steady.difference) == (clock.machine.wall, timedelta(hours=-2), timedelta())


def test_choosing_where_nothing_is_wrong_changes_nothing() -> None:
    clock = running()
    before = clock.steady
    for choice in Choice:
        assert clock.choose(choice).steady == before


# --- whatever happens

SECONDS = [1, 59, 119, 121, 3600, 86_400, 31_536_000]
STEPS = st.tuples(st.just("set"), st.sampled_from([*SECONDS, *(-second for second in SECONDS)]))
PASSES = st.tuples(st.just("passes"), st.sampled_from([0, 1, 30, 300, 4000]))
STARTS = st.tuples(st.just("starts"), st.sampled_from([0, 30, 40_000]))
EVENTS = st.tuples(st.just("event"), st.just(0))
LIVES = st.tuples(st.just("live"), st.sampled_from([0, 1]))
HISTORY = st.lists(st.one_of(STEPS, PASSES, STARTS, EVENTS, LIVES), max_size=40)


@given(HISTORY)
def test_whatever_the_clocks_do_no_event_goes_back_and_no_doubt_is_settled_by_itself(
    history: list[tuple[str, int]],
) -> None:
    clock = running(Known(opening=None))
    machine, known, doubted = clock.machine, clock.known, False
    for what, value in history:
        if what == "set":
            machine.is_set(seconds=value)
        elif what == "passes":
            machine.passes(seconds=value)
        elif what == "starts":
            machine.starts_anew(seconds=value)
        elif what == "live":
            known.live = bool(value)
        told = clock.told
        now = max(told.now, known.last_at or told.now)
        if what == "event":
            assert known.last_at is None or now >= known.last_at
            known.last_at, known.seq = now, known.seq + 1
        assert told.steady.doubt is not None or not doubted
        doubted = told.steady.doubt is not None
        assert from_json(to_json(told.steady)) == told.steady


@given(HISTORY)
def test_while_somebody_is_there_time_goes_on_as_it_really_does_but_for_two_minutes_an_hour(
    history: list[tuple[str, int]],
) -> None:
    clock = running(Known(opening=None))
    machine, really, steps = clock.machine, MORNING, [(MORNING, timedelta())]
    for what, value in history:
        if what == "set":
            machine.is_set(seconds=value)
        elif what == "passes":
            machine.passes(seconds=value)
            really += timedelta(seconds=value)
        off = clock.now - really
        steps.append((really, off))
        lately = [by for at, by in steps if at > really - HOUR]
        assert max(lately) - min(lately) <= STEP
        assert whole_ms(clock.now) == clock.now
