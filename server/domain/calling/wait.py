"""The wait to be expected, told as a range."""

from dataclasses import dataclass
from math import ceil, floor, sqrt

SERVICE_CV = 0.8
ROUND_TO_MIN = 5


@dataclass(frozen=True, slots=True)
class WaitRange:
    """Minutes until the call, both ends rounded outward; both None while no counter is open."""

    low_min: int | None
    high_min: int | None


def mean_wait_min(ahead: int, counters: int, service_min: float) -> float | None:
    """Return the minutes until the call of somebody with `ahead` people before them; None while no counter is open.

    A counter that is free takes them at once; else it is the queue-length estimator (Q + 1) / (s mu) of Ibrahim and
    Whitt (2009), where Q + 1 counts the services that have to end.
    """
    return None if counters == 0 else _turns(ahead, counters) * service_min / counters


@dataclass(frozen=True, slots=True)
class Forecast:
    """What somebody is told with their number: how many will be called before them at `stage`, and the wait."""

    stage: str
    ahead: int
    wait: WaitRange


def estimate_wait(ahead: int, counters: int, service_min: float) -> WaitRange:
    """Return the range for somebody with `ahead` people before them at `counters` open counters.

    The spread about the mean is sqrt(Q + 1) / (s mu) times the coefficient of variation of service (Ibrahim and
    Whitt 2009, section on GI/M/s); the ends are about the tenth and the ninetieth percentile.
    """
    mean = mean_wait_min(ahead, counters, service_min)
    if mean is None:
        return WaitRange(None, None)
    if mean == 0:
        return WaitRange(0, ROUND_TO_MIN)
    spread = 1.28 * sqrt(_turns(ahead, counters)) * service_min * SERVICE_CV / counters
    low = floor(max(0.0, mean - spread) / ROUND_TO_MIN) * ROUND_TO_MIN
    high = ceil((mean + spread) / ROUND_TO_MIN) * ROUND_TO_MIN
    return WaitRange(low, max(high, low + ROUND_TO_MIN))


def _turns(ahead: int, counters: int) -> int:
    return max(0, ahead + 1 - counters)
