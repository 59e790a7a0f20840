"""The line of a stage as its counters see it: who comes next, why, and everybody after them."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from server.domain.calling.lane import Age, Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule, Reason
from server.domain.calling.v1 import choose_next
from server.domain.events.views import counter_view, staff_view
from server.domain.token.lifecycle import AT_COUNTER, StepState
from server.domain.token.token import Token
from server.services.floor.token_rows import facts_of
from server.services.floor.undo import actions_at
from server.services.setup.plans import plan_of
from server.storage.sql import centres, counters, line
from server.storage.sql.tokens import open_tokens
from server.storage.transaction import Read

SHOWN = 30
AWAY = (StepState.MISSED, StepState.PAUSED)


def line_of(read: Read, centre_id: int, counter_id: str, now: datetime) -> dict[str, Any]:
    """Return `{counter, frozen, current, next, line, more, missed, actions, held}` of a counter; raises UnknownCounter.

    `line` is what the counter may take, in the order in which the calling rule would call, thirty at most; `more`
    counts the others. `missed` are those who are away from the stage, `held` those parked at this counter.
    """
    counter = counters.counter_by_id(read, centre_id, counter_id)
    centre = centres.centre_by_id(read, centre_id)
    plan = plan_of(read, centre, centre.day(now))
    desk = plan.profile(counter_id, counter.operator)
    here = {t.id: t for t in open_tokens(read, centre.id) if t.step.stage == counter.stage}
    passes = line.passes_of(read, centre.id, counter.stage, desk.group)
    order = _order(here.values(), plan.calling, desk, passes, centre.age(now))
    current = [
        t for t in here.values() if t.step.state in AT_COUNTER and counter_id in (t.step.counter, *t.step.beside)
    ]
    return {
        "counter": {**asdict(counter_view(facts_of(counter))), "operator": counter.operator},
        "frozen": centre.frozen,
        "current": staff_view(current[0]) if current else None,
        "next": order[0][1].view() if order else None,
        "line": [staff_view(here[w.token]) for w, _ in order[:SHOWN]],
        "more": max(0, len(order) - SHOWN),
        "missed": [staff_view(t) for t in here.values() if t.step.state in AWAY],
        "actions": actions_at(read, centre, counter_id),
        "held": [
            staff_view(t) for t in here.values() if t.step.state is StepState.HELD and t.step.counter == counter_id
        ],
    }


def _order(
    tokens: Iterable[Token], rule: CallingRule, desk: Profile, passes: int, age: Age
) -> list[tuple[Waiting, Reason]]:
    """Return who would be called when, by asking the calling rule again and again."""
    left = [t.waiting for t in tokens if t.step.state is StepState.WAITING]
    order: list[tuple[Waiting, Reason]] = []
    while len(order) <= SHOWN and (choice := choose_next(left, rule, desk, passes, age)) is not None:
        order.append((choice.waiting, choice.reason))
        left.remove(choice.waiting)
        passes = choice.passes
    return order + [(w, Reason("later", {}, "")) for w in left if desk.takes(w.lane)]
