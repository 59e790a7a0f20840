"""The manager's outlook: who will stay too long, where they are held up, and what one counter more would do."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain import counters
from server.domain.calling.ahead import Queue
from server.domain.freezes import Moment
from server.domain.instants import to_iso
from server.domain.outlook import (
    Outlook,
    Person,
    Sentence,
    StageLoad,
    project,
    sentence,
    with_one_more,
)
from server.domain.plan.plan import Plan
from server.domain.token.lifecycle import CounterState, StepState
from server.domain.token.spans import stay_at
from server.domain.token.token import Token
from server.services.setup.plans import plan_of, rule_on
from server.services.setup.rules import ClocksShape
from server.storage.sql import centres
from server.storage.sql.counters import counters_of
from server.storage.sql.tokens import open_tokens
from server.storage.transaction import Read

PEOPLE = 50
MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class AtRisk:
    """How many people will stay longer than the promise and than its breach."""

    promise: int
    breach: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The stage that holds people up: minutes until its whole line is called, the line, and its open counters."""

    stage: str
    wait_min: int
    waiting: int
    open: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A closed counter of the bottleneck, and the stay that one in ten exceeds, without and with it."""

    counter: str
    before_min: int
    after_min: int


@dataclass(frozen=True, slots=True)
class PersonAtRisk:
    """Somebody who will stay longer than the promise: minutes so far, and as expected in the end."""

    label: str
    stage: str
    stay_min: int
    expected_min: int


@dataclass(frozen=True, slots=True)
class OutlookView:
    """What the manager's page shows beside the floor."""

    now: str
    people: int
    sentence: Sentence
    at_risk: AtRisk
    bottleneck: Bottleneck | None
    offer: Offer | None
    people_at_risk: tuple[PersonAtRisk, ...]


def outlook_of(read: Read, code: str, now: datetime) -> OutlookView:
    """Return the outlook of a centre now; raises UnknownCentre."""
    centre = centres.centre_by_code(read, code)
    day = centre.day(now)
    plan, clocks = plan_of(read, centre, day), rule_on(read, centre.id, day, ClocksShape)
    present = [token for token in open_tokens(read, centre.id) if token.step.state is not StepState.MISSED]
    floor = counters_of(read, centre.id)
    loads, people = _loads(plan, present, floor), _people(plan, present, centre.moment(now))
    ahead, promise = project(loads, people), clocks.promise_min
    return OutlookView(
        now=to_iso(now),
        people=len(people),
        sentence=sentence(ahead, promise, now),
        at_risk=AtRisk(ahead.beyond(promise), ahead.beyond(clocks.breach_min)),
        bottleneck=_bottleneck(ahead),
        offer=_offer(ahead, loads, people, floor),
        people_at_risk=_at_risk(ahead, promise),
    )


def _loads(plan: Plan, present: Iterable[Token], floor: Iterable[counters.Counter]) -> dict[str, StageLoad]:
    waiting = Counter(token.step.stage for token in present if token.step.state is StepState.WAITING)
    opened = Counter(counter.stage for counter in floor if counter.state is CounterState.OPEN)
    return {
        stage.code: StageLoad(stage.code, waiting[stage.code], opened[stage.code], stage.service_min)
        for stage in plan.stages.values()
    }


def _people(plan: Plan, present: Sequence[Token], moment: Moment) -> list[Person]:
    waits = [token for token in present if token.step.state is StepState.WAITING]
    queues = {
        code: Queue((t.waiting for t in waits if t.step.stage == code), plan.calling.protected) for code in plan.stages
    }
    people = []
    for token in sorted(present, key=lambda t: (t.klass not in plan.calling.protected, t.waiting.place)):
        ahead = queues[token.step.stage].ahead(token.waiting) if token.step.state is StepState.WAITING else None
        stay = stay_at(token, moment) / MINUTE
        people.append(Person(token.label, token.step.stage, stay, ahead, plan.stages_left(token)))
    return people


def _bottleneck(ahead: Outlook) -> Bottleneck | None:
    load = ahead.bottleneck
    return None if load is None else Bottleneck(load.code, round(load.line_min), load.waiting, load.open)


def _offer(
    ahead: Outlook, loads: Mapping[str, StageLoad], people: Sequence[Person], floor: Iterable[counters.Counter]
) -> Offer | None:
    """Return what a counter of the bottleneck that is not open would change, None when there is none."""
    if ahead.bottleneck is None:
        return None
    closed = (counter for counter in floor if counter.state is not CounterState.OPEN)
    spare = next((counter for counter in closed if counter.stage == ahead.bottleneck.code), None)
    if spare is None:
        return None
    after = project(with_one_more(loads, spare.stage), people)
    return Offer(spare.id, round(ahead.p90_min), round(after.p90_min))


def _at_risk(ahead: Outlook, promise_min: float) -> tuple[PersonAtRisk, ...]:
    return tuple(
        PersonAtRisk(stay.person.label, stay.person.stage, round(stay.person.stay_min), round(stay.expected_min))
        for stay in ahead.people[:PEOPLE]
        if stay.expected_min > promise_min
    )
