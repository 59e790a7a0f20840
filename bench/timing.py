"""How often and how fast: percentiles, rates, and calls timed on some threads."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a second something was done, and the median and the 99th percentile of its time in milliseconds."""

    per_s: float
    p50_ms: float
    p99_ms: float


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile: the smallest value that at least so many percent reach (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


def rate_of(seconds: Sequence[float], took: float) -> Rate:
    """Return the rate of calls that took `seconds` each and `took` seconds together."""
    return Rate(len(seconds) / took, percentile(seconds, 50) * 1000, percentile(seconds, 99) * 1000)


def middle(rates: Sequence[Rate]) -> Rate:
    """Return the median of each figure."""
    return Rate(median(r.per_s for r in rates), median(r.p50_ms for r in rates), median(r.p99_ms for r in rates))


def timed(act: Callable[[int], object], count: int, threads: int) -> Rate:
    """Run `act(0)` … `act(count - 1)` on so many threads and return their rate."""

    def seconds_of(number: int) -> float:
        begin = perf_counter()
        act(number)
        return perf_counter() - begin

    with ThreadPoolExecutor(threads) as pool:
        begin = perf_counter()
        each = list(pool.map(seconds_of, range(count)))
        return rate_of(each, perf_counter() - begin)
