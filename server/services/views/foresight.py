"""The turns of all who wait at a stage, foreseen at once and kept for those who ask."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter

from server.domain.calling.ahead import Hall, Queue, play
from server.domain.calling.lane import Waiting
from server.domain.calling.playing import Line
from server.domain.calling.wait import Turn
from server.domain.events.payloads import CounterFacts
from server.domain.forecast import ANYTHING, CounterNow, Forecast, Load, StageFacts, busy_since, forecast, hall_of
from server.domain.plan.hours import in_hours
from server.domain.stranded import stranded
from server.domain.token.lifecycle import AT_COUNTER, CounterState, StepState
from server.domain.token.token import Token
from server.services.floor.forecasts import shown
from server.services.views.floor import Floor, StageNow
from server.storage.sql import counters, line
from server.storage.transaction import Read

MOST_PLAYED = 1000
FRESH = timedelta(seconds=10)
"""So long a foresight is told although nothing happens: time alone brings turns nearer."""
LONG_S, REST = 0.005, timedelta(seconds=0.5)
"""What takes longer to compute is not computed again for a while, whatever happens: at most twice a second."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """The turns of a stage, by step, as they were foreseen at a moment after event `seq`; `rests_until` is no time of
    a centre but the machine's own.
    """

    seq: int
    at: datetime
    hall: Hall
    queue: Queue
    steps: frozenset[int]
    turns: Mapping[int, Turn]
    loads: Mapping[str, Load]
    rests_until: float

    def holds(self, seq: int, now: datetime) -> bool:
        """Whether it is still told after event `seq`, at `now`."""
        if perf_counter() < self.rests_until:
            return True
        return self.seq == seq and self.at <= now < self.at + FRESH

    def of(self, floor: Floor, token: Token) -> Forecast:
        """Return what is told of the turn of somebody who waits."""
        waiting, plan = token.waiting, floor.plan
        turn = self.turns.get(waiting.step)
        if turn is None:
            turn = self.hall.by_age(waiting.lane, self.queue.counts(waiting), plan.calling.protected)
        return shown(floor.centre, forecast(plan, token, turn, self.loads, self.hall))


def foresee_stage(read: Read, floor: Floor, stage: StageNow, now: datetime) -> Foresight:
    """Return the turns of all who wait at a stage."""
    begin, moment, plan = perf_counter(), floor.centre.moment(now), floor.plan
    opens_at = floor.centre.counters_open_at(plan.hours, now)
    facts = _facts(read, floor, stage, planned=opens_at is not None)
    hall = hall_of(plan, stage.code, facts, moment, opens_at)
    played = Line(plan.calling, hall.kinds, facts.passes, moment.age)
    for waiting in facts.waiting:
        played.join(waiting)
    turns, end = play(played, hall, MOST_PLAYED), perf_counter()
    rests_until = end + REST.total_seconds() if end - begin > LONG_S else 0.0
    steps = frozenset(waiting.step for waiting in facts.waiting)
    return Foresight(floor.centre.event_seq, now, hall, Queue(facts.waiting), steps, turns, facts.loads, rests_until)


def stranded_at(read: Read, floor: Floor, stage: StageNow, now: datetime) -> list[Waiting]:
    """Return who waits at a stage for no counter that is open; those whom an open one takes are not looked at."""
    plan = floor.plan
    calling = [c.id for c in floor.counters.values() if c.stage == stage.code and c.state is CounterState.OPEN]
    taking = {plan.profiles.get(counter, ANYTHING) for counter in calling}
    doubtful = [w for w in stage.waiting if not any(profile.takes(w.lane) for profile in taking)]
    if not doubtful:
        return []
    opens_at = floor.centre.counters_open_at(plan.hours, now)
    facts = replace(_facts(read, floor, stage, planned=opens_at is not None), waiting=doubtful)
    hall = hall_of(plan, stage.code, facts, floor.centre.moment(now), opens_at)
    desks = [desk for desk in counters.counters_of(read, floor.centre.id) if desk.stage == stage.code]
    return stranded(doubtful, hall, desks, plan, now, in_hours=in_hours(plan.hours, floor.centre.wall(now)))


def _facts(read: Read, floor: Floor, stage: StageNow, *, planned: bool) -> StageFacts:
    sitting = counters.operators_of(read, floor.centre.id)
    here = [counter for counter in floor.counters.values() if counter.stage == stage.code]
    busy = busy_since(stage.tokens)
    return StageFacts(
        waiting=stage.waiting,
        counts=(),
        counters=[
            CounterNow(counter.id, sitting.get(counter.id), counter.state, busy.get(counter.id), counter.back_at)
            for counter in here
        ],
        passes=line.passes_by_stage(read, floor.centre.id).get(stage.code, {}),
        loads=_loads(floor.plan.stages, floor.tokens.values(), floor.counters.values(), planned=planned),
    )


def _loads(
    stages: Iterable[str], tokens: Iterable[Token], desks: Iterable[CounterFacts], *, planned: bool
) -> Mapping[str, Load]:
    """Return how many wait, are served and call at each stage."""
    waiting, served = Counter[str](), Counter[str]()
    for token in tokens:
        waiting[token.step.stage] += token.step.state is StepState.WAITING
        served[token.step.stage] += token.step.state in AT_COUNTER
    calling = {CounterState.OPEN, CounterState.CLOSED} if planned else {CounterState.OPEN}
    callers = Counter(counter.stage for counter in desks if counter.state in calling)
    return {stage: Load(waiting[stage], served[stage], callers[stage]) for stage in stages}
