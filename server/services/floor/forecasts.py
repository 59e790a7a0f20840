"""What somebody is told of their turn, from the rows of their stage by one statement."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.calling.ahead import Queue
from server.domain.centre import CentreState
from server.domain.forecast import Forecast, HallFacts, LineFacts, forecast, hall_of, stage_facts, turn_of
from server.domain.plan.plan import Plan
from server.domain.token.token import Step, Token
from server.storage.known_floor import KnownFloor, KnownLine
from server.storage.sql import line
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The forecast of a token, and how many at its stage are older."""

    forecast: Forecast
    older: int


def foresee(
    read: Read, centre: CentreState, plan: Plan, step: Step, now: datetime, known: KnownFloor | None = None
) -> Callable[[Token], Foreseen]:
    """Ask for the stage of a step, and return what foretells the turn of its token.

    Asked before the step is written, so that the next statement need not wait for the answer. What is `known`
    already is not asked for; what is asked for is added to it.
    """
    opens_at, moment = centre.counters_open_at(plan.hours, now), centre.moment(now)
    known = KnownFloor() if known is None else known
    here = _line(read, centre, step, known)
    calling = _hall(read, centre, step.stage, known, planned=opens_at is not None)

    def foreseen(token: Token) -> Foreseen:
        facts, waiting = stage_facts(here(), calling()), token.waiting
        hall = hall_of(plan, step.stage, facts, moment, opens_at)
        turn = turn_of(waiting, hall, facts, plan, moment)
        counts = facts.counts or Queue(facts.waiting).counts(waiting)
        told = shown(centre, forecast(plan, token, turn, facts.loads, hall))
        return Foreseen(told, sum(count.older for count in counts))

    return foreseen


def _line(read: Read, centre: CentreState, step: Step, known: KnownFloor) -> Callable[[], LineFacts]:
    """Ask who waits where a step will, unless it is known, and return what returns it."""
    told = known.lines.get(step.stage)
    if told is not None and told.tells(step):
        return lambda: told.facts
    answer = line.in_line(read, centre.id, step)

    def asked() -> LineFacts:
        facts = answer()
        if all(count.older == count.waiting for count in facts.counts):
            known.lines[step.stage] = KnownLine(facts, (step.since, step.seq))
        return facts

    return asked


def _hall(read: Read, centre: CentreState, stage: str, known: KnownFloor, *, planned: bool) -> Callable[[], HallFacts]:
    """Ask which counters call at a stage, unless it is known, and return what returns it."""
    key = stage, planned
    told = known.halls.get(key)
    if told is not None:
        return lambda: told
    answer = line.hall(read, centre.id, stage, planned=planned)
    return lambda: known.halls.setdefault(key, answer())


def foretold(read: Read, centre: CentreState, plan: Plan, token: Token, now: datetime) -> Forecast:
    """Return what somebody who waits is told of their turn as it stands."""
    return foresee(read, centre, plan, token.step, now)(token).forecast


def shown(centre: CentreState, told: Forecast) -> Forecast:
    """Return a forecast with the time that people are shown."""
    return told if told.opens_at is None else replace(told, opens_at=centre.wall(told.opens_at))
