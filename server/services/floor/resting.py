"""When nobody is at work: the night into which people were carried over, and the evening of a day nobody has closed."""

from datetime import datetime, timedelta

from server.domain.centre import CentreState
from server.domain.plan.hours import SEARCH_DAYS, in_hours
from server.services.floor.day import open_day
from server.services.setup.plans import plan_of, runs_on
from server.storage.sql import events
from server.storage.transaction import Read

QUIET = timedelta(minutes=30)
"""After so long without an act at a counter nobody is served any more on a day that is over."""
LOOKED_AT = 500


def resumes_at(read: Read, centre: CentreState, now: datetime) -> datetime | None:
    """Return when the centre opens again, in the time people are shown; None while somebody may be at work.

    A day that is over and that nobody has closed rests when nothing was done at a counter for a while.
    """
    if centre.frozen or not _is_left(read, centre, now):
        return None
    return _next_opening(read, centre, centre.wall(now))


def _is_left(read: Read, centre: CentreState, now: datetime) -> bool:
    if in_hours(plan_of(read, centre, centre.calendar_day(now)).hours, centre.wall(now)):
        return False
    over = is_over_from(read, centre)
    if over is None:
        return centre.carried_at is not None
    if now < over:
        return False
    acted = events.last_acted(read, centre.id, centre.event_seq - LOOKED_AT)
    return acted is None or acted <= now - QUIET


def is_over_from(read: Read, centre: CentreState) -> datetime | None:
    """Return when the open day is over, on the floor's own clock; None for none, and for one that runs on."""
    day = open_day(centre)
    if day is None or runs_on(read, centre, day.day):
        return None
    return centre.floor(day.closes_at(plan_of(read, centre, day.day).hours))


def _next_opening(read: Read, centre: CentreState, wall: datetime) -> datetime | None:
    """Return the next opening by the plan of its own day, which may have other hours."""
    today = centre.day(wall)
    for ahead in range(SEARCH_DAYS):
        day = today + timedelta(days=ahead)
        hours = plan_of(read, centre, day).hours
        if hours.works_on(day) and (opening := hours.instant(day, hours.opens)) > wall:
            return opening
    return None
