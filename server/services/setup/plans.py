"""The plan of a centre, read from its rows once for each version and day."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from server.domain.bookings import SlotRules
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.centre import CentreState
from server.domain.plan.hours import Hours, clock
from server.domain.plan.plan import FloorRules, Plan, Service, Stage
from server.domain.plan.series import Series
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.route import Outcome
from server.storage.base import Base
from server.storage.tables.plan import PolicyTable, RouteTable, SeriesTable, ServiceTable, StageTable
from server.storage.transaction import Read

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


@lru_cache(maxsize=1)
def _kept() -> dict[tuple[str, int, date], Plan]:
    return {}


def _load(read: Read, centre: CentreState, day: date) -> Plan:
    def body(kind: str) -> Mapping[str, Any]:
        return policy(read, centre.id, kind, day, default={})

    return Plan(
        languages=tuple(centre.languages),
        stages={row.code: _stage(row) for row in _rows(read, StageTable, centre.id)},
        routes={row.code: tuple(row.stages) for row in _rows(read, RouteTable, centre.id)},
        services={
            row.code: Service(row.code, row.name, row.icon, row.route, row.series)
            for row in _rows(read, ServiceTable, centre.id)
        },
        series={
            row.letter: Series(row.letter, row.first, row.last, row.overflow)
            for row in _rows(read, SeriesTable, centre.id)
        },
        needs={code: need["series"] for code, need in policy(read, centre.id, "needs", day).items()},
        calling=_calling(policy(read, centre.id, "calling", day)),
        desks={counter: _desk(counter, told) for counter, told in body("desks").items()},
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


def _desk(counter: str, body: Mapping[str, Any]) -> Profile:
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
        closes=clock(body["close"]),
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
    query = (
        select(PolicyTable.body)
        .where(PolicyTable.centre_id == centre_id, PolicyTable.kind == kind, PolicyTable.valid_from <= day)
        .order_by(PolicyTable.valid_from.desc())
        .limit(1)
    )
    body = read.execute(query).scalar_one_or_none()
    if body is None and default is not None:
        return default
    if body is None:
        raise LookupError(f"no {kind} policy on {day}")
    return dict(body)


def _rows(read: Read, model: type[Base], centre_id: int) -> list[Any]:
    table = model.__table__
    order = table.c.position if "position" in table.c else list(table.primary_key)[-1]
    return list(read.execute(select(table).where(table.c.centre_id == centre_id).order_by(order)))


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
