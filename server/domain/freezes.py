"""The time in which a centre was not frozen."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter

Freeze = tuple[datetime, datetime | None]
"""A time in which a centre was frozen; the end is None while it still is."""


def active_seconds(begin: datetime, end: datetime, freezes: Iterable[Freeze]) -> float:
    """Return the seconds from `begin` to `end` in which the centre was not frozen; negative when end is before.

    A moment that lies in two freezes, because the clock went back between them, counts once: else somebody older could
    have the smaller age.
    """
    total, counted = (end - begin).total_seconds(), begin
    for frozen_at, resumed_at in sorted(freezes, key=itemgetter(0)):
        first, last = max(counted, frozen_at), min(end, resumed_at or end)
        if last > first:
            total -= (last - first).total_seconds()
            counted = last
    return total


def frozen_now(freezes: Sequence[Freeze]) -> bool:
    """Whether the last freeze still lasts."""
    return bool(freezes) and freezes[-1][1] is None
