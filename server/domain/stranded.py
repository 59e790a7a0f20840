"""Who waits for nobody: no counter that may take them calls, none is planned to, and none has only just closed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from server.domain.calling.ahead import Hall
from server.domain.calling.lane import Waiting
from server.domain.counters import Counter
from server.domain.plan.plan import Plan

CLOSED_LONG = timedelta(minutes=10)
"""A counter that has been closed for so long is no longer expected back."""


def stranded(
    waiting: Iterable[Waiting], hall: Hall, desks: Iterable[Counter], plan: Plan, now: datetime, *, in_hours: bool
) -> list[Waiting]:
    """Return those who are stranded of some who wait at a stage; `desks` are its counters.

    Out of its hours a centre expects no counter back that has closed.
    """
    closed = [desk for desk in desks if in_hours and desk.since is not None and now - desk.since <= CLOSED_LONG]
    back = [plan.profile(desk.id, desk.operator) for desk in closed]
    return [w for w in waiting if not hall.taking(w.lane) and not any(profile.takes(w.lane) for profile in back)]
