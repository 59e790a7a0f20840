"""The clock of the house goes on where that of the machine was set wrong, and follows what a person chooses."""

from datetime import timedelta

import pytest

from server.clock import ScaledClock, SystemClock
from server.domain.actors import By
from server.domain.steady.choice import Choice
from server.services.floor import clock
from server.storage.house import HouseClock
from tests.factories import MORNING, Floor, second_centre
from tests.machines import FakeMachine

BOSS = By("staff:1")


@pytest.fixture
def machine(sqlite_floor: Floor) -> FakeMachine:
    sqlite_floor.db.clock = machine = FakeMachine()
    sqlite_floor.write(clock.hear)
    return machine


@pytest.mark.parametrize("wrong", [timedelta(days=365), timedelta(hours=2), timedelta(days=-365), -timedelta(hours=2)])
def test_it_goes_on_whatever_is_done_to_the_wall_clock(
    sqlite_floor: Floor, machine: FakeMachine, wrong: timedelta
) -> None:
    house = HouseClock(sqlite_floor.db)
    machine.wall += wrong
    machine.passes(minutes=3)
    assert house.now() == MORNING + timedelta(minutes=3)


def test_it_goes_by_what_people_are_shown_once_a_person_has_chosen(sqlite_floor: Floor, machine: FakeMachine) -> None:
    house = HouseClock(sqlite_floor.db)
    sqlite_floor.issue()
    machine.is_set(hours=-2)
    sqlite_floor.write(lambda tx: clock.settle(tx, Choice.WALL, BOSS))
    assert sqlite_floor.db.now(sqlite_floor.centre_id) > house.now() == machine.wall


def test_of_several_floors_that_is_believed_which_is_nearest_to_the_wall_clock(
    sqlite_floor: Floor, machine: FakeMachine
) -> None:
    other = second_centre(sqlite_floor)
    sqlite_floor.db.write(other, clock.hear)
    machine.is_set(days=1)
    sqlite_floor.db.write(other, lambda tx: clock.settle(tx, Choice.WALL, BOSS))
    assert HouseClock(sqlite_floor.db).now() == machine.wall


def test_where_the_floors_are_simulated_it_is_the_wall_clock(sqlite_floor: Floor) -> None:
    sqlite_floor.db.clock = ScaledClock(MORNING, 60.0)
    assert abs(HouseClock(sqlite_floor.db).now() - SystemClock().now()) < timedelta(minutes=1)
