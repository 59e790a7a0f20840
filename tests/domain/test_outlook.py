"""The projection, against floors small enough to compute by hand."""

from datetime import timedelta

from server.domain.outlook import (
    Late,
    Nobody,
    OnTime,
    Person,
    Sentence,
    SentenceKind,
    StageLoad,
    project,
    sentence,
    with_one_more,
)
from tests.factories import MORNING

LOADS = {"A": StageLoad("A", 0, 2, 10), "B": StageLoad("B", 4, 1, 5)}


def person(label: str, stage: str, stay: float, ahead: int | None, *later: str) -> Person:
    return Person(label, stage, stay, ahead, later)


def test_a_stay_is_the_time_so_far_the_line_here_and_what_is_left() -> None:
    served_at_a = person("N1", "A", 20, None, "B")
    last_at_b = person("N2", "B", 30, 3)
    outlook = project(LOADS, [served_at_a, last_at_b])
    assert [(one.person.label, one.expected_min) for one in outlook.people] == [
        ("N1", 20 + 5 + 5 + 20),
        ("N2", 30 + 15 + 5 + 0),
    ]


def test_the_bottleneck_is_the_stage_with_the_longest_line_in_minutes() -> None:
    outlook = project(LOADS, [person("N1", "B", 0, 0)])
    assert outlook.bottleneck is not None
    assert outlook.bottleneck.code == "B"


def test_a_floor_without_lines_has_no_bottleneck_and_nobody_is_late() -> None:
    outlook = project({"A": StageLoad("A", 0, 2, 10)}, [person("N1", "A", 5, None)])
    assert outlook.bottleneck is None
    assert outlook.beyond(45) == 0
    assert project({}, []).p90_min == 0


def test_a_closed_stage_where_nobody_waits_holds_nobody_up() -> None:
    outlook = project({**LOADS, "C": StageLoad("C", 0, 0, 3)}, [person("N1", "B", 0, 0)])
    assert outlook.bottleneck == LOADS["B"]


def test_a_line_of_one_service_is_no_bottleneck_and_a_stay_to_the_minute_is_not_beyond() -> None:
    one, two = ({"A": StageLoad("A", waiting, 1, 5)} for waiting in (1, 2))
    assert project(one, []).bottleneck is None
    assert project(two, []).bottleneck == two["A"]
    outlook = project(one, [person("N1", "A", 40, 0)])
    assert (outlook.beyond(45), outlook.beyond(44.9)) == (0, 1)


def test_one_counter_more_shortens_the_line() -> None:
    people = [person(f"N{n}", "B", 0, n) for n in range(4)]
    before, after = project(LOADS, people), project(with_one_more(LOADS, "B"), people)
    assert (before.p90_min, after.p90_min) == (20, 10)


def test_a_stage_that_nobody_serves_counts_as_hours() -> None:
    closed = {"A": StageLoad("A", 1, 0, 10)}
    outlook = project(closed, [person("N1", "A", 0, 0)])
    assert outlook.beyond(60) == 1
    assert outlook.bottleneck is not None


def test_the_sentence_names_how_many_are_late_where_and_the_minute_at_which_the_first_of_them_is() -> None:
    people = [person("N1", "B", 37, 3), person("N2", "B", 31, 2), person("N3", "B", 2, 1), person("N4", "A", 44, None)]
    at_b = sentence(project(LOADS, people), 45, MORNING)
    assert at_b == Sentence(SentenceKind.LATE, Late("B", 45, 3, "2026-11-24T04:01:00.000Z"))
    on_time = person("N5", "A", 39, None)  # longer here than the others, and through in five minutes
    without = sentence(project(LOADS, [*people[:3], on_time]), 45, MORNING)
    assert without == Sentence(SentenceKind.LATE, Late("B", 45, 2, "2026-11-24T04:08:00.000Z"))


def test_the_sentence_names_the_stage_that_holds_people_up_and_not_where_the_late_are() -> None:
    told = sentence(project(LOADS, [person("N4", "A", 44, None)]), 45, MORNING)
    assert told == Sentence(SentenceKind.LATE, Late("B", 45, 1, "2026-11-24T04:01:00.000Z"))


def test_the_minute_of_the_sentence_is_now_when_somebody_is_late_already() -> None:
    later = MORNING + timedelta(minutes=90)
    told = sentence(project({"A": StageLoad("A", 0, 1, 10)}, [person("N1", "A", 50, None)]), 45, later)
    assert told == Sentence(SentenceKind.LATE, Late("A", 45, 1, "2026-11-24T05:30:00.000Z"))


def test_the_sentence_says_that_all_are_on_time_or_that_nobody_is_here() -> None:
    assert sentence(project(LOADS, []), 45, MORNING) == Sentence(SentenceKind.EMPTY, Nobody())
    on_time = sentence(project(LOADS, [person("N1", "A", 40, None)]), 45, MORNING)
    assert on_time == Sentence(SentenceKind.ON_TIME, OnTime(1))
