"""The wait to be expected, told as a range."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from math import ceil, floor, sqrt

SERVICE_CV = 0.8
VISIT_CV = 0.6
"""How far services are spread about their usual minutes; in a whole visit long and short ones even out."""
ROUND_TO_MIN = 5


@dataclass(frozen=True, slots=True)
class WaitRange:
    """Minutes until the call, both ends rounded outward; both None while no counter is open."""

    low_min: int | None
    high_min: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn of somebody: how many are called before, in how many minutes they are, and how many counters may call.

    `minutes` is None while no counter that may take them calls.
    """

    ahead: int
    minutes: float | None
    callers: int


NOBODY_CALLS = WaitRange(None, None)


def turns_min(ahead: int, free_min: Sequence[float], service_min: float) -> float | None:
    """Return the minutes until `ahead` others were called and one is free, by counters that are free in so many each.

    None while no counter calls.
    """
    if not free_min:
        return None
    free = sorted(free_min)
    if free[-1] - free[0] <= service_min:  # they call in turn
        rounds, place = divmod(ahead, len(free))
        return free[place] + rounds * service_min
    rounds = max(0, ahead // len(free) - 1)
    free = [minutes + rounds * service_min for minutes in free]
    heapify(free)
    for _ in range(ahead - rounds * len(free)):
        heapreplace(free, free[0] + service_min)
    return free[0]


def wait_range(turn: Turn, service_min: float) -> WaitRange:
    """Return the range of the wait of somebody whose turn is expected; no range while nobody calls."""
    if turn.minutes is None:
        return NOBODY_CALLS
    if turn.minutes == 0:
        return WaitRange(0, ROUND_TO_MIN)
    spread = 1.28 * sqrt(max(1, turn.ahead + 1 - turn.callers)) * service_min * SERVICE_CV / turn.callers
    return rounded(turn.minutes - spread, turn.minutes + spread)


def visit_range(minutes: float, services: Sequence[float]) -> WaitRange:
    """Return the range of a whole visit that is expected to take so many minutes, with these services in it."""
    spread = 1.28 * VISIT_CV * sqrt(sum(usual**2 for usual in services))
    return rounded(minutes - spread, minutes + spread)


def with_wait(visit: WaitRange, wait: WaitRange, service_min: float) -> WaitRange:
    """Return the range of a visit with that of its first wait inside: it ends after it, and after the service."""
    if visit.low_min is None or visit.high_min is None or wait.low_min is None or wait.high_min is None:
        return visit
    return rounded(max(visit.low_min, wait.low_min), max(visit.high_min, wait.high_min + service_min))


def rounded(low: float, high: float) -> WaitRange:
    """Return a range with its ends rounded outward."""
    first = floor(max(0.0, low) / ROUND_TO_MIN) * ROUND_TO_MIN
    return WaitRange(first, max(ceil(high / ROUND_TO_MIN) * ROUND_TO_MIN, first + ROUND_TO_MIN))
