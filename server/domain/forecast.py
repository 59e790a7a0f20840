"""What somebody is told of their turn: how many are called before, the wait for this stage, and the whole visit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from server.domain.calling.ahead import MOST_CALLS, Hall, LaneCount, Queue, turn_in
from server.domain.calling.lane import Waiting
from server.domain.calling.playing import Caller, Line
from server.domain.calling.profile import Profile
from server.domain.calling.wait import NOBODY_CALLS, Turn, WaitRange, visit_range, wait_range, with_wait
from server.domain.freezes import Moment
from server.domain.plan.plan import Plan
from server.domain.token.lifecycle import AT_COUNTER, CounterState
from server.domain.token.token import Token


class CounterNow(NamedTuple):
    """A counter as it stands: who sits there, since when somebody is with it, and when one that pauses is back."""

    id: str
    operator: str | None
    state: CounterState
    busy_since: datetime | None
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """How many wait at a stage, how many are at its counters, and how many of these call."""

    waiting: int
    served: int
    callers: int


@dataclass(frozen=True, slots=True)
class HallFacts:
    """What calls at a stage: its counters that call or will, and the passes of each group of them.

    Of all stages `served` tells how many are at their counters, and `callers` how many of these call.
    """

    counters: Sequence[CounterNow]
    passes: Mapping[str, int]
    served: Mapping[str, int]
    callers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LineFacts:
    """Who waits at a stage, where they are many only counted, and how many at each of the others."""

    waiting: Sequence[Waiting]
    counts: Sequence[LaneCount]
    elsewhere: Mapping[str, int]


def with_one_more(line: LineFacts, waiting: Waiting) -> LineFacts | None:
    """Return a line that somebody has joined, as it is told to those behind them; who comes is behind all others.

    None where they are too many now to be told one by one.
    """
    if not line.counts:
        everybody = (*line.waiting, waiting)
        return replace(line, waiting=everybody) if len(everybody) <= MOST_CALLS else None
    counts = {count.lane: count for count in line.counts}
    before = counts.get(waiting.lane)
    number = 1 if before is None else before.waiting + 1
    counts[waiting.lane] = LaneCount(waiting.lane, number, number)
    return replace(line, counts=tuple(counts.values()))


def with_one_more_at(line: LineFacts, stage: str) -> LineFacts:
    """Return a line while somebody has joined that of another stage."""
    return replace(line, elsewhere={**line.elsewhere, stage: line.elsewhere.get(stage, 0) + 1})


@dataclass(frozen=True, slots=True)
class StageFacts:
    """A stage as it stands: who waits there (where they are many only counted), and the counters that call or will.

    `passes` are those of each group of counters, `loads` tell of all stages.
    """

    waiting: Sequence[Waiting]
    counts: Sequence[LaneCount]
    counters: Sequence[CounterNow]
    passes: Mapping[str, int]
    loads: Mapping[str, Load]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What somebody is told: the calls before theirs at `stage`, the wait there, and the whole visit.

    `opens_at` is when the first counter that may take them opens, None when one calls already or none will.
    """

    stage: str
    ahead: int
    wait: WaitRange
    visit: WaitRange = NOBODY_CALLS
    opens_at: datetime | None = None


def stage_facts(line: LineFacts, hall: HallFacts) -> StageFacts:
    """Return a stage as it stands by its line and its hall; how many wait at the stage itself no load tells."""
    served, callers = hall.served, hall.callers
    loads = {code: Load(n, served.get(code, 0), callers.get(code, 0)) for code, n in line.elsewhere.items()}
    return StageFacts(line.waiting, line.counts, hall.counters, hall.passes, loads)


def busy_since(tokens: Iterable[Token]) -> dict[str, datetime]:
    """Return since when somebody is with each counter that has somebody, the helpers of a party too."""
    at_counters = [token.step for token in tokens if token.step.state in AT_COUNTER]
    return {
        counter: step.started_at or step.last_called or step.entered_at
        for step in at_counters
        for counter in (step.counter, *step.beside)
        if counter is not None
    }


