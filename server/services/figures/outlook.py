"""The manager's outlook: whose stay passes which limit, which line is the cause, and what one counter more would do."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain import counters
from server.domain import outlook as o
from server.domain.calling.ahead import Hall
from server.domain.calling.playing import Caller, Line
from server.domain.centre import CentreState
from server.domain.floor_ahead import FloorAhead, Present, StageAhead, Way
from server.domain.forecast import CounterNow, StageFacts, busy_since, hall_of
from server.domain.freezes import Moment
from server.domain.instants import to_iso
from server.domain.outlook import Passing, Sentence
from server.domain.plan.hours import in_hours
from server.domain.plan.plan import Plan
from server.domain.stranded import stranded
from server.domain.token.lifecycle import CounterState, StepState
from server.domain.token.spans import stay_at, waited_until
from server.domain.token.token import Token
from server.services.people.seats import officers_there
from server.services.setup.plans import plan_of, rule_on
from server.services.setup.rules import ClocksShape
from server.storage.sql import centres, line
from server.storage.sql.counters import counters_of
from server.storage.sql.tokens import open_tokens
from server.storage.transaction import Read

MINUTE = 60_000
GAIN_MIN = 5
"""An offer that gains less is none: opening a counter costs an officer."""
OFFERS_TRIED = 8
NOT_THERE = frozenset({"absent", "break", "equipment"})
"""Why a counter rests whose officer cannot open it now."""


There = Callable[[str | None], bool]
"""Tells whether the operator of a counter is there."""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """How many people will stay longer than the promise and than its breach."""

    promise: int
    breach: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The stage with the longest line: the minutes until the last who waits there now is called, None where nobody
    calls; the people in line, and its open counters.
    """

    stage: str
    wait_min: int | None
    waiting: int
    open: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A counter of the bottleneck whose officer is there, and the stay that one in ten exceeds, without and with it."""

    counter: str
    before_min: int
    after_min: int


@dataclass(frozen=True, slots=True)
class PersonAtRisk:
    """Somebody who will stay longer than the promise: minutes so far, and as expected in the end.

    `passes_at` is when their stay passes the promise, None when it has.
    """

    label: str
    stage: str
    stay_min: int
    expected_min: int
    passes_at: str | None


@dataclass(frozen=True, slots=True)
class StrandedPerson:
    """Somebody who waits at a stage for no counter that is open."""

    label: str
    stage: str


@dataclass(frozen=True, slots=True)
class OutlookView:
    """What the manager's page shows beside the floor: `limits` of a stay, `stranded` with the longest wait first."""

    now: str
    people: int
    sentence: Sentence
    at_risk: AtRisk
    limits: tuple[Passing, ...]
    bottleneck: Bottleneck | None
    offer: Offer | None
    people_at_risk: tuple[PersonAtRisk, ...]
    stranded: tuple[StrandedPerson, ...]


def outlook_of(read: Read, code: str, now: datetime, real: datetime | None = None) -> OutlookView:
    """Return the outlook of a centre now; raises UnknownCentre.

    `real` is the machine's time, by which sessions of staff end; without it whoever sits at a counter is there.
    """
    centre = centres.centre_by_code(read, code)
    clocks, floor = rule_on(read, centre.id, centre.today(now), ClocksShape), _floor(read, centre, now)
    ways = _play(floor)
    alone = _stranded(floor)
    told = o.sentence(ways, floor.plan.stages, Counter(t.step.stage for t in alone), clocks.promise_min, now)
    bottleneck = _bottleneck(floor, ways, told)
    limits = [o.passing(ways, minutes, now) for minutes in dict(clocks).values()]
    promise = o.passing(ways, clocks.promise_min, now).people
    return OutlookView(
        now=to_iso(now),
        people=len(ways),
        sentence=told,
        at_risk=AtRisk(promise, o.passing(ways, clocks.breach_min, now).people),
        limits=tuple(limits),
        bottleneck=bottleneck,
        offer=_offer(floor, ways, bottleneck, officers_there(read, centre.id, real)),
        people_at_risk=_at_risk(ways, clocks.promise_min, now),
        stranded=tuple(StrandedPerson(token.label, token.step.stage) for token in alone),
    )


@dataclass(frozen=True, slots=True)
class _Floor:
    """A centre as it stands at `now`: who is there, the counters, and each stage with what calls there."""

    centre: CentreState
    plan: Plan
    now: datetime
    present: Sequence[Token]
    desks: Sequence[counters.Counter]
    facts: Mapping[str, StageFacts]
    halls: Mapping[str, Hall]

    @property
    def waiting(self) -> list[Token]:
        """Those who wait, the longest wait first."""
        waits = (token for token in self.present if token.step.state is StepState.WAITING)
        return sorted(waits, key=lambda token: token.waiting.place)


def _floor(read: Read, centre: CentreState, now: datetime) -> _Floor:
    """Read a centre; who was called and absent is not there."""
    plan = plan_of(read, centre, centre.today(now))
    opens_at = centre.counters_open_at(plan.hours, now)
    present = [token for token in open_tokens(read, centre.id) if token.step.state is not StepState.MISSED]
    desks, passes, busy = counters_of(read, centre.id), line.passes_by_stage(read, centre.id), busy_since(present)
    facts = {
        code: StageFacts(
            waiting=[t.waiting for t in present if t.step.stage == code and t.step.state is StepState.WAITING],
            counts=(),
            counters=[
                CounterNow(d.id, d.operator, d.state, busy.get(d.id), d.back_at) for d in desks if d.stage == code
            ],
            passes=passes.get(code, {}),
            loads={},
        )
        for code in plan.stages
    }
    halls = {code: hall_of(plan, code, facts[code], centre.moment(now), opens_at) for code in plan.stages}
    return _Floor(centre, plan, now, present, desks, facts, halls)


