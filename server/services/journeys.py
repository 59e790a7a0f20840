"""A citizen's own view: the truth of now, and the way behind and before them. Nothing of anyone else."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from server.domain.lifecycle import StepState
from server.domain.plan import Plan
from server.domain.tokens import Token, to_iso
from server.domain.waiting import estimate_wait
from server.services.explanations import overtaken_by, overtakers_of
from server.services.plans import plan_of
from server.storage import line, queries
from server.storage.models import Step
from server.storage.transaction import CentreState


def status_of(conn: Connection, secret: str, now: datetime) -> tuple[CentreState, dict[str, Any]]:
    """Return the centre and the status of the token with this secret; raises UnknownToken.

    `{label, party, state, frozen, stage, counter, call, calls, ahead, wait, journey, overtaken, until, return_until,
    decision, ended, as_of}`.
    """
    centre_id, token = queries.token_by_secret(conn, secret)
    centre = queries.centre_by_id(conn, centre_id)
    plan = plan_of(conn, centre, token.day)
    step = token.step
    status = {
        "label": token.label,
        "party": token.party,
        "state": token.state,
        "frozen": centre.frozen,
        "stage": None if token.ended else step.stage,
        "counter": None if token.ended else step.counter,
        "call": None if token.ended else step.call,
        "calls": 0 if token.ended else step.calls,
        **_wait(conn, centre, plan, token),
        "journey": _journey(conn, plan, token, now),
        "overtaken": _overtaken(conn, centre, plan, token),
        "until": to_iso(step.until) if step.until else None,
        "return_until": token.return_until.isoformat() if token.return_until else None,
        "decision": token.decision,
        "ended": token.ended,
        "as_of": to_iso(now),
    }
    return centre, status


def _overtaken(conn: Connection, centre: CentreState, plan: Plan, token: Token) -> dict[str, Any] | None:
    """Return how often others were called first at this stage, the latest of them and why; None when nobody was."""
    if token.ended or token.step.state is not StepState.WAITING:
        return None
    found = overtakers_of(conn, centre, plan, token)
    if not found:
        return None
    return {"count": len(found), **overtaken_by(plan, found[-1], token.language)}


def _wait(conn: Connection, centre: CentreState, plan: Plan, token: Token) -> dict[str, Any]:
    if token.ended or token.step.state is not StepState.WAITING:
        return {"ahead": 0, "wait": None}
    ahead = line.before_count(conn, centre.id, token, plan.calling.protected)
    stage = plan.stages[token.step.stage]
    wait = estimate_wait(ahead, line.open_counters(conn, centre.id, stage.code), stage.service_min)
    return {"ahead": ahead, "wait": {"low_min": wait.low_min, "high_min": wait.high_min}}


def _journey(conn: Connection, plan: Plan, token: Token, now: datetime) -> list[dict[str, Any]]:
    """Return the stages passed with their minutes, the present one, and those of the route that are left."""
    query = select(Step.stage, Step.entered_at, Step.ended_at).where(Step.token_id == token.id).order_by(Step.seq)
    way = [_stop(plan, row.stage, row.entered_at, row.ended_at, now) for row in conn.execute(query)]
    if token.ended:
        return way
    route = plan.routes[token.route]
    here = token.step.back_to or token.step.stage
    left = route[route.index(here) + (token.step.back_to is None) :] if here in route else ()
    return way + [{"stage": code, "name": plan.stages[code].name, "state": "ahead", "minutes": None} for code in left]


def _stop(plan: Plan, stage: str, entered: datetime, ended: datetime | None, now: datetime) -> dict[str, Any]:
    minutes = round(((ended or now) - entered).total_seconds() / 60)
    state = "here" if ended is None else "done"
    return {"stage": stage, "name": plan.stages[stage].name, "state": state, "minutes": minutes}