def hall_of(plan: Plan, stage: str, facts: StageFacts, moment: Moment, opens_at: datetime | None) -> Hall:
    """Return the counters of a stage that call or will; those that are closed from `opens_at`, if that is planned."""
    service_min = plan.stages[stage].service_min
    named = {waiting.lane.only for waiting in facts.waiting} | {count.lane.only for count in facts.counts}

    named.discard("")
    callers: list[Caller] = []
    free: dict[int, Caller] = {}
    profiles, nobody_named, is_open = plan.profiles, not named, CounterState.OPEN
    for counter in facts.counters:
        id_, operator, state, busy, _ = counter
        if nobody_named or (id_ not in named and operator not in named):
            profile = profiles.get(id_, ANYTHING)
        else:
            profile = plan.profile(id_, operator)
        if state is is_open and busy is None:
            # One for all with a profile: they are most of a large hall, and to make it costs more than the rest.
            callers.append(free.get(id(profile)) or free.setdefault(id(profile), Caller(profile, 0.0)))
            continue
        opens = _opens_at(counter, moment.now, opens_at)
        if opens is not None or state is is_open:
            callers.append(Caller(profile, _free_min(counter, opens, moment, service_min), opens))
    return Hall(callers, profiles.values(), service_min)


ANYTHING = Profile("")
"""The profile of counters without one of their own."""
LATE_BACK = timedelta(minutes=10)
"""A counter that is later than that is no longer expected back."""


def _opens_at(counter: CounterNow, now: datetime, opens_at: datetime | None) -> datetime | None:
    """Return when a counter that does not call is expected to; None for one that calls, or is not expected."""
    if counter.state is CounterState.CLOSED:
        return opens_at
    if counter.state is CounterState.OPEN or counter.back_at is None or now - counter.back_at > LATE_BACK:
        return None
    return counter.back_at


def _free_min(counter: CounterNow, opens: datetime | None, moment: Moment, service_min: float) -> float:
    """Return in how many minutes a counter can call: now if idle, else when its service usually ends, else planned."""
    if opens is not None:
        return max(0.0, (opens - moment.now).total_seconds() / 60)
    if counter.busy_since is None:
        return 0.0
    return max(0.0, service_min - moment.age(counter.busy_since) / 60)


def turn_of(waiting: Waiting, hall: Hall, facts: StageFacts, plan: Plan, moment: Moment) -> Turn:
    """Return the turn of somebody who waits at a stage, or who is about to."""
    others = [other for other in facts.waiting if other.step != waiting.step]
    if hall.taking(waiting.lane) and not facts.counts:
        line = Line(plan.calling, hall.kinds, facts.passes, moment.age)
        for one in (*others, waiting):
            line.join(one)
        turn = None if line.in_order_of_age else turn_in(line, hall, waiting, MOST_CALLS + 1)
        if turn is not None:
            return turn
    counts = facts.counts or Queue(others).counts(waiting)
    return hall.by_age(waiting.lane, counts, plan.calling.protected)


def forecast(plan: Plan, token: Token, turn: Turn, loads: Mapping[str, Load], hall: Hall) -> Forecast:
    """Return what somebody is told of their turn."""
    stage = plan.stages[token.step.stage]
    opening = [hall.callers[n].opens_at for n in hall.taking(token.lane)]
    later = [opens for opens in opening if opens is not None]
    opens_at = min(later) if later and len(later) == len(opening) else None
    wait = wait_range(turn, stage.service_min)
    visit = with_wait(_visit(plan, token, turn, loads), wait, stage.service_min)
    return Forecast(stage.code, turn.ahead, wait, visit, opens_at)


def _visit(plan: Plan, token: Token, turn: Turn, loads: Mapping[str, Load]) -> WaitRange:
    """Return the minutes until the end of the visit.

    At each later stage those stand before somebody who wait there now, and all who are on the way there before them.
    """
    if turn.minutes is None:
        return NOBODY_CALLS
    service_min = plan.stages[token.step.stage].service_min
    minutes, services = turn.minutes + service_min, [service_min]
    before = 0 if token.klass in plan.calling.protected else turn.ahead + loads[token.step.stage].served
    for code in plan.stages_left(token):
        load, usual = loads[code], plan.stages[code].service_min
        if not load.callers:
            return NOBODY_CALLS
        line = before + load.waiting if token.klass not in plan.calling.protected else 0
        work = line * usual + load.served * usual / 2
        minutes += max(0.0, work / load.callers - minutes) + usual
        services.append(usual)
        before += load.waiting + load.served
    return visit_range(minutes, services)
