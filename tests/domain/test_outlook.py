"""What the manager is told, against people whose ways are known."""

from datetime import timedelta

import pytest

from server.domain.calling.lane import Lane, Waiting
from server.domain.floor_ahead import Present, Way
from server.domain.outlook import (
    Late,
    Nobody,
    NoCounter,
    OnTime,
    Passing,
    Sentence,
    SentenceKind,
    held_up,
    p90_min,
    passes_at,
    passing,
    sentence,
)
from tests.factories import MORNING

STAGES = ("A", "C")


def way(stay: float, end: float, waited: float = 0.0, **waits: float) -> Way:
    """Return the way of somebody at stage C, here so many minutes, gone in `end`."""
    waiting = Waiting(1, "t1", "N1", Lane("N", "NORMAL", "hi"), MORNING)
    return Way(Present("N1", "C", stay, waiting, 0.0, 0.0, waited, ()), end, waits)


def at(minutes: float) -> str:
    return (MORNING + timedelta(minutes=minutes)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def told(*ways: Way, stranded: dict[str, int] | None = None) -> Sentence:
    return sentence(ways, STAGES, stranded or {}, 45, MORNING)


def test_all_who_are_named_have_passed_the_limit_at_the_minute_that_is_told() -> None:
    late = [way(37, 20, C=15), way(31, 22, C=12), way(48, 3, C=0, waited=20)]
    assert told(*late, way(5, 10)) == Sentence(SentenceKind.LATE, Late("C", 45, 3, at(45 - 31)))


def test_the_minute_is_now_where_all_have_passed_already() -> None:
    assert told(way(50, 5, waited=10)).params == Late("C", 45, 1, at(0))


def test_a_stay_that_is_long_without_the_line_is_not_its_fault() -> None:
    slow = way(44, 30, C=2)
    assert held_up([slow], "C", 45) == []
    assert told(slow) == Sentence(SentenceKind.ON_TIME, OnTime(1, 45, 1))


def test_the_line_that_makes_the_most_people_late_is_named() -> None:
    assert told(way(30, 20, A=10), way(30, 20, C=10), way(30, 20, C=10)).params == Late("C", 45, 2, at(15))


def test_a_few_of_many_are_no_reason_to_be_told() -> None:
    late, quick = way(30, 20, C=10), way(5, 20)
    assert told(late, *[quick] * 19).kind is SentenceKind.LATE
    assert told(late, *[quick] * 20) == Sentence(SentenceKind.ON_TIME, OnTime(21, 45, 1))


def test_a_stay_to_the_minute_does_not_pass() -> None:
    assert told(way(40, 5, C=5)) == Sentence(SentenceKind.ON_TIME, OnTime(1, 45, 0))


def test_who_waits_for_no_counter_is_told_first_and_an_empty_floor_as_such() -> None:
    assert told(way(50, 5, waited=10), stranded={"AX": 1, "C": 2}).params == NoCounter("C", 2)
    assert told() == Sentence(SentenceKind.EMPTY, Nobody())


@pytest.mark.parametrize(("minutes", "people", "by"), [(30, 3, 25.0), (45, 2, 15.0), (60, 0, None)])
def test_each_limit_tells_how_many_pass_it_and_when_the_last_does(minutes: int, people: int, by: float | None) -> None:
    ways = [way(50, 5), way(30, 20), way(5, 30)]
    assert passing(ways, minutes, MORNING) == Passing(minutes, people, None if by is None else at(by))


def test_when_somebody_passes_is_told_until_they_have() -> None:
    assert passes_at(way(30, 20), 45, MORNING) == at(15)
    assert passes_at(way(50, 20), 45, MORNING) is None
    assert passes_at(way(30, 10), 45, MORNING) is None


def test_one_in_ten_stays_longer_than_the_p90() -> None:
    assert p90_min([way(0, minutes) for minutes in range(1, 21)]) == 18
    assert p90_min([]) == 0
