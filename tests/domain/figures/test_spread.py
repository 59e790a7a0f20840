"""Percentiles from half-minute bins, beside those of the values themselves."""

import random
import statistics
from collections import Counter

import pytest

from server.domain.figures.spread import Stay, Wait, percentile


def exact(values: list[float], percent: int) -> float:
    """Return the percentile by interpolation between the closest ranks, as the standard library computes it."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


@pytest.mark.parametrize(
    ("bins", "percent", "minutes"),
    [
        ({4: 1}, 50, 2.25),
        ({0: 2}, 0, 0.125),
        ({0: 2}, 100, 0.375),
        ({0: 1, 10: 1}, 50, 2.75),
        ({0: 9, 60: 1}, 100, 30.25),
        ({0: 9, 60: 1}, 90, 0.5 * 8.5 / 9 + (30.25 - 0.5 * 8.5 / 9) * 0.1),
    ],
)
def test_the_values_of_a_bin_are_spread_evenly_over_its_half_minute(
    bins: dict[int, int], percent: int, minutes: float
) -> None:
    assert percentile(bins, percent) == pytest.approx(minutes)


@pytest.mark.parametrize("seed", range(20))
def test_a_percentile_is_within_half_a_minute_of_the_exact_one(seed: int) -> None:
    rng = random.Random(seed)
    values = [rng.choice([0.0, 0.499, rng.expovariate(1 / 9), 29.99]) for _ in range(rng.randint(2, 60))]
    bins = Counter(int(value * 2) for value in values)
    for percent in (1, 10, 50, 90, 95, 99):
        assert percentile(bins, percent) == pytest.approx(exact(values, percent), abs=0.5)


def test_an_empty_bin_changes_nothing_and_no_value_has_no_percentile() -> None:
    assert percentile({2: 1, 3: 0}, 95) == percentile({2: 1}, 95)
    with pytest.raises(ValueError, match="no values"):
        percentile({7: 0}, 50)


def test_spreads_are_told_to_a_tenth_of_a_minute() -> None:
    assert Stay.of({30: 1, 31: 1}) == Stay(2, 15.5, 15.7, 15.7)
    assert Wait.of({2: 3}) == Wait(3, 1.2, 1.4)