def _play(floor: _Floor, more: Mapping[str, Hall] | None = None) -> list[Way]:
    """Return how everybody goes on, with other counters than now at some stages."""
    moment = floor.centre.moment(floor.now)
    halls = {**floor.halls, **(more or {})}
    stages = {
        code: StageAhead(hall, Line(floor.plan.calling, hall.kinds, floor.facts[code].passes, moment.age))
        for code, hall in halls.items()
    }
    return FloorAhead(stages, floor.now).play([_person(floor, token, moment) for token in floor.present])


def _person(floor: _Floor, token: Token, moment: Moment) -> Present:
    return Present(
        label=token.label,
        stage=token.step.stage,
        stay_min=stay_at(token, moment) / MINUTE,
        waiting=token.waiting,
        line_min=_line_min(token.step.state, token.step.until, floor.now),
        left_min=_left_min(token, moment, floor.plan.stages[token.step.stage].service_min),
        waited_min=waited_until(token.step, moment) / MINUTE,
        later=floor.plan.stages_left(token),
    )


def _left_min(token: Token, moment: Moment, usual: float) -> float:
    """Return the minutes for which somebody is still at a counter; of one who is parked there nobody knows."""
    begun = token.step.started_at or token.step.last_called
    if begun is None or token.step.state is StepState.HELD:
        return usual / 2
    return max(0.0, usual - moment.age(begun) / 60)


def _line_min(state: StepState, until: datetime | None, now: datetime) -> float | None:
    """Return in how many minutes somebody is in line at their stage, None for who is at a counter."""
    if state is StepState.WAITING:
        return 0.0
    if state is StepState.PAUSED and until is not None:
        return max(0.0, (until - now).total_seconds() / 60)
    return None


def _stranded(floor: _Floor) -> list[Token]:
    """Return those who wait for no counter that is open, nor for one that has only just closed."""
    in_them, found = in_hours(floor.plan.hours, floor.centre.wall(floor.now)), set[int]()
    for code, facts in floor.facts.items():
        desks = [desk for desk in floor.desks if desk.stage == code]
        alone = stranded(facts.waiting, floor.halls[code], desks, floor.plan, floor.now, in_hours=in_them)
        found |= {waiting.step for waiting in alone}
    return [token for token in floor.waiting if token.step.seq in found]


def _bottleneck(floor: _Floor, ways: Iterable[Way], told: Sentence) -> Bottleneck | None:
    """Return the stage that the sentence names, else the one with the longest line; none where nobody waits long."""
    lines = (_line_of(floor, code, ways) for code in floor.plan.stages)
    slow = [one for one in lines if one.waiting and _is_slow(floor, one)]
    named = [one for one in slow if one.stage == getattr(told.params, "stage", None)]
    return max(named or slow, key=lambda one: one.wait_min or 0, default=None)


def _line_of(floor: _Floor, stage: str, ways: Iterable[Way]) -> Bottleneck:
    here = [way for way in ways if way.person.stage == stage and way.person.line_min == 0]
    waits = [way.waits.get(stage) for way in here]
    opened = sum(desk.stage == stage and desk.state is CounterState.OPEN for desk in floor.desks)
    called = [wait for wait in waits if wait is not None]
    return Bottleneck(stage, round(max(called)) if called else None, len(here), opened)


def _is_slow(floor: _Floor, line_: Bottleneck) -> bool:
    return line_.wait_min is None or line_.wait_min > floor.plan.stages[line_.stage].service_min


def _offer(
    floor: _Floor, ways: Sequence[Way], jam: Bottleneck | None, there: Callable[[str | None], bool]
) -> Offer | None:
    """Return the counter of the bottleneck that would gain the most, None when none gains enough."""
    if jam is None:
        return None
    desks = [desk for desk in floor.desks if desk.stage == jam.stage and _could_open(desk, there)]
    before = o.p90_min(ways)
    offers = [Offer(desk.id, round(before), round(o.p90_min(_with(floor, desk)))) for desk in desks[:OFFERS_TRIED]]
    worth = [offer for offer in offers if offer.before_min - offer.after_min >= GAIN_MIN]
    return min(worth, key=lambda offer: offer.after_min, default=None)


def _could_open(desk: counters.Counter, there: There) -> bool:
    return desk.state is not CounterState.OPEN and desk.reason not in NOT_THERE and there(desk.operator)


def _with(floor: _Floor, desk: counters.Counter) -> list[Way]:
    """Return how everybody would go on if one counter more were open now."""
    hall, profile = floor.halls[desk.stage], floor.plan.profile(desk.id, desk.operator)
    callers = [*hall.callers, Caller(profile, 0.0)]
    return _play(floor, {desk.stage: Hall(callers, hall.profiles, hall.service_min)})


def _at_risk(ways: Iterable[Way], promise: int, now: datetime) -> tuple[PersonAtRisk, ...]:
    late = [way for way in ways if way.expected_min > promise]
    worst = sorted(late, key=lambda way: way.expected_min, reverse=True)
    return tuple(
        PersonAtRisk(
            way.person.label,
            way.person.stage,
            round(way.person.stay_min),
            round(way.expected_min),
            o.passes_at(way, promise, now),
        )
        for way in worst
    )
