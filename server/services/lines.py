"""The line of a stage as its counters see it: who comes next, why, and everybody after them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from server.domain.calling import CallingRule, Reason, Waiting, choose_next
from server.domain.events import token_view
from server.domain.hours import business_day
from server.domain.lifecycle import StepState
from server.domain.tokens import Token, to_record
from server.services.plans import plan_of
from server.services.records import counter_view
from server.storage import queries

SHOWN = 30


def line_of(conn: Connection, counter_id: str, now: datetime) -> dict[str, Any]:
    """Return `{counter, current, next, line, more, missed}` of a counter's stage; raises UnknownCounter.

    `line` is in the order in which the calling rule would call, thirty at most; `more` counts the others.
    """
    counter = queries.counter_by_id(conn, counter_id)
    centre = queries.centre_by_id(conn, counter.centre_id)
    plan = plan_of(conn, centre, business_day(now, centre.timezone))
    tokens = list(queries.open_tokens(conn, centre.id))
    here = {t.id: t for t in tokens if t.step.stage == counter.stage}
    order = _order(here.values(), plan.calling, now)
    current = next((t for t in here.values() if t.step.counter == counter_id), None)
    return {
        "counter": {**counter_view(counter), "operator": counter.operator},
        "current": None if current is None else token_view(to_record(current), staff=True),
        "next": _reason(order[0][1]) if order else None,
        "line": [token_view(to_record(here[w.token]), staff=True) for w, _ in order[:SHOWN]],
        "more": max(0, len(order) - SHOWN),
        "missed": [
            token_view(to_record(t), staff=True) for t in here.values() if t.step.state is StepState.MISSED
        ],
    }


def _order(tokens: Iterable[Token], rule: CallingRule, now: datetime) -> list[tuple[Waiting, Reason]]:
    """Return who would be called when, by asking the calling rule again and again."""
    left = [
        Waiting(t.step.seq, t.id, t.label, t.klass, t.step.entered_at)
        for t in tokens
        if t.step.state is StepState.WAITING
    ]
    order = []
    while (choice := choose_next(left, rule, now)) is not None:
        order.append((choice.waiting, choice.reason))
        left.remove(choice.waiting)
    return order


def _reason(reason: Reason) -> dict[str, Any]:
    return {"rule": reason.rule, "params": dict(reason.params), "text": reason.text}
