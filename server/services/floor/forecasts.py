"""What somebody is told of their turn, from the rows of their stage by one statement."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.calling.ahead import Queue
from server.domain.centre import CentreState
from server.domain.forecast import Forecast, HallFacts, forecast, hall_of, stage_facts, turn_of
from server.domain.plan.plan import Plan
from server.domain.token.token import Step, Token
from server.storage.halls import Halls
from server.storage.sql import line
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The forecast of a token, and how many at its stage are older."""

    forecast: Forecast
    older: int


def foresee(
    read: Read, centre: CentreState, plan: Plan, step: Step, now: datetime, halls: Halls | None = None
) -> Callable[[Token], Foreseen]:
    """Ask for the stage of a step, and return what foretells the turn of its token.

    Asked before the step is written, so that the next statement need not wait for the answer. `halls` are those that
    are known already, to which this one is added.
    """
    opens_at, moment = centre.counters_open_at(plan.hours, now), centre.moment(now)
    here = line.in_line(read, centre.id, step)
    calling = _hall(read, centre, step.stage, {} if halls is None else halls, planned=opens_at is not None)

    def foreseen(token: Token) -> Foreseen:
        facts, waiting = stage_facts(here(), calling()), token.waiting
        hall = hall_of(plan, step.stage, facts, moment, opens_at)
        turn = turn_of(waiting, hall, facts, plan, moment)
        counts = facts.counts or Queue(facts.waiting).counts(waiting)
        told = shown(centre, forecast(plan, token, turn, facts.loads, hall))
        return Foreseen(told, sum(count.older for count in counts))

    return foreseen


def _hall(read: Read, centre: CentreState, stage: str, halls: Halls, *, planned: bool) -> Callable[[], HallFacts]:
    """Ask which counters call at a stage, unless it is known, and return what returns it."""
    key = stage, planned
    known = halls.get(key)
    if known is not None:
        return lambda: known
    answer = line.hall(read, centre.id, stage, planned=planned)
    return lambda: halls.setdefault(key, answer())


def foretold(read: Read, centre: CentreState, plan: Plan, token: Token, now: datetime) -> Forecast:
    """Return what somebody who waits is told of their turn as it stands."""
    return foresee(read, centre, plan, token.step, now)(token).forecast


def shown(centre: CentreState, told: Forecast) -> Forecast:
    """Return a forecast with the time that people are shown."""
    return told if told.opens_at is None else replace(told, opens_at=centre.wall(told.opens_at))
