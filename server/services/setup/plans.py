"""The plan of a centre, read from its rows once for each version and day."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import TypeVar

from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.centre import CentreState
from server.domain.day import goes_on
from server.domain.errors import Unavailable
from server.domain.json import JsonObject
from server.domain.notice import Cause
from server.domain.plan.booked import BookedRule
from server.domain.plan.hours import hours_of
from server.domain.plan.plan import FloorRules, Plan, Service, Stage
from server.domain.plan.series import Series
from server.domain.plan.slots import SlotRules
from server.domain.token.route import Outcome
from server.services.setup.rules import (
    BOOKINGS,
    NEEDS,
    PROFILES,
    WHEN_ABSENT,
    CallingShape,
    FloorShape,
    HoursShape,
    MissedShape,
    ProfileShape,
    SlipShape,
    SlotsShape,
    adapter_of,
    kind_of,
)
from server.services.setup.shapes import OutcomeShape
from server.storage.sql import setup
from server.storage.sql.setup import PartRow
from server.storage.transaction import Read, Transaction
from server.wording.causes import usual_causes

_PLANS_KEPT = 512
Rule = TypeVar("Rule")


def plan_of(read: Read, centre: CentreState, day: date) -> Plan:
    """Return the plan in force at `centre` on `day`; kept until the centre's plan version changes.

    Raises Unavailable where the set-up says nothing of that day.
    """
    # With the epoch: after a restore the same version number may be another plan.
    key = (centre.epoch, centre.plan_version, day)
    plan = _kept().get(key)
    if plan is None:
        plan = _load(read, centre, day)
        if len(_kept()) >= _PLANS_KEPT:
            # The oldest: emptied whole, many centres would load theirs each round. Another thread may have been first.
            _kept().pop(next(iter(tuple(_kept()))), None)
        _kept()[key] = plan
    return plan


def plan_now(tx: Transaction) -> Plan:
    """Return the plan in force in a command."""
    return plan_of(tx.conn, tx.centre, tx.today)


def runs_on(read: Read, centre: CentreState, day: date) -> bool:
    """Whether a day runs into the next without a break."""
    hours, following = (plan_of(read, centre, each).hours for each in (day, day + timedelta(days=1)))
    return goes_on(hours, day, following)


@lru_cache(maxsize=1)
def _kept() -> dict[tuple[str, int, date], Plan]:
    return {}


def _load(read: Read, centre: CentreState, day: date) -> Plan:
    own = Own(centre.timezone, centre.day_start, tuple(centre.languages))
    parts, bodies = partial(setup.part_rows, read, centre.id), partial(setup.policy_body, read, centre.id)
    with _in_words():
        return plan_from(own, parts, bodies, day)


@dataclass(frozen=True, slots=True)
class Own:
    """What a set-up says of the centre itself."""

    timezone: str
    day_start: str
    languages: tuple[str, ...]


Parts = Callable[[str], Sequence[PartRow]]
"""The rows of a part of a set-up."""
Bodies = Callable[[str, date], JsonObject | None]
"""The body of the rule of a kind that holds on a day, None when there is none."""


def plan_from(own: Own, parts: Parts, bodies: Bodies, day: date) -> Plan:
    """Return the plan that a set-up has on a day: as its rows stand, or as a version of it was kept."""

    def rule(shape: type[Rule]) -> Rule:
        return _rule_of(shape, bodies(kind_of(shape), day), day)

    return Plan(
        languages=own.languages,
        stages={row.code: _stage(row) for row in parts("stages")},
        routes={row.code: tuple(row.stages) for row in parts("routes")},
        services={row.code: Service(row.code, row.name, row.icon, row.route, row.series) for row in parts("services")},
        series={row.letter: Series(row.letter, row.first, row.last, row.overflow) for row in parts("series")},
        needs={code: need.series for code, need in rule(NEEDS).items()},
        calling=_calling(rule(CallingShape)),
        profiles={counter: _profile(counter, profile) for counter, profile in rule(PROFILES).items()},
        floor=_floor(rule(MissedShape), rule(FloorShape)),
        hours=hours_of(own.timezone, own.day_start, rule(HoursShape).model_dump(mode="json")),
        slots=SlotRules(**dict(rule(SlotsShape))),
        slip_help=rule(SlipShape).help,
        bookings={code: BookedRule(row.booked, row.pattern) for code, row in rule(BOOKINGS).items()},
        former_needs=_former_needs(parts("policies"), day),
    )


def rule_on(read: Read, centre_id: int, day: date, shape: type[Rule]) -> Rule:
    """Return the rule of a shape in force on a day, with what it leaves out filled in; raises Unavailable."""
    with _in_words():
        return _rule_of(shape, setup.policy_body(read, centre_id, kind_of(shape), day), day)


@contextmanager
def _in_words() -> Iterator[None]:
    """Let a set-up that says nothing of a day be a refusal, in words."""
    try:
        yield
    except LookupError as missing:
        raise Unavailable(str(missing)) from missing


def _rule_of(shape: type[Rule], body: JsonObject | None, day: date) -> Rule:
    kind = kind_of(shape)
    kept = WHEN_ABSENT.get(kind) if body is None else body
    if kept is None:
        raise LookupError(f"The set-up of this centre says nothing of {day:%d-%m-%Y}: {kind}.")
    return adapter_of(shape).validate_python(_of_today(kind, kept))


def _former_needs(policies: Sequence[PartRow], day: date) -> dict[str, str]:
    """Return the series of every need that a rule up to a day knew; the latest rule that knew it counts."""
    of_needs = (row for row in policies if row.kind == kind_of(NEEDS) and str(row.valid_from) <= day.isoformat())
    rules = sorted(of_needs, key=lambda row: str(row.valid_from))
    shapes = (adapter_of(NEEDS).validate_python(rule.body) for rule in rules)
    return {code: need.series for shape in shapes for code, need in shape.items()}


def is_ruled(read: Read, centre_id: int, day: date) -> bool:
    """Whether a centre had rules on a day."""
    return setup.policy_body(read, centre_id, kind_of(CallingShape), day) is not None


def _of_today(kind: str, body: JsonObject) -> JsonObject:
    """Return the body as it is written today: `protected_first` was a line without targets and quota."""
    if kind == kind_of(CallingShape) and body.get("rule") == "protected_first":
        return {**body, "rule": "fifo", "quota": 0}
    return body


def _calling(rule: CallingShape) -> CallingRule:
    return CallingRule(rule.rule, rule.targets, frozenset(rule.protected), rule.quota, rule.language_patience_s)


def _profile(counter: str, profile: ProfileShape) -> Profile:
    return Profile(
        counter,
        services=frozenset(profile.services),
        reserved=frozenset(profile.reserved),
        prefers=frozenset(profile.prefers),
        languages=frozenset(profile.languages),
        step_free=profile.step_free,
    )


def _floor(missed: MissedShape, floor: FloorShape) -> FloorRules:
    own = {code: Cause(frozenset(c.kinds), c.name, c.icon, c.verb) for code, c in floor.causes.items()}
    return FloorRules(
        missed_calls=missed.calls,
        missed_min=missed.minutes,
        missed_access_min=missed.access_minutes,
        **{**dict(floor), "causes": {**usual_causes(), **own}},
    )


def _stage(row: PartRow) -> Stage:
    outcomes = {name: _outcome(OutcomeShape.model_validate(body)) for name, body in row.outcomes.items()}
    return Stage(row.code, row.name, row.zone, row.ok, outcomes, row.service_min)


def _outcome(outcome: OutcomeShape) -> Outcome:
    return Outcome(outcome.to, outcome.decides, outcome.ends, outcome.returns)
