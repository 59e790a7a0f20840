"""What people are told comes as it was told, also on a day on which a stage has too few counters."""

from collections import defaultdict

import pytest

from bench.told import VISIT, Found, one_day


def test_a_wait_at_either_end_of_a_range_is_inside() -> None:
    assert [Found("G", 5, 10, minutes).inside for minutes in (4.9, 5, 10, 10.1)] == [False, True, True, False]


@pytest.mark.parametrize(("low", "high", "sharp"), [(0, 10, True), (20, 35, True), (15, 30, False)])
def test_a_range_is_sharp_within_ten_minutes_or_by_its_middle(low: int, high: int, *, sharp: bool) -> None:
    assert Found("G", low, high, 0).sharp is sharp


@pytest.mark.proof
def test_four_in_five_are_called_inside_the_range_that_they_were_told() -> None:
    by_stage: dict[str, list[bool]] = defaultdict(list)
    for found in one_day((4721, "two absent")):
        by_stage[found.stage].append(found.inside)
    assert {"G", "A", "B", "C", "X", VISIT} <= set(by_stage)
    assert {stage: sum(inside) / len(inside) >= 0.8 for stage, inside in by_stage.items()} == dict.fromkeys(
        by_stage, True
    )
