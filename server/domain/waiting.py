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


def estimate_wait(ahead: int, counters: int, service_min: float) -> WaitRange:
    """Return the range for somebody with `ahead` people waiting before them at `counters` open counters.

    The mean is the queue-length estimator (Q + 1) / (s mu) and its spread sqrt(Q + 1) / (s mu) times the
    coefficient of variation of service (Ibrahim and Whitt 2009, section on GI/M/s); the ends are about the
    tenth and the ninetieth percentile. Those at the counters are not among `ahead`: while somebody waits, all
    counters are taken, and the first of Q + 1 services that have to end is one of theirs.
    """
    if counters == 0:
        return WaitRange(None, None)
    turns = ahead + 1
    mean = turns * service_min / counters
    spread = 1.28 * sqrt(turns) * service_min * SERVICE_CV / counters
    low = floor(max(0.0, mean - spread) / ROUND_TO_MIN) * ROUND_TO_MIN
    high = ceil((mean + spread) / ROUND_TO_MIN) * ROUND_TO_MIN
    return WaitRange(low, max(high, low + ROUND_TO_MIN))
