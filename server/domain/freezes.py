"""The time in which a centre was not frozen: how long anybody waits, stays or is away, in whole microseconds.

A freeze lasts as long as a flag stands that stops the floor, a pause or an emergency (`server.domain.notice`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

Freeze = tuple[datetime, datetime | None]
"""A time in which a centre was frozen; the end is None while it still is."""
KEPT = timedelta(days=14)
"""For how long after its end a freeze is remembered: longer than anybody is carried over from day to day."""


def freezes_after(freezes: Sequence[Freeze], now: datetime, *, frozen: bool) -> list[Freeze]:
    """Return the freezes when the floor stands from now on, or goes on; where it does already nothing changes."""
    if frozen is frozen_now(freezes):
        return list(freezes)
    if frozen:
        return [*(freeze for freeze in freezes if freeze[1] is None or freeze[1] > now - KEPT), (now, None)]
    return [*freezes[:-1], (freezes[-1][0], now)]


def active_time(begin: datetime, end: datetime, freezes: Iterable[Freeze] = ()) -> timedelta:
    """Return the time from `begin` to `end` in which the centre was not frozen; negative when end is before.

    It is exact: with sums of float seconds a freeze left ages that differ by 1e-12 s, and the younger of two went
    first. A moment that lies in two freezes, because the clock went back between them, counts once: else somebody
    older could have the smaller age.
    """
    total, counted = end - begin, begin
    for frozen_at, resumed_at in sorted(freezes, key=itemgetter(0)):
        first, last = max(counted, frozen_at), min(end, resumed_at or end)
        if last > first:
            total -= last - first
            counted = last
    return total


def frozen_now(freezes: Sequence[Freeze]) -> bool:
    """Whether the last freeze still lasts."""
    return bool(freezes) and freezes[-1][1] is None


def with_gap(freezes: Sequence[Freeze], gap: Freeze) -> list[Freeze]:
    """Return freezes with a time more that nobody has waited; one that still lasts stays the last."""
    lasting = list(freezes[-1:]) if frozen_now(freezes) else []
    return [*freezes[: len(freezes) - len(lasting)], gap, *lasting]


def with_stop(freezes: Sequence[Freeze], begin: datetime, end: datetime) -> list[Freeze]:
    """Return the latest freezes with a time more in which the centre was closed."""
    return with_gap([freeze for freeze in freezes if freeze[1] is None or freeze[1] > end - KEPT], (begin, end))


@dataclass(frozen=True, slots=True)
class Moment:
    """A present instant of a centre, with its latest freezes: what ages are counted from."""

    now: datetime
    freezes: Sequence[Freeze] = ()

    def lasted(self, since: datetime) -> timedelta:
        """Return the time since a moment in which the centre was not frozen."""
        return active_time(since, self.now, self.freezes)

    def age(self, since: datetime) -> float:
        """Return how long a moment is ago, in seconds in which the centre was not frozen."""
        return self.lasted(since).total_seconds()

    @property
    def stands(self) -> bool:
        """Whether ages do not grow now, because the moment lies in a freeze."""
        return any(begin <= self.now and (end is None or self.now < end) for begin, end in self.freezes)

    @property
    def turns(self) -> datetime | None:
        """When `stands` changes by itself: the next bound of a freeze, where the clock went back before it."""
        bounds = (bound for freeze in self.freezes for bound in freeze if bound is not None)
        return min((bound for bound in bounds if bound > self.now), default=None)
