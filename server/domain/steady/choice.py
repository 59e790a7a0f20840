"""A person says which clock is right: the floor's own, or the wall clock."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from server.domain.steady.reading import NONE, Reading
from server.domain.steady.steady import Steady
from server.domain.steady.telling import NOTICED, STEP, Facts, Told


class Choice(StrEnum):
    """Which clock is right."""

    FLOOR = "floor"
    WALL = "wall"


def choose(steady: Steady, now: datetime, reading: Reading, choice: Choice, facts: Facts) -> Told:
    """Return how the clock goes on from `now`, the floor's time, once a person has chosen; nothing is doubted any more.

    A wall clock that is right and later is taken over. One that is right and earlier is taken over only where nobody is
    there and no event is later; else the floor's clock runs on, and the difference is kept.
    """
    wall = reading.latest
    settled = replace(steady, doubt=None, ahead=NONE, shown=False)
    if abs(reading.lead_over(now)) < NOTICED:
        return Told(now, settled)
    if choice is Choice.FLOOR:
        return Told(now, replace(settled, ahead=now - wall if abs(now - wall) > STEP else NONE))
    free = facts.last_at is None or (wall >= facts.last_at and not facts.anybody_live())
    if wall >= now or free:
        return Told(wall, settled.stepped(wall - now), wall - now)
    return Told(now, replace(settled, ahead=now - wall, shown=True))
