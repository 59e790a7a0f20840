"""Cells: what happened in each quarter of an hour, by stage and class, counted from the events one by one.

A cell counts one thing: tokens given, ends, outcomes, or the values of a half-minute bin of a measure. A token is given
on its own day; a value is counted when it ended, a wait at the first call, a service and a stay at the end: in that
quarter, on the business day that was open then. What an event adds is the difference of the records before and after
it, so that a correction moves a class, and an undo takes back exactly what was counted.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from server.domain.events.event import Event
from server.domain.events.kinds import TokenEvent
from server.domain.events.payloads import TokenCorrected, TokenFinished
from server.domain.figures.measures import service_of, stay_of, wait_of
from server.domain.frozen import changed
from server.domain.token.lifecycle import StepState
from server.domain.token.spans import SPAN_OF, spent
from server.domain.token.token import Step, Token

BIN_S = 30
QUARTER_MIN = 15
WHOLE = ""
"""The stage of what belongs to a whole stay."""


class Measure(StrEnum):
    """What a cell counts; waits, services and stays have a bin, ends and outcomes a name."""

    ISSUED = "issued"
    WAIT = "wait"
    SERVICE = "service"
    OUTCOME = "outcome"
    STAY = "stay"
    END = "end"


class Cell(NamedTuple):
    """A count's address: business day, quarter (0–95 of the centre's clock), stage, class, measure, name and bin."""

    day: date
    quarter: int
    stage: str
    klass: str
    measure: Measure
    name: str = ""
    bin: int = 0


Cells = Counter[Cell]


@dataclass(frozen=True, slots=True)
class Days:
    """The zone of a centre, and when its business days were opened, the first first."""

    zone: ZoneInfo
    opened: Sequence[tuple[datetime, date]]

    def on(self, moment: datetime, token: Token) -> date:
        """Return the day that was open at a moment, between two days the one before.

        What closes a day in the act that opens the next has the moment of the opening, and is of the day before. Before
        days had openings (release 0.1) it is the day of the token.
        """
        place = bisect_left(self.opened, moment, key=itemgetter(0))
        return self.opened[place - 1][1] if place else token.day

    def quarter(self, moment: datetime) -> int:
        """Return the quarter of the centre's clock, 0–95."""
        local = moment.astimezone(self.zone)
        return (local.hour * 60 + local.minute) // QUARTER_MIN

    def when(self, moment: datetime, token: Token) -> tuple[date, int]:
        """Return the day and the quarter of a moment in the life of a token."""
        return self.on(moment, token), self.quarter(moment)


def counted(before: Token | None, event: Event, days: Days) -> Cells:
    """Return what an event adds to the cells, below zero what it takes away; `before` is the token before it.

    An undo adds the opposite of what the undone event did: ask for that one.
    """
    payload = event.payload
    if not isinstance(payload, TokenEvent):
        return Counter()
    after = payload.token
    cells = Counter([*_of_token(after, days), *_of_step(after, after.step, days)])
    if before is not None:
        cells.subtract([*_of_token(before, days), *_of_step(before, before.step, days)])
        if before.step.seq != after.step.seq:
            cells.update(_of_step(before, _left(before, after, event), days))
    return cells


def _of_token(token: Token, days: Days) -> Iterator[Cell]:
    yield Cell(token.day, days.quarter(token.issued_at), WHOLE, token.klass, Measure.ISSUED)
    if token.ended_at is None:
        return
    at = days.when(token.ended_at, token)
    yield Cell(*at, WHOLE, token.klass, Measure.END, token.ends.value)
    if (stay := stay_of(token)) is not None:
        yield Cell(*at, WHOLE, token.klass, Measure.STAY, bin=_bin(stay))


def _of_step(token: Token, step: Step, days: Days) -> Iterator[Cell]:
    wait, service = wait_of(step), service_of(step)
    if wait is not None and step.first_called is not None:
        at = days.when(step.first_called, token)
        yield Cell(*at, step.stage, token.klass, Measure.WAIT, bin=_bin(wait))
    if service is not None and step.ended_at is not None:
        at = days.when(step.ended_at, token)
        yield Cell(*at, step.stage, token.klass, Measure.SERVICE, bin=_bin(service))
        if step.outcome is not None:
            yield Cell(*at, step.stage, token.klass, Measure.OUTCOME, step.outcome)


def _left(before: Token, after: Token, event: Event) -> Step:
    """Return a step as it was closed by an event that led elsewhere; the event holds the next step only."""
    step, outcome = before.step, event.payload.outcome if isinstance(event.payload, TokenFinished) else None
    served = step.state is StepState.SERVING and not isinstance(event.payload, TokenCorrected)
    state = StepState.DONE if served else StepState.SKIPPED
    # What the stay has grown by is the whole step; what its sums do not hold yet was spent in its last state.
    last = after.stayed - before.stayed - spent(step)
    span = SPAN_OF.get(step.state)
    spans = {} if span is None else {span: getattr(step, span) + last}
    return changed(step, state=state, ended_at=event.at, outcome=outcome, **spans)


def _bin(value: timedelta) -> int:
    """Return the half-minute bin; a clock that was put back makes no value less than nothing."""
    return max(0, value // timedelta(seconds=BIN_S))
