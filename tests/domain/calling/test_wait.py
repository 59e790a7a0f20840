"""The wait that is told, computed by hand."""

import pytest

from server.domain.calling.wait import NOBODY_CALLS, Turn, WaitRange, turns_min, visit_range, wait_range, with_wait


@pytest.mark.parametrize(
    ("ahead", "free", "minutes"),
    [
        (0, [], None),
        (0, [0.0, 4.0], 0.0),
        (1, [0.0, 4.0], 4.0),
        (2, [0.0, 4.0], 10.0),
        (101, [0.0, 3.0], 503.0),
        (3, [0.0, 25.0], 25.0),
    ],
)
def test_a_turn_comes_when_those_before_were_called_and_a_counter_is_free(
    ahead: int, free: list[float], minutes: float | None
) -> None:
    assert turns_min(ahead, free, 10) == minutes


def test_while_nobody_calls_no_wait_is_told() -> None:
    assert wait_range(Turn(3, None, 0), 5) == NOBODY_CALLS


@pytest.mark.parametrize(
    ("turn", "service_min", "low", "high"),
    [
        (Turn(0, 0.0, 1), 10.0, 0, 5),  # a counter is free
        (Turn(9, 45.0, 1), 5.0, 25, 65),  # 45 ± 1.28 * 3 * 4 = 29.6 to 60.4
        (Turn(24, 22.5, 10), 15.0, 15, 30),  # 15 turns: 22.5 ± 1.28 * 3.87 * 1.2 = 16.6 to 28.4
        (Turn(1, 5.0, 1), 5.0, 0, 15),  # 1 turn: 5 ± 5.1, and nobody waits less than nothing
        (Turn(3, 0.3, 3), 1.0, 0, 5),  # 1 turn: 0.3 ± 0.3, and a range has a width
    ],
)
def test_the_range_is_that_of_the_formula(turn: Turn, service_min: float, low: int, high: int) -> None:
    assert wait_range(turn, service_min) == WaitRange(low, high)


def test_a_whole_visit_is_spread_by_its_services_together() -> None:
    """Five services of 26.5 minutes: 1.28 * 0.6 * √(2.5² + 15² + 5² + 3² + 1²) = 12.5 to either side."""
    assert visit_range(27.0, [2.5, 15, 5, 3, 1]) == WaitRange(10, 40)


@pytest.mark.parametrize(
    ("visit", "wait", "told"),
    [
        ((25, 35), (10, 40), (25, 50)),  # the desk that is waited for may take longer than was expected of it
        ((20, 30), (25, 30), (25, 40)),
        ((40, 60), (0, 5), (40, 60)),
        ((None, None), (0, 5), (None, None)),
    ],
)
def test_a_visit_ends_after_the_wait_for_its_first_desk_and_the_service_there(
    visit: tuple[int, int], wait: tuple[int, int], told: tuple[int, int]
) -> None:
    assert with_wait(WaitRange(*visit), WaitRange(*wait), 6) == WaitRange(*told)
