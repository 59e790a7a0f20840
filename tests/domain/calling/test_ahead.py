"""How many go before somebody, against lines small enough to count."""

from datetime import timedelta

import pytest

from server.domain.calling.ahead import ClassCount, Queue, ahead_of
from server.domain.calling.lane import Lane, Waiting
from server.domain.calling.wait import WaitRange, estimate_wait, mean_wait_min
from tests.factories import MORNING

PROTECTED = frozenset({"F"})


def waiting(step: int, klass: str, minute: int) -> Waiting:
    return Waiting(step, f"t{step}", f"{klass}{step}", Lane(klass, "NORMAL", "hi"), MORNING + timedelta(minutes=minute))


LINE = [waiting(1, "N", 3), waiting(2, "F", 9), waiting(3, "T", 3), waiting(4, "F", 1), waiting(5, "N", 1)]


def test_the_older_go_first_and_all_of_a_protected_class_before_the_others() -> None:
    queue = Queue(LINE, PROTECTED)
    assert {w.label: queue.ahead(w) for w in LINE} == {"F4": 0, "F2": 1, "N5": 2, "N1": 3, "T3": 4}
    assert {w.label: queue.older(w) for w in LINE} == {"F4": 0, "N5": 1, "N1": 2, "T3": 3, "F2": 4}
    assert len(queue) == len(LINE)


def test_somebody_who_comes_later_stands_behind_their_rank() -> None:
    queue = Queue(LINE, PROTECTED)
    assert [queue.ahead(waiting(9, klass, 20)) for klass in "NF"] == [5, 2]


@pytest.mark.parametrize(("klass", "ahead"), [("N", 2 + 7), ("F", 3)])
def test_counts_of_classes_say_the_same(klass: str, ahead: int) -> None:
    assert ahead_of(klass, [ClassCount("N", 5, 2), ClassCount("F", 7, 3)], PROTECTED) == ahead


@pytest.mark.parametrize(("ahead", "counters", "minutes"), [(0, 0, None), (1, 2, 0), (1, 1, 10), (5, 2, 20)])
def test_the_mean_wait_counts_the_services_that_have_to_end(ahead: int, counters: int, minutes: float | None) -> None:
    assert mean_wait_min(ahead, counters, 10) == minutes


def test_one_before_me_at_one_counter_is_no_short_wait() -> None:
    assert estimate_wait(1, 1, 10) == WaitRange(0, 25)
    assert estimate_wait(0, 1, 10) == WaitRange(0, 5)
