"""A floor played forward, against floors small enough to compute by hand."""

from datetime import timedelta

from server.domain.calling.ahead import Hall
from server.domain.calling.lane import Lane, Waiting
from server.domain.calling.playing import Caller, Line
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.floor_ahead import FloorAhead, Present, StageAhead, Way
from server.domain.freezes import Moment
from tests.factories import MORNING

NOW = MORNING + timedelta(hours=1)


def stage(*free_min: float, service_min: float) -> StageAhead:
    callers = [Caller(Profile(f"C{place}"), free) for place, free in enumerate(free_min)]
    hall = Hall(callers, [], service_min)
    return StageAhead(hall, Line(CallingRule(), hall.kinds, {}, Moment(NOW).age))


def person(number: int, at: str, stay: float, *later: str, left: float | None = None, line: float = 0.0) -> Present:
    waiting = Waiting(number, f"t{number}", f"N{number}", Lane("N", "NORMAL", "hi"), NOW - timedelta(minutes=stay))
    in_line = line if left is None else None
    return Present(f"N{number}", at, stay, waiting, in_line, left or 0.0, 0.0, later)


def play(people: list[Present], **stages: StageAhead) -> list[Way]:
    return FloorAhead(stages, NOW).play(people)


def test_a_stay_is_the_time_so_far_the_line_here_and_what_is_left() -> None:
    served, *in_line = play(
        [person(1, "A", 20, "B", left=4), person(2, "B", 30), person(3, "B", 29)],
        A=stage(4.0, service_min=10),
        B=stage(2.0, service_min=5),
    )
    assert [way.expected_min for way in in_line] == [30 + 2 + 5, 29 + 2 + 5 + 5]
    assert (served.expected_min, served.waits) == (20 + 12 + 5, {"B": 12 - 4})


def test_an_idle_counter_calls_whoever_comes_at_once() -> None:
    [way] = play([person(1, "A", 0, "B", left=3)], A=stage(3.0, service_min=10), B=stage(0.0, service_min=5))
    assert (way.end_min, way.waits) == (8.0, {"B": 0.0})


def test_whoever_is_away_comes_back_to_the_line() -> None:
    [way] = play([person(1, "A", 10, line=7)], A=stage(0.0, service_min=5))
    assert (way.end_min, way.waits) == (12.0, {"A": 0.0})


def test_whoever_comes_to_a_stage_where_nobody_calls_is_stuck_there() -> None:
    stuck, passed = play(
        [person(1, "A", 10, "X"), person(2, "A", 5)], A=stage(0.0, service_min=5), X=stage(service_min=1)
    )
    assert (stuck.stuck, stuck.end_min) == ("X", 5.0)
    assert (passed.stuck, passed.end_min) == (None, 10.0)
