"""A citizen's own view: the truth of now, and the way behind and before them. Nothing of anyone else."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from server.domain.calling.bound import overtakings_left
from server.domain.calling.wait import estimate_wait
from server.domain.centre import CentreState
from server.domain.instants import to_iso
from server.domain.plan.plan import Plan
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Token
from server.services.figures.explanations import called_first, overtakers_of
from server.services.setup.plans import plan_of
from server.storage.sql import centres, counters, line, steps, tokens
from server.storage.transaction import Read


def status_of(read: Read, secret: str, now: datetime) -> tuple[CentreState, dict[str, Any]]:
    """Return the centre and the status of the token with this secret; raises UnknownToken.

    `{label, party, services, language, state, frozen, stage, counter, beside, call, calls, ahead, wait, journey,
    overtaken, until, return_until, decision, ended, as_of}`; `services` are the names of the present one and of those
    that follow.
    """
    centre_id, token = tokens.token_by_secret(read, secret)
    centre = centres.centre_by_id(read, centre_id)
    plan = plan_of(read, centre, token.day)
    status = {
        "label": token.label,
        "party": token.party,
        "services": [plan.services[code].name for code in (token.service, *token.then)],
        "language": token.language,
        "state": token.state,
        "frozen": centre.frozen,
        **_place(token),
        **_wait(read, centre, plan, token),
        "journey": _journey(read, plan, token, now),
        "overtaken": _overtaken(read, centre, plan, token),
        "return_until": token.return_until.isoformat() if token.return_until else None,
        "decision": token.decision,
        "ended": token.ended,
        "as_of": to_iso(now),
    }
    return centre, status


def _place(token: Token) -> dict[str, Any]:
    """Return where a token is now: nowhere when it has ended."""
    step = token.step
    if token.ended:
        return {"stage": None, "counter": None, "beside": [], "call": None, "calls": 0, "until": None}
    return {
        "stage": step.stage,
        "counter": step.counter,
        "beside": list(step.beside),
        "call": step.call,
        "calls": step.calls,
        "until": to_iso(step.until) if step.until else None,
    }


def _overtaken(read: Read, centre: CentreState, plan: Plan, token: Token) -> dict[str, Any] | None:
    """Return how often others were called first at this stage, the latest of them and why; None when nobody was.

    `limit` is how many more the rule can call first with the line as it is, None when it makes no such promise.
    """
    if token.ended or token.step.state is not StepState.WAITING:
        return None
    found = overtakers_of(read, centre, plan, token)
    if not found:
        return None
    latest = called_first(read, centre, token, found[-1], token.language)
    return {"count": len(found), **asdict(latest), "limit": _limit(read, centre, plan, token)}


def _limit(read: Read, centre: CentreState, plan: Plan, token: Token) -> int | None:
    if token.lane.only:
        return None
    desks = [plan.profile(c.id) for c in counters.counters_of(read, centre.id) if c.stage == token.step.stage]
    groups = {desk.group for desk in desks if desk.takes(token.lane)}
    older = line.before_count(read, centre.id, token, protected=frozenset())
    return overtakings_left(plan.calling.quota, older, len(groups))


def _wait(read: Read, centre: CentreState, plan: Plan, token: Token) -> dict[str, Any]:
    if token.ended or token.step.state is not StepState.WAITING:
        return {"ahead": 0, "wait": None}
    ahead = line.before_count(read, centre.id, token, plan.calling.protected)
    stage = plan.stages[token.step.stage]
    wait = estimate_wait(ahead, line.open_counters(read, centre.id, stage.code), stage.service_min)
    return {"ahead": ahead, "wait": {"low_min": wait.low_min, "high_min": wait.high_min}}


def _journey(read: Read, plan: Plan, token: Token, now: datetime) -> list[dict[str, Any]]:
    """Return the stages passed with their minutes, the present one, and those of the route that are left."""
    way = [_stop(plan, stage, entered, ended, now) for stage, entered, ended in steps.stages_of(read, token.id)]
    if token.ended:
        return way
    left = [*_left(plan, token), *_later(plan, token)]
    return way + [{"stage": code, "name": plan.stages[code].name, "state": "ahead", "minutes": None} for code in left]


def _left(plan: Plan, token: Token) -> tuple[str, ...]:
    """Return the stages of the present route that are still ahead."""
    route = plan.routes[token.route]
    here = token.step.back_to or token.step.stage
    return route[route.index(here) + (token.step.back_to is None) :] if here in route else ()


def _later(plan: Plan, token: Token) -> Iterator[str]:
    """Return the stages of the services that follow the present one."""
    route, then = token.route, token.then
    while then := plan.after(route, then):
        route, then = plan.services[then[0]].route, then[1:]
        yield from plan.routes[route]


def _stop(plan: Plan, stage: str, entered: datetime, ended: datetime | None, now: datetime) -> dict[str, Any]:
    minutes = round(((ended or now) - entered).total_seconds() / 60)
    state = "here" if ended is None else "done"
    return {"stage": stage, "name": plan.stages[stage].name, "state": state, "minutes": minutes}
