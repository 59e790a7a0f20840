"""The wait that is told, computed by hand from the formula: mean turns ÷ rate, and 1.28 spreads either way."""

import pytest

from server.domain.calling.wait import WaitRange, estimate_wait


@pytest.mark.parametrize(
    ("ahead", "counters", "service_min", "low", "high"),
    [
        (9, 1, 5.0, 25, 65),  # 9 turns: 45 ± 1.28 * 3 * 4 = 29.6 to 60.4
        (24, 10, 15.0, 15, 30),  # 15 turns: 22.5 ± 1.28 * 3.87 * 1.2 = 16.6 to 28.4
        (1, 1, 5.0, 0, 15),  # 1 turn: 5 ± 5.1, and nobody waits less than nothing
        (3, 3, 1.0, 0, 5),  # 1 turn: 0.3 ± 0.3, and a range has a width
    ],
)
def test_the_range_is_that_of_the_formula(ahead: int, counters: int, service_min: float, low: int, high: int) -> None:
    assert estimate_wait(ahead, counters, service_min) == WaitRange(low, high)
