"""Who is stranded: against counters that call, that have only just closed, and that have been closed for long."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.calling.ahead import Hall
from server.domain.calling.lane import Lane, Waiting
from server.domain.calling.playing import Caller
from server.domain.calling.profile import Profile
from server.domain.counters import Counter
from server.domain.plan.plan import Plan
from server.domain.stranded import stranded
from server.domain.token.lifecycle import CounterState
from tests.factories import MORNING

DOCTOR = Profile("R3", services=frozenset({"D3"}))


def waiting(service: str) -> Waiting:
    return Waiting(1, "t1", "N1", Lane("N", service, "hi"), MORNING)


class Rooms:
    """A plan of which nothing is asked but what a counter may take."""

    def profile(self, counter: str, officer: str | None = None) -> Profile:
        """Return the profile of the doctor's room."""
        return replace(DOCTOR, officer=officer)


def found(service: str, *callers: Caller, closed_min: float = 60, in_hours: bool = True) -> list[Waiting]:
    room = Counter("R3", 1, "G", CounterState.CLOSED, None, MORNING - timedelta(minutes=closed_min))
    plan: Plan = Rooms()  # type: ignore[assignment]
    return stranded([waiting(service)], Hall(callers, [DOCTOR], 5), [room], plan, MORNING, in_hours=in_hours)


def test_whom_a_counter_takes_that_calls_or_will_is_not_stranded() -> None:
    assert found("D3", Caller(DOCTOR, 0.0)) == []
    assert found("D3", Caller(DOCTOR, 30.0, MORNING + timedelta(minutes=30))) == []
    assert found("D4", Caller(DOCTOR, 0.0)) == [waiting("D4")]


@pytest.mark.parametrize(("minutes", "alone"), [(0, False), (10, False), (10.1, True)])
def test_whose_counter_has_closed_only_just_is_not_stranded_yet(minutes: float, *, alone: bool) -> None:
    assert bool(found("D3", closed_min=minutes)) is alone


def test_after_the_hours_no_counter_is_expected_back() -> None:
    assert found("D3", closed_min=0, in_hours=False) == [waiting("D3")]
