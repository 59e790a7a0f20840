"""What time it is on the floor: what its clock follows by itself, and what it doubts until a person has chosen.

    known start of the machine, wall clock and floor's clock differ by
        less than half a second        nothing
        up to 2 minutes                followed, at most 2 minutes an hour, back only behind no event
        more, forward                  followed, if it disturbs nobody (`Facts.undisturbed`)
        more                           doubted
    another start of the machine
        more than 2 minutes behind the last event                              doubted
        after the next planned opening, clock of the kernel not synchronised   doubted
        else                                                                   the wall clock's time

While it is doubted the floor's clock goes on as it did, whatever the wall clock says.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from server.domain.instants import whole_ms
from server.domain.steady.reading import NONE, Reading
from server.domain.steady.steady import Doubt, Followed, Steady, Why

NOTICED = timedelta(milliseconds=500)
"""Less is not followed: reading two clocks takes a while, and a clock that is set all the time is not steady."""
STEP = timedelta(minutes=2)
HOUR = timedelta(hours=1)
TOGETHER = timedelta(minutes=5)
"""Steps as near as this to one another are kept as one, so that few are kept."""


class Facts(Protocol):
    """What has to be known of the floor and its machine, asked only when a clock went wrong or a machine started."""

    @property
    def last_at(self) -> datetime | None:
        """The time of the last event."""

    @property
    def seq(self) -> int:
        """The number of the last event."""

    def anybody_live(self) -> bool:
        """Whether anybody is on the floor."""

    def synchronised(self) -> bool:
        """Whether the clock of the machine is kept right by others."""

    def opening_after(self, moment: datetime) -> datetime | None:
        """Return the next planned opening; None where none is in reach."""


@dataclass(frozen=True, slots=True)
class Told:
    """The floor's time, how its clock stands now, and the step that it has taken of which a record is kept."""

    now: datetime
    steady: Steady
    step: timedelta = NONE


def tell(steady: Steady, reading: Reading, facts: Facts) -> Told:
    """Return what time it is on the floor by a reading of its machine's clocks."""
    now = steady.now(reading)
    if now is None:
        return _start(steady, reading, facts)
    if steady.doubt is not None:
        return Told(now, steady)
    lead = reading.lead_over(now - steady.ahead)
    if abs(lead) < NOTICED:
        return _together_again(Told(now, steady), reading, facts)
    if abs(lead) <= STEP:
        return _follow(steady, now, lead, facts)
    if not steady.shown and abs(reading.lead_over(now)) <= STEP:  # it was wrong, as a person said, and is right again
        return Told(now, replace(steady, ahead=NONE))
    if lead > NONE and facts.seq == steady.began and not facts.anybody_live() and facts.synchronised():
        told = _stepped(replace(steady, began=facts.seq + 1), now, lead)
        return replace(told, step=lead)
    return Told(now, replace(steady, doubt=Doubt(Why.STEP, now, whole_ms(reading.wall))))


def _stepped(steady: Steady, now: datetime, step: timedelta) -> Told:
    return Told(whole_ms(now + step), steady.stepped(step))


def _together_again(told: Told, reading: Reading, facts: Facts) -> Told:
    """End a difference that a person has stated: nobody is there whose age would shrink, and no event is later."""
    steady, last = told.steady, facts.last_at
    if steady.shown and (last is None or reading.wall >= last) and not facts.anybody_live():
        again = _stepped(replace(steady, ahead=NONE, shown=False), told.now, -steady.ahead)
        return replace(again, step=-steady.ahead)
    return told


def _follow(steady: Steady, now: datetime, lead: timedelta, facts: Facts) -> Told:
    """Take a small step, as far as this hour allows; one back waits for a moment that is behind no event."""
    lately = tuple(one for one in steady.followed if one.at > now - HOUR)
    left = STEP - sum((abs(one.step) for one in lately), NONE)
    step = max(-left, min(left, lead))
    if not step or (step < NONE and facts.last_at is not None and now + step < facts.last_at):
        return Told(now, steady)
    told = _stepped(steady, now, step)
    return replace(told, steady=replace(told.steady, followed=_with(lately, Followed(told.now, abs(step)))))


def _with(lately: tuple[Followed, ...], step: Followed) -> tuple[Followed, ...]:
    if lately and step.at - lately[-1].at < TOGETHER:
        return (*lately[:-1], Followed(step.at, lately[-1].step + step.step))
    return (*lately, step)


def _start(steady: Steady, reading: Reading, facts: Facts) -> Told:
    """Go on with a start of a machine that was not known: the only time when the wall clock is asked first."""
    last = facts.last_at
    if last is None:
        return _started(Steady(heard=steady.heard, decided=steady.decided), reading, reading.wall, facts)
    difference = steady.difference
    expected, steady = _expected(steady, reading, last, facts)
    ended = difference - steady.difference
    if steady.doubt is not None:
        return _started(steady, reading, max(expected, last), facts)
    why = _why_doubted(expected, last, facts)
    if why is None:
        told = _started(steady, reading, max(expected, last), facts)
        return replace(told, step=-ended) if ended else told
    went_on = last if steady.heard is None else max(last, steady.heard.at)
    doubted = replace(steady, doubt=Doubt(why, went_on, whole_ms(reading.wall)))
    return _started(doubted, reading, went_on, facts)


def _started(steady: Steady, reading: Reading, now: datetime, facts: Facts) -> Told:
    now = whole_ms(now)
    return Told(now, steady.started(reading, now, facts.seq))


def _why_doubted(expected: datetime, last: datetime, facts: Facts) -> Why | None:
    if expected < last - STEP:
        return Why.BEHIND
    opening = facts.opening_after(last)
    return Why.LATE if opening is not None and expected > opening and not facts.synchronised() else None


def _expected(steady: Steady, reading: Reading, last: datetime, facts: Facts) -> tuple[datetime, Steady]:
    """Return the floor's time by the wall clock of a machine that was just started.

    Where the wall clock was wrong before, it may have been set right meanwhile, or not: of the two times the one that
    follows the last event more closely.
    """
    wall = reading.wall
    if steady.shown and steady.doubt is None:
        apart = wall < last or facts.anybody_live()
        return (wall + steady.ahead, steady) if apart else (wall, replace(steady, ahead=NONE, shown=False))
    ahead = steady.ahead if steady.doubt is None else steady.doubt.at - steady.doubt.wall
    later = [moment for moment in (wall, wall + ahead) if moment >= last - STEP]
    expected = min(later, default=wall)
    right = steady.doubt is None and expected == wall
    return expected, replace(steady, ahead=NONE) if right else steady
