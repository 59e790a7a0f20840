"""Percentiles from half-minute histograms."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from server.domain.figures.cells import BIN_S

Histogram = Mapping[int, int]
"""How many values are in each half-minute bin; bin b holds b/2 ≤ value < (b + 1)/2 minutes."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Waits at a stage: how many, and percentiles in minutes."""

    n: int
    p50: float
    p90: float

    @classmethod
    def of(cls, bins: Histogram) -> Self:
        """Return the spread of a histogram that holds at least one value."""
        return cls(sum(bins.values()), *_rounded(bins, 50, 90))


@dataclass(frozen=True, slots=True)
class Stay:
    """Stays in the centre: how many, and percentiles in minutes."""

    n: int
    p50: float
    p90: float
    p95: float

    @classmethod
    def of(cls, bins: Histogram) -> Self:
        """Return the spread of a histogram that holds at least one value."""
        return cls(sum(bins.values()), *_rounded(bins, 50, 90, 95))


def percentile(bins: Histogram, percent: float) -> float:
    """Return a percentile in minutes, by linear interpolation between the closest ranks (Hyndman and Fan, type 7).

    The values of a bin are taken as spread evenly over it: the i-th of c stands at (i + ½)/c of its half minute. Each
    is so less than 0.5 min from what it was, and a percentile, which lies between two of them, too. Raises ValueError
    for an empty histogram.
    """
    bins = {bin_: count for bin_, count in bins.items() if count}
    if not bins:
        raise ValueError("no values, no percentile")
    place = (sum(bins.values()) - 1) * percent / 100
    below = int(place)
    low = _value(bins, below)
    return low if place == below else low + (_value(bins, below + 1) - low) * (place - below)


def _value(bins: Histogram, rank: int) -> float:
    """Return the value of a rank (0 is the least), in minutes."""
    order = sorted(bins)
    ends = list(accumulate(bins[bin_] for bin_ in order))
    at = bisect_right(ends, rank)
    count = bins[order[at]]
    return (order[at] + (rank - (ends[at] - count) + 0.5) / count) * BIN_S / 60


def _rounded(bins: Histogram, *percents: int) -> list[float]:
    return [round(percentile(bins, percent), 1) for percent in percents]
