"""The plan of a centre, read from its rows once for each version and day."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from server.domain.calling import CallingRule
from server.domain.journey import Outcome
from server.domain.lifecycle import TokenEnd
from server.domain.numbering import Series
from server.domain.plan import Plan, Service, Stage
from server.storage import models
from server.storage.transaction import CentreState

_PLANS_KEPT = 64


def plan_of(conn: Connection, centre: CentreState, day: date) -> Plan:
    """Return the plan in force at `centre` on `day`; kept until the centre's plan version changes."""
    key = (centre.epoch, centre.plan_version, day)
    plan = _kept().get(key)
    if plan is None:
        plan = _load(conn, centre, day)
        if len(_kept()) >= _PLANS_KEPT:
            _kept().clear()
        _kept()[key] = plan
    return plan


@lru_cache(maxsize=1)
def _kept() -> dict[tuple[str, int, date], Plan]:
    return {}


def _load(conn: Connection, centre: CentreState, day: date) -> Plan:
    calling = policy(conn, centre.id, "calling", day)
    needs = policy(conn, centre.id, "needs", day)
    return Plan(
        languages=tuple(centre.languages),
        stages={row.code: _stage(row) for row in _rows(conn, models.Stage, centre.id)},
        routes={row.code: tuple(row.stages) for row in _rows(conn, models.Route, centre.id)},
        services={
            row.code: Service(row.code, row.name, row.icon, row.route, row.series)
            for row in _rows(conn, models.Service, centre.id)
        },
        series={
            row.letter: Series(row.letter, row.first, row.last, row.overflow)
            for row in _rows(conn, models.Series, centre.id)
        },
        needs={code: need["series"] for code, need in needs.items()},
        calling=CallingRule(calling["rule"], frozenset(calling["protected"])),
        slip_help=policy(conn, centre.id, "slip", day)["help"],
    )


def policy(conn: Connection, centre_id: int, kind: str, day: date) -> Mapping[str, Any]:
    """Return the body of the policy of a kind in force on a day; raises LookupError when there is none."""
    query = (
        select(models.Policy.body)
        .where(models.Policy.centre_id == centre_id, models.Policy.kind == kind, models.Policy.valid_from <= day)
        .order_by(models.Policy.valid_from.desc())
        .limit(1)
    )
    body = conn.execute(query).scalar_one_or_none()
    if body is None:
        raise LookupError(f"no {kind} policy on {day}")
    return dict(body)


def _rows(conn: Connection, model: type[models.Base], centre_id: int) -> list[Any]:
    table = model.__table__
    order = table.c.position if "position" in table.c else list(table.primary_key)[-1]
    return list(conn.execute(select(table).where(table.c.centre_id == centre_id).order_by(order)))


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
