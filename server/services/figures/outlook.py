"""The manager's outlook: who will stay too long, where they are held up, and what one counter more would do."""

import collections
from datetime import datetime, timedelta
from typing import Any

from server.domain.calling.ahead import Queue
from server.domain.calling.lane import Age
from server.domain.counters import Counter
from server.domain.instants import to_iso
from server.domain.outlook import Outlook, Person, StageLoad, project, with_one_more
from server.domain.plan.plan import Plan
from server.domain.token.lifecycle import CounterState, StepState
from server.domain.token.token import Token
from server.services.setup.plans import plan_of, policy
from server.storage.sql import centres
from server.storage.sql.counters import counters_of
from server.storage.sql.tokens import open_tokens
from server.storage.transaction import Read

PEOPLE = 50


def outlook_of(read: Read, code: str, now: datetime) -> dict[str, Any]:
    """Return `{now, sentence, at_risk, bottleneck, offer, people_at_risk}` of a centre; raises UnknownCentre."""
    centre = centres.centre_by_code(read, code)
    day = centre.day(now)
    plan, clocks = plan_of(read, centre, day), policy(read, centre.id, "clocks", day)
    counters = counters_of(read, centre.id)
    tokens = [t for t in open_tokens(read, centre.id) if t.step.state is not StepState.MISSED]
    loads = _loads(plan, tokens, counters)
    people = _people(plan, tokens, centre.age(now))
    ahead = project(loads, people)
    closed = [c for c in counters if c.state is not CounterState.OPEN]
    risk = {"promise": ahead.beyond(clocks["promise_min"]), "breach": ahead.beyond(clocks["breach_min"])}
    return {
        "now": to_iso(now),
        "people": len(tokens),
        "sentence": _sentence(ahead, risk["promise"], clocks["promise_min"], now),
        "at_risk": risk,
        "bottleneck": _bottleneck(ahead),
        "offer": _offer(ahead, loads, people, closed),
        "people_at_risk": [
            {
                "label": one.person.label,
                "stage": one.person.stage,
                "stay_min": round(one.person.stay_min),
                "expected_min": round(one.expected_min),
            }
            for one in ahead.people[:PEOPLE]
            if one.expected_min > clocks["promise_min"]
        ],
    }


def _loads(plan: Plan, tokens: list[Token], counters: list[Counter]) -> dict[str, StageLoad]:
    waiting = collections.Counter(t.step.stage for t in tokens if t.step.state is StepState.WAITING)
    opened = collections.Counter(c.stage for c in counters if c.state is CounterState.OPEN)
    return {
        stage.code: StageLoad(stage.code, waiting[stage.code], opened[stage.code], stage.service_min)
        for stage in plan.stages.values()
    }


def _people(plan: Plan, tokens: list[Token], age: Age) -> list[Person]:
    waits = [token for token in tokens if token.step.state is StepState.WAITING]
    queues = {
        code: Queue((t.waiting for t in waits if t.step.stage == code), plan.calling.protected) for code in plan.stages
    }
    people = []
    for token in tokens:
        ahead = queues[token.step.stage].ahead(token.waiting) if token.step.state is StepState.WAITING else None
        stay = age(token.issued_at) / 60
        people.append(Person(token.label, token.step.stage, stay, ahead, plan.stages_left(token)))
    return people


def _sentence(ahead: Outlook, late: int, promise: int, now: datetime) -> dict[str, Any]:
    if not ahead.people:
        return {"kind": "empty", "params": {}}
    if not late:
        return {"kind": "on_time", "params": {"people": len(ahead.people)}}
    reach = min(max(0.0, promise - one.person.stay_min) for one in ahead.people if one.expected_min > promise)
    by = now + timedelta(minutes=reach)
    stage = ahead.bottleneck.code if ahead.bottleneck else ahead.people[0].person.stage
    return {"kind": "late", "params": {"stage": stage, "minutes": promise, "people": late, "by": to_iso(by)}}


def _bottleneck(ahead: Outlook) -> dict[str, Any] | None:
    load = ahead.bottleneck
    if load is None:
        return None
    wait = round(load.wait_min(load.waiting))
    return {"stage": load.code, "wait_min": wait, "waiting": load.waiting, "open": load.open}


def _offer(
    ahead: Outlook, loads: dict[str, StageLoad], people: list[Person], closed: list[Counter]
) -> dict[str, Any] | None:
    if ahead.bottleneck is None:
        return None
    spare = next((c for c in closed if c.stage == ahead.bottleneck.code), None)
    if spare is None:
        return None
    after = project(with_one_more(loads, spare.stage), people)
    return {"counter": spare.id, "before_min": round(ahead.p90_min), "after_min": round(after.p90_min)}
