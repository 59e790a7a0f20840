"""Cells: what happened in each quarter of an hour, by stage and class, counted from the events one by one.

A cell counts one thing: tokens given, ends, outcomes, or the values of a half-minute bin of a measure. A value is
counted in the quarter in which it ended: a wait at the first call, a service and a stay at the end. What an event adds
is the difference of the records before and after it, so that a correction moves a class, and an undo takes back exactly
what was counted.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
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


def counted(before: Token | None, event: Event, zone: ZoneInfo) -> Cells:
    """Return what an event adds to the cells, below zero what it takes away; `before` is the token before it.

    An undo adds the opposite of what the undone event did: ask for that one.
    """
    payload = event.payload
    if not isinstance(payload, TokenEvent):
        return Counter()
    after = payload.token
    cells = Counter([*_of_token(after, zone), *_of_step(after, after.step, zone)])
    if before is not None:
        cells.subtract([*_of_token(before, zone), *_of_step(before, before.step, zone)])
        if before.step.seq != after.step.seq:
            cells.update(_of_step(before, _left(before, after, event), zone))
    return cells


def _of_token(token: Token, zone: ZoneInfo) -> Iterator[Cell]:
    yield Cell(token.day, _quarter(token.issued_at, zone), WHOLE, token.klass, Measure.ISSUED)
    if token.ended_at is None:
        return
    at = _quarter(token.ended_at, zone)
    yield Cell(token.day, at, WHOLE, token.klass, Measure.END, token.ends.value)
    if (stay := stay_of(token)) is not None:
        yield Cell(token.day, at, WHOLE, token.klass, Measure.STAY, bin=_bin(stay))


def _of_step(token: Token, step: Step, zone: ZoneInfo) -> Iterator[Cell]:
    wait, service = wait_of(step), service_of(step)
    if wait is not None and step.first_called is not None:
        at = _quarter(step.first_called, zone)
        yield Cell(token.day, at, step.stage, token.klass, Measure.WAIT, bin=_bin(wait))
    if service is not None and step.ended_at is not None:
        at = _quarter(step.ended_at, zone)
        yield Cell(token.day, at, step.stage, token.klass, Measure.SERVICE, bin=_bin(service))
        if step.outcome is not None:
            yield Cell(token.day, at, step.stage, token.klass, Measure.OUTCOME, step.outcome)


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


def _quarter(moment: datetime, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    return (local.hour * 60 + local.minute) // QUARTER_MIN
