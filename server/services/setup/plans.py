"""The plan of a centre, read from its rows once for each version and day."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.centre import CentreState
from server.domain.plan.hours import Hours, clock
from server.domain.plan.plan import FloorRules, Plan, Service, Stage
from server.domain.plan.series import Series
from server.domain.plan.slots import SlotRules
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.route import Outcome
from server.storage.sql import setup
from server.storage.transaction import Read, Transaction

_PLANS_KEPT = 64


def plan_of(read: Read, centre: CentreState, day: date) -> Plan:
    """Return the plan in force at `centre` on `day`; kept until the centre's plan version changes."""
    key = (centre.epoch, centre.plan_version, day)
    plan = _kept().get(key)
    if plan is None:
        plan = _load(read, centre, day)
        if len(_kept()) >= _PLANS_KEPT:
            _kept().clear()
        _kept()[key] = plan
    return plan


def plan_now(tx: Transaction) -> Plan:
    """Return the plan in force in a command."""
    return plan_of(tx.conn, tx.centre, tx.today)


@lru_cache(maxsize=1)
def _kept() -> dict[tuple[str, int, date], Plan]:
    return {}


def _load(read: Read, centre: CentreState, day: date) -> Plan:
    def body(kind: str) -> Mapping[str, Any]:
        return policy(read, centre.id, kind, day, default={})

    return Plan(
        languages=tuple(centre.languages),
        stages={row.code: _stage(row) for row in setup.part_rows(read, centre.id, "stages")},
        routes={row.code: tuple(row.stages) for row in setup.part_rows(read, centre.id, "routes")},
        services={
            row.code: Service(row.code, row.name, row.icon, row.route, row.series)
            for row in setup.part_rows(read, centre.id, "services")
        },
        series={
            row.letter: Series(row.letter, row.first, row.last, row.overflow)
            for row in setup.part_rows(read, centre.id, "series")
        },
        needs={code: need["series"] for code, need in policy(read, centre.id, "needs", day).items()},
        calling=_calling(policy(read, centre.id, "calling", day)),
        profiles={counter: _profile(counter, profile) for counter, profile in body("profiles").items()},
        floor=_floor(body("missed"), body("floor")),
        hours=_hours(centre, policy(read, centre.id, "hours", day)),
        slots=SlotRules(**body("slots")),
        slip_help=policy(read, centre.id, "slip", day)["help"],
    )


def _calling(body: Mapping[str, Any]) -> CallingRule:
    """Return the rule; `protected_first` is how a line without targets and quota was called before."""
    plain = body["rule"] == "protected_first"
    return CallingRule(
        name="fifo" if plain else body["rule"],
        targets=body.get("targets", {}),
        protected=frozenset(body["protected"]),
        quota=0 if plain else body.get("quota", CallingRule().quota),
        language_patience_s=body.get("language_patience_s", 0),
    )


def _profile(counter: str, body: Mapping[str, Any]) -> Profile:
    def words(name: str) -> frozenset[str]:
        return frozenset(body.get(name, ()))

    return Profile(
        counter,
        services=words("services"),
        reserved=words("reserved"),
        prefers=words("prefers"),
        languages=words("languages"),
        step_free=body.get("step_free", True),
    )


def _floor(missed: Mapping[str, Any], floor: Mapping[str, Any]) -> FloorRules:
    usual = FloorRules()
    return FloorRules(
        missed_calls=missed.get("calls", usual.missed_calls),
        missed_min=missed.get("minutes", usual.missed_min),
        missed_access_min=missed.get("access_minutes", usual.missed_access_min),
        **floor,
    )


def _hours(centre: CentreState, body: Mapping[str, Any]) -> Hours:
    lunch = body.get("lunch")
    return Hours(
        timezone=centre.timezone,
        day_start=clock(centre.day_start),
        opens=clock(body["open"]),
        first=clock(body["tokens"][0]),
        last=clock(body["tokens"][1]),
        lunch=None if lunch is None else (clock(lunch[0]), clock(lunch[1])),
        staggered=body.get("staggered_lunch", True),
        days=frozenset(body["days"]),
        holidays=frozenset(date.fromisoformat(day) for day in body.get("holidays", ())),
    )


def policy(
    read: Read, centre_id: int, kind: str, day: date, default: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """Return the body of the policy of a kind in force on a day, or `default`; raises LookupError without either."""
    body = setup.policy_body(read, centre_id, kind, day)
    if body is None and default is None:
        raise LookupError(f"no {kind} policy on {day}")
    return default or {} if body is None else body


def _stage(row: Any) -> Stage:
    outcomes = {name: _outcome(body) for name, body in row.outcomes.items()}
    return Stage(row.code, row.name, row.zone, row.ok, outcomes, row.service_min)


def _outcome(body: Mapping[str, Any]) -> Outcome:
    ends = body.get("ends")
    return Outcome(
        to=body["to"],
        decides=body["decides"],
        ends=None if ends is None else TokenEnd(ends),
        returns=body["returns"],
    )
