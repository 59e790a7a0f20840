"""The floor's own clock on a real database: what it does when the machine's goes wrong, stops or starts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.clock import ScaledClock
from server.domain.actors import By
from server.domain.day import Then
from server.domain.events.event import Event
from server.domain.events.kinds import Kind
from server.domain.events.payloads import ClockChosen
from server.domain.steady.choice import Choice
from server.domain.steady.reading import Reading
from server.domain.steady.steady import from_json
from server.domain.token.token import Token
from server.services.floor import clock
from server.services.setup.presets import always_open, load_preset
from server.storage.database import Database
from server.storage.sql import events
from tests.factories import DAY, MORNING, Floor, install_floor, install_shape
from tests.machines import FakeMachine

BOSS = By("staff:1")


class FloorOnMachine(Floor):
    """A floor whose commands happen when its clock says."""

    def now(self) -> Any:
        """Return no time of its own."""
        return None

    @property
    def machine(self) -> FakeMachine:
        assert isinstance(self.db.clock, FakeMachine)
        return self.db.clock

    @property
    def time(self) -> datetime:
        """What time it is on the floor."""
        return self.write(lambda tx: tx.now)

    def wait(self, minutes: int) -> None:
        self.machine.passes(minutes=minutes)

    def doubted(self) -> bool:
        return self.centre.clock_doubted

    def choose(self, choice: Choice) -> clock.ClockView:
        return self.write(lambda tx: clock.settle(tx, choice, BOSS))

    def log(self) -> list[Event]:
        return list(self.db.read(lambda conn: events.events_between(conn, self.centre_id, 0, self.centre.event_seq)))

    def of_clock(self) -> list[Event]:
        return [event for event in self.log() if event.kind.value.startswith("clock.")]


@pytest.fixture
def floor(db: Database) -> Iterator[FloorOnMachine]:
    made = install_floor(db)
    db.clock = FakeMachine()
    floor = FloorOnMachine(db, made.centre_id, made.preset)
    yield floor
    assert floor.verdict().faults == []
    times = [event.at for event in floor.log()]
    assert times == sorted(times)


def beside(floor: FloorOnMachine) -> FloorOnMachine:
    """Return the floor as another process of the machine has it, the command line for one."""
    return FloorOnMachine(Database(floor.db.url, clock=floor.machine), floor.centre_id, floor.preset, floor.rng)


def test_a_clock_that_is_a_day_ahead_for_eight_seconds_ends_nobody_and_is_told(floor: FloorOnMachine) -> None:
    floor.open("G1")
    people = [floor.issue() for _ in range(5)]
    floor.call("G1")
    floor.start("G1")
    floor.machine.is_set(days=1)
    floor.machine.passes(seconds=8)
    assert floor.issue().day == DAY
    floor.keep_house()
    assert floor.doubted()
    floor.machine.is_set(days=-1)
    floor.keep_house()
    assert [floor.token(token).ended_at for token in people] == [None] * 5
    assert floor.finish("G1").label == "N001"
    assert floor.issue().label == "N007"
    assert floor.doubted()
    [doubted] = floor.of_clock()
    assert (doubted.kind, doubted.by.actor, doubted.act) == (Kind.CLOCK_DOUBTED, "clock", doubted.seq)


class AskedFor(FakeMachine):
    """A machine whose wall clock another one tells, which takes a while."""

    def reading(self) -> Reading:
        """Return what was told, and how long that took."""
        return replace(super().reading(), slack=timedelta(milliseconds=6))


@pytest.mark.parametrize("choice", list(Choice))
def test_a_wall_clock_that_another_machine_tells_is_chosen_and_proven(db: Database, choice: Choice) -> None:
    made = install_floor(db)
    db.clock = AskedFor()
    floor = FloorOnMachine(db, made.centre_id, made.preset)
    floor.issue()
    floor.machine.is_set(minutes=-30)
    floor.keep_house()
    floor.choose(choice)
    assert floor.of_clock()[-1].kind is Kind.CLOCK_CHOSEN
    assert floor.verdict().faults == []


@pytest.mark.parametrize(("told_after", "found"), [(6, False), (-6, True), (6000, True)])
def test_a_clock_that_was_chosen_before_its_asking_was_counted_is_believed_within_seconds(
    db: Database, told_after: int, found: bool
) -> None:
    floor = install_floor(db)
    floor.issue()
    shown = MORNING + timedelta(milliseconds=told_after)
    before = ClockChosen(Choice.WALL.value, MORNING, MORNING, shown)
    floor.db.write(floor.centre_id, lambda tx: tx.record(before, BOSS))
    assert ("wrong_time" in {fault.code for fault in floor.verdict().faults}) is found


def test_while_the_clock_is_doubted_no_day_is_closed_by_itself(floor: FloorOnMachine) -> None:
    floor.issue()
    floor.machine.is_set(days=1)
    floor.machine.passes(days=1)
    floor.keep_house()
    assert floor.centre.closed_day is None
    assert floor.of_clock()[-1].kind is Kind.CLOCK_DOUBTED


def test_a_centre_that_never_closes_gives_tokens_while_its_clock_is_doubted_and_turns_its_day_after(
    db: Database,
) -> None:
    made = install_shape(db, always_open(load_preset("M")), MORNING)
    db.clock = FakeMachine()
    floor = FloorOnMachine(db, made.centre_id, made.preset)
    first = floor.issue()
    floor.machine.is_set(minutes=3)
    floor.machine.passes(days=1)
    assert (floor.issue().label, floor.doubted(), floor.centre.open_day) == ("N002", True, DAY)
    floor.open("G1")
    floor.choose(Choice.WALL)
    assert floor.issue().day == DAY + timedelta(days=1)
    assert floor.token(first).ended_at is None
    assert floor.verdict().faults == []


def test_a_command_that_sees_the_doubt_first_is_an_act_of_its_own(floor: FloorOnMachine) -> None:
    floor.open("G1")
    floor.issue()
    floor.machine.is_set(days=-1)
    call = floor.call("G1")
    *_, doubted, called = floor.log()
    assert (doubted.kind, called.kind) == (Kind.CLOCK_DOUBTED, Kind.TOKEN_CALLED)
    assert called.act == called.seq
    assert call.token.step.call == f"{floor.centre.epoch}-{called.seq}"
    floor.undo("G1")


def test_another_process_has_the_same_time_and_the_same_doubt(floor: FloorOnMachine) -> None:
    floor.issue()
    other = beside(floor)
    floor.machine.passes(minutes=3)
    assert other.time == floor.time == MORNING + timedelta(minutes=3)
    floor.machine.is_set(days=2)
    other.issue()
    assert floor.doubted()
    assert other.time == floor.time == MORNING + timedelta(minutes=3)
    other.choose(Choice.FLOOR)
    assert not floor.doubted()
    other.db.close()


def test_choosing_the_later_clock_makes_nobody_older(floor: FloorOnMachine) -> None:
    floor.open("G1")
    floor.issue()
    floor.wait(10)
    floor.machine.is_set(hours=3)
    floor.issue()
    told = floor.choose(Choice.WALL)
    assert (told.doubted, told.now, told.shown) == (False, told.wall, told.wall)
    assert floor.time == MORNING + timedelta(hours=3, minutes=10)
    floor.wait(1)
    assert floor.call("G1").reason.params["waited_s"] == 11 * 60


def test_choosing_the_earlier_clock_shows_it_and_the_floors_own_runs_on(floor: FloorOnMachine) -> None:
    floor.open("G1")
    floor.machine.is_set(hours=-1)
    floor.issue()
    told = floor.choose(Choice.WALL)
    assert (told.now, told.shown) == ("2026-11-24T04:00:00.000Z", "2026-11-24T03:00:00.000Z")
    floor.wait(5)
    assert floor.call("G1").reason.params["waited_s"] == 5 * 60
    assert floor.write(lambda tx: (tx.now, tx.wall)) == (MORNING + timedelta(minutes=5), floor.machine.wall)


def test_a_day_that_a_wrong_clock_has_closed_is_open_again_once_somebody_has_said_so(floor: FloorOnMachine) -> None:
    floor.machine.is_set(days=1)
    floor.time  # noqa: B018
    floor.choose(Choice.WALL)
    floor.issue()
    floor.close_day()
    floor.machine.is_set(days=-1)
    floor.time  # noqa: B018
    floor.choose(Choice.WALL)
    assert floor.issue().day == DAY


def test_who_was_carried_over_by_a_clock_a_day_ahead_keeps_a_label_that_nobody_else_gets(floor: FloorOnMachine) -> None:
    floor.machine.is_set(days=1)
    floor.time  # noqa: B018  # the step is seen
    floor.choose(Choice.WALL)
    carried = floor.issue()
    floor.close_day(Then.CARRY_OVER)
    floor.machine.is_set(days=-1)
    floor.wait(1)
    floor.choose(Choice.WALL)
    later = floor.issue()
    assert (later.day, carried.day) == (DAY, DAY + timedelta(days=1))
    assert later.label != carried.label


def test_what_is_chosen_stands_on_record_and_a_second_time_is_harmless(floor: FloorOnMachine) -> None:
    floor.issue()
    floor.machine.is_set(days=1)
    floor.issue()
    first = floor.choose(Choice.FLOOR)
    assert floor.choose(Choice.FLOOR) == first
    _, chosen = floor.of_clock()
    assert (chosen.kind, chosen.by) == (Kind.CLOCK_CHOSEN, BOSS)
    assert chosen.payload.choice == "floor"  # type: ignore[attr-defined]


def test_a_machine_that_starts_with_a_dead_battery_goes_on_from_the_last_event(floor: FloorOnMachine) -> None:
    floor.open("G1")
    floor.issue()
    floor.machine.starts_anew(days=-400)
    assert floor.call("G1").token.label == "N001"
    assert floor.doubted()
    assert floor.time == MORNING


def test_one_that_starts_after_the_next_opening_is_doubted_by_the_hours_of_the_centre(floor: FloorOnMachine) -> None:
    floor.issue()
    floor.machine.starts_anew(hours=23, minutes=59)
    assert (floor.time, floor.doubted()) == (MORNING + timedelta(hours=23, minutes=59), False)
    floor.machine.starts_anew(minutes=2)
    assert (floor.time, floor.doubted()) == (MORNING, True)


def test_numbers_ages_and_calls_have_one_order_whoever_issues(floor: FloorOnMachine) -> None:
    """Two processes issue in turn, and each reads the time under the lock."""
    other = beside(floor)
    issued = []
    for who in (floor, other) * 5:
        floor.machine.passes(milliseconds=1)
        issued.append(who.issue())
    assert [token.number for token in sorted(issued, key=lambda token: token.aged_from)] == list(range(1, 11))
    other.db.close()


def test_of_four_who_issue_at_once_each_number_has_the_age_of_its_turn(floor: FloorOnMachine) -> None:
    """The time was read before the lock once, and 4 of 600 were called in another order than their numbers."""
    floor.db.clock = ScaledClock(MORNING, 1.0)

    def issue_some(_who: int) -> list[Token]:
        return [floor.issue() for _ in range(15)]

    with ThreadPoolExecutor(4) as pool:
        issued = [token for tokens in pool.map(issue_some, range(4)) for token in tokens]
    issued.sort(key=lambda token: token.number)
    assert [token.number for token in issued] == list(range(1, 61))
    assert [token.aged_from for token in issued] == sorted(token.aged_from for token in issued)
    assert [token.step.seq for token in issued] == sorted(token.step.seq for token in issued)


def test_two_who_join_while_the_floor_stands_are_called_as_they_came(floor: FloorOnMachine) -> None:
    """With sums of float seconds their ages differed by 1e-12 s after the freeze, and the younger went first."""
    floor.open("G1")
    for _ in range(7):
        floor.freeze()
        floor.machine.passes(seconds=1, milliseconds=337)
        floor.issue()
        floor.machine.passes(milliseconds=29)
        floor.issue()
        floor.machine.passes(seconds=100, milliseconds=1)
        floor.unfreeze()
        floor.machine.passes(seconds=3, milliseconds=7)
    called = []
    for _ in range(14):
        called.append(floor.call("G1").token.number)
        floor.start("G1")
        floor.finish("G1")
    assert called == list(range(1, 15))


# --- a start of the programs


def starts(floor: FloorOnMachine) -> bool:
    """Start the programs of the floor; returns whether that paused it."""
    return floor.write(clock.begin)


def test_after_a_power_cut_the_floor_is_paused_until_somebody_resumes_it(floor: FloorOnMachine) -> None:
    assert not starts(floor)
    floor.issue()
    floor.machine.starts_anew(minutes=2)
    assert starts(floor)
    assert floor.centre.frozen
    assert [event.by.actor for event in floor.log() if event.kind is Kind.NOTICE_SET] == ["clock"]


def test_with_several_programs_the_first_decides(floor: FloorOnMachine) -> None:
    assert not starts(floor)
    floor.issue()
    floor.machine.starts_anew(minutes=2)
    assert starts(floor)
    floor.unfreeze()
    other = beside(floor)
    assert not starts(other)
    assert not floor.centre.frozen
    other.db.close()


def test_a_command_before_the_start_does_not_hide_the_power_cut(floor: FloorOnMachine) -> None:
    assert not starts(floor)
    floor.issue()
    floor.machine.starts_anew(minutes=2)
    other = beside(floor)
    assert other.issue().label == "N002"
    other.db.close()
    assert starts(floor)


def test_where_nobody_is_a_power_cut_stops_nothing(floor: FloorOnMachine) -> None:
    starts(floor)
    floor.cancel(floor.issue())
    floor.machine.starts_anew(minutes=2)
    assert not starts(floor)
    assert not floor.centre.frozen


def test_a_restarted_program_goes_on_unless_nothing_was_heard_for_five_minutes(floor: FloorOnMachine) -> None:
    starts(floor)
    floor.issue()
    for _ in range(10):
        floor.machine.passes(minutes=1)
        floor.write(clock.hear)
    floor.machine.passes(minutes=4, seconds=59)
    assert not starts(floor)
    floor.machine.passes(minutes=5)
    assert starts(floor)


def test_another_host_that_joins_is_no_power_cut(floor: FloorOnMachine) -> None:
    starts(floor)
    floor.issue()
    joins = FakeMachine(boot=timedelta(minutes=10), starts=9)
    for machine in (floor.machine, joins):
        machine.passes(minutes=1)
    floor.write(clock.hear)
    floor.db.clock = joins
    assert not starts(floor)


def test_a_sign_is_left_each_minute_and_at_once_when_a_clock_goes_wrong(floor: FloorOnMachine) -> None:
    def to_hear_of() -> list[int]:
        return floor.db.read(lambda conn: clock.to_hear_of(conn, floor.db.told))

    assert to_hear_of() == [floor.centre_id]
    floor.write(clock.hear)
    floor.machine.passes(seconds=59)
    assert to_hear_of() == []
    floor.machine.passes(seconds=1)
    assert to_hear_of() == [floor.centre_id]
    floor.write(clock.hear)
    floor.machine.is_set(days=1)
    assert to_hear_of() == [floor.centre_id]
    floor.write(clock.hear)
    assert floor.doubted()
    assert from_json(floor.centre.clock).heard is not None
