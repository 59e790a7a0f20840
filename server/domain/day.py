"""The business day of a centre: when it is over, whether it goes on into the next, and how it may be closed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.domain.plan.hours import Hours
from server.domain.token.lifecycle import StepState

LIVE = frozenset({StepState.WAITING, StepState.CALLED, StepState.SERVING, StepState.HELD, StepState.PAUSED})
"""The states of somebody who is here: whoever was called and did not come is not."""
ASK_BEFORE = timedelta(minutes=30)
ASK_AGAIN_BEFORE = timedelta(minutes=10)
OPEN_AT_LEAST = timedelta(minutes=60)
MISSED_STAYS = timedelta(minutes=60)
"""For how long the day waits for somebody who was missed."""


class Then(StrEnum):
    """What becomes of people who are still here when a day is closed."""

    END = "end"
    CARRY_OVER = "carry_over"
    GOES_ON = "goes_on"


@dataclass(frozen=True, slots=True)
class OpenDay:
    """The day that is open, since when, and until when people are served although its hours are over."""

    day: date
    opened_at: datetime
    serve_until: datetime | None

    def planned_close(self, hours: Hours) -> datetime:
        """Return when the day is over as planned: at its closing time, or later when it was opened late."""
        return max(hours.end(self.day, hours.closes), self.opened_at + OPEN_AT_LEAST)

    def closes_at(self, hours: Hours) -> datetime:
        """Return when the day is over: as planned, or later when it was lengthened."""
        planned = self.planned_close(hours)
        return planned if self.serve_until is None else max(planned, self.serve_until)

    def takes_walk_ins(self, hours: Hours, wall: datetime) -> bool:
        """Whether somebody without an appointment may still come: a day that is lengthened takes nobody at its end."""
        return self.serve_until is None or wall < self.planned_close(hours) - ASK_BEFORE

    def asks_from(self, hours: Hours) -> datetime:
        """Return from when a person is asked what becomes of those who are still here."""
        return self.closes_at(hours) - (ASK_BEFORE if self.serve_until is None else ASK_AGAIN_BEFORE)


def goes_on(hours: Hours, day: date, following: Hours) -> bool:
    """Whether a day runs into the next without a break, as at a police station; `following` are the hours then."""
    morrow = day + timedelta(days=1)
    works = hours.works_on(day) and following.works_on(morrow)
    return works and hours.end(day, hours.closes) >= following.instant(morrow, following.opens)
