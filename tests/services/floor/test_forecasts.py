"""What somebody is told with their number and later, the same everywhere, under the counters that may serve."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from server.domain.actors import By
from server.domain.calling.wait import WaitRange
from server.domain.forecast import Forecast
from server.domain.instants import to_iso
from server.domain.token.lifecycle import CounterState
from server.domain.token.token import Token
from server.services.bookings.book import NewBooking
from server.services.floor import counters
from server.services.floor.issue import issue
from server.services.views import phone
from server.services.views.projections import Projections
from tests.factories import DAY, MORNING, Floor, as_json, at_time, make_reference

DOCTORS = {
    "G1": {"services": ["PCC"]},
    "G2": {"services": ["TATKAAL"]},
    "G3": {"services": ["NORMAL"]},
    "G4": {"services": ["RETURN"]},
}


def told(floor: Floor, at: datetime = MORNING, service: str = "NORMAL", **changes: Any) -> tuple[Token, Forecast]:
    """Issue a token at a moment; returns it with what its citizen is told."""
    order = floor.order(service, **changes)
    issued = floor.write(lambda tx: issue(at_time(tx, at), order, By("test")))
    return issued.token, issued.forecast


def seen(floor: Floor, token: Token, at: datetime = MORNING) -> phone.StatusNow:
    """Return what their phone tells; the view that is kept for all readers says the same."""
    status = floor.db.read(lambda read: phone.status_now(read, floor.centre, token, at))
    kept = floor.db.read(lambda read: Projections(lambda: None).of(floor.centre_id).status(read, token.id, at))
    body = orjson.loads(kept.body)
    assert body == {name: value for name, value in as_json(status).items() if name != "as_of"}
    return status


def crowd(floor: Floor, count: int, service: str = "NORMAL") -> None:
    floor.minutes = iter([0] * count)
    for _ in range(count):
        floor.issue(service)


@pytest.fixture
def doctors(floor: Floor) -> Floor:
    """Return a floor whose gate has a doctor in each room: who comes for one may be seen by no other."""
    floor.set_policy("profiles", DOCTORS, DAY)
    return floor


def test_ten_who_wait_for_another_doctor_are_not_before_somebody(doctors: Floor) -> None:
    doctors.open("G1", "G2")
    crowd(doctors, 10, "PCC")
    token, forecast = told(doctors, service="TATKAAL")
    assert (forecast.ahead, forecast.wait) == (0, WaitRange(0, 5))
    assert seen(doctors, token).ahead == 0
    assert told(doctors, service="PCC")[1].ahead == 10


def test_where_only_a_closed_room_may_serve_no_counter_is_open(doctors: Floor) -> None:
    doctors.open("G4")
    token, forecast = told(doctors)
    assert (forecast.ahead, forecast.wait, forecast.visit, forecast.opens_at) == (
        0,
        WaitRange(None, None),
        WaitRange(None, None),
        None,
    )
    status = seen(doctors, token)
    assert status.wait == WaitRange(None, None)
    assert (status.visit.low_min, status.visit.high_min) == (None, None)


@pytest.mark.parametrize("minutes", [0, 180, 442])
def test_while_all_counters_are_closed_nobody_is_told_a_wait(floor: Floor, minutes: int) -> None:
    """In the hours, and at 16:52, after them."""
    floor.minutes = iter([0])
    token, at = floor.issue(), MORNING + timedelta(minutes=minutes)
    status = seen(floor, token, at)
    assert (status.wait, status.opens_at) == (WaitRange(None, None), None)


def test_before_the_hours_counters_count_from_when_they_open(floor: Floor) -> None:
    early = MORNING - timedelta(minutes=12)
    floor.minutes = iter([-15, -15])
    for number in range(2):
        floor.book(NewBooking(make_reference(f"471{number}"), MORNING, service="NORMAL"))
    _, first = told(floor, early, reference=make_reference("4710"))
    assert (first.ahead, first.opens_at, first.wait) == (0, MORNING, WaitRange(10, 15))
    token, second = told(floor, early, reference=make_reference("4711"))
    assert (second.ahead, second.opens_at) == (1, MORNING)
    assert seen(floor, token, early).opens_at == to_iso(MORNING)
    assert second.visit.low_min is not None


def test_a_counter_that_opens_early_calls_now(floor: Floor) -> None:
    early = MORNING - timedelta(minutes=12)
    floor.minutes = iter([-15, -13])
    floor.book(NewBooking(make_reference("4711"), MORNING, service="NORMAL"))
    floor.open("G1")
    _, forecast = told(floor, early, reference=make_reference("4711"))
    assert (forecast.wait, forecast.opens_at) == (WaitRange(0, 5), None)


def paused(floor: Floor, counter: str, back_min: int | None, at: datetime = MORNING) -> None:
    floor.write(
        lambda tx: counters.set_state(at_time(tx, at), counter, CounterState.PAUSED, By("test"), back_min=back_min)
    )


def test_a_counter_that_pauses_counts_from_its_return(floor: Floor) -> None:
    floor.minutes = iter([-1])
    floor.open("G1")
    paused(floor, "G1", 20)
    token, forecast = told(floor)
    back = MORNING + timedelta(minutes=20)
    assert (forecast.opens_at, forecast.wait) == (back, WaitRange(15, 25))
    assert seen(floor, token, MORNING + timedelta(minutes=10)).wait == WaitRange(5, 15)
    assert seen(floor, token, back + timedelta(minutes=10)).wait == WaitRange(0, 5)
    assert seen(floor, token, back + timedelta(minutes=11)).wait == WaitRange(None, None)


def test_a_counter_that_pauses_without_a_return_is_not_counted_on(floor: Floor) -> None:
    floor.minutes = iter([-1])
    floor.open("G1")
    paused(floor, "G1", None)
    assert told(floor)[1].wait == WaitRange(None, None)


def test_a_counter_that_opens_again_has_no_return_any_more(floor: Floor) -> None:
    floor.minutes = iter([-1, 5])
    floor.open("G1")
    paused(floor, "G1", 20)
    assert floor.set_state("G1", CounterState.OPEN).back_at is None


def test_in_the_lunch_of_all_counters_count_from_its_end(floor: Floor) -> None:
    """The lunch is from 13:30 to 14:00."""
    hours = floor.preset.hours.model_dump(mode="json") | {"staggered_lunch": False}
    floor.set_policy("hours", hours, DAY)
    floor.minutes = iter([230])
    token = floor.issue()
    assert seen(floor, token, MORNING + timedelta(minutes=245)).opens_at == to_iso(MORNING + timedelta(minutes=270))
    assert seen(floor, token, MORNING + timedelta(minutes=270)).opens_at is None


def test_a_way_of_five_stages_takes_longer_than_the_wait_for_the_first(floor: Floor) -> None:
    floor.minutes = iter(range(-10, 0))
    floor.open("G1", "A1", "B1", "C1", "X1")
    token, forecast = told(floor)
    usual = sum(stage.service_min for stage in floor.preset.stages if stage.code in "GABCX")
    assert forecast.wait == WaitRange(0, 5)
    assert (forecast.visit.low_min or 0) < usual < (forecast.visit.high_min or 0)
    visit = seen(floor, token).visit
    assert (visit.low_min, visit.high_min) == (forecast.visit.low_min, forecast.visit.high_min)


def test_the_lines_of_later_stages_make_the_visit_longer(floor: Floor) -> None:
    floor.minutes = iter([0] * 100)
    floor.open("G1", "A1", "B1", "C1", "X1")
    before = told(floor)[1].visit
    for _ in range(8):
        floor.issue()
        floor.serve("G1")
    after = told(floor)[1].visit
    assert (after.low_min or 0) > (before.high_min or 0)


def test_a_visit_over_a_stage_where_nobody_calls_is_not_told(floor: Floor) -> None:
    floor.minutes = iter([0] * 9)
    floor.open("G1", "A1", "B1", "C1")
    _, forecast = told(floor)
    assert (forecast.wait, forecast.visit) == (WaitRange(0, 5), WaitRange(None, None))


@pytest.mark.parametrize("people", [99, 101, 130])
def test_far_back_in_a_long_line_the_order_of_age_tells_the_same(floor: Floor, people: int) -> None:
    floor.minutes = iter([0] * 3)
    floor.open("G1", "G2")
    crowd(floor, people)
    token, forecast = told(floor)
    assert forecast.ahead == people == seen(floor, token).ahead
    assert forecast.wait.low_min is not None


def test_a_person_who_is_with_a_counter_is_not_ahead_but_keeps_it_busy(floor: Floor) -> None:
    floor.minutes = iter([0] * 9)
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    token, forecast = told(floor)
    assert (forecast.ahead, forecast.wait) == (0, WaitRange(0, 10))
    assert seen(floor, token).wait == forecast.wait
