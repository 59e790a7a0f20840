"""The calls of a centre judged one by one: would the rule have chosen the same, and was anybody overtaken too often?

The line is rebuilt from the events. Before each call the rule is asked again; after it, everybody older in the line
whom the desk could have called was overtaken once. With k older tokens in the line of a group of desks, m - 1 of m
calls may pass a token over, so that it is overtaken at most (m - 1)(k + 1) times; see `server.domain.calling`. Calls
against the rule, by a person's decision, are counted apart, and a call that was undone gives the line back its turn.
"""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from server.domain.calling import Age, Choice, Desk, Waiting, choose_next
from server.domain.events import Event
from server.domain.lifecycle import StepState
from server.domain.plan import Plan
from server.domain.tokens import Token

BY_PERSON = frozenset({"out_of_order", "taken_over"})
NOT_COUNTED = BY_PERSON | {"emergency"}
Plans = Callable[[datetime], Plan]


@dataclass(slots=True)
class DayFairness:
    """How fair a day was. `slips` counts tokens by how often each was overtaken, for each class."""

    day: date
    calls: Counter[str] = field(default_factory=Counter)
    slips: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    out_of_order: Counter[str] = field(default_factory=Counter)
    worst: float = 0.0
    quota: int = 0
    undone: int = 0
    unexplained: int = 0
    beyond_bound: int = 0

    def view(self) -> dict[str, Any]:
        """Return the day's certificate: `worst` is the most slips ÷ (k + 1), which may be `bound`."""
        return {
            "day": self.day.isoformat(),
            "calls": sum(self.calls.values()),
            "rules": dict(sorted(self.calls.items())),
            "overtaken": {klass: _spread(counts) for klass, counts in sorted(self.slips.items())},
            "worst": round(self.worst, 2),
            "bound": max(0, self.quota - 1) if self.quota else None,
            "out_of_order": dict(sorted(self.out_of_order.items())),
            "undone": self.undone,
            "unexplained": self.unexplained,
            "beyond_bound": self.beyond_bound,
        }


def _spread(counts: Counter[int]) -> dict[str, float]:
    """Return `{tokens, mean, p95, max}` of how often tokens were overtaken."""
    total = sum(counts.values())
    ordered = sorted(counts.elements())
    return {
        "tokens": total,
        "mean": round(sum(ordered) / total, 2),
        "p95": ordered[min(total - 1, int(total * 0.95))],
        "max": ordered[-1],
    }


@dataclass(slots=True)
class _Waiter:
    """A token in line: how many older ones each group could call, and how often each group passed it over."""

    waiting: Waiting
    elders: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    slips: int = 0


@dataclass(slots=True)
class _Line:
    """The line of a stage, oldest first in each lane."""

    lanes: dict[str, list[tuple[Any, str]]] = field(default_factory=dict)
    waiters: dict[str, _Waiter] = field(default_factory=dict)

    def add(self, waiter: _Waiter) -> None:
        """Put a token in its place."""
        one = waiter.waiting
        insort(self.lanes.setdefault(one.lane.key, []), (one.place, one.token))
        self.waiters[one.token] = waiter

    def remove(self, token: str) -> _Waiter:
        """Take a token out."""
        waiter = self.waiters.pop(token)
        key = waiter.waiting.lane.key
        self.lanes[key].remove((waiter.waiting.place, token))
        if not self.lanes[key]:
            del self.lanes[key]
        return waiter

    def heads(self) -> Iterator[Waiting]:
        """Return the first of each lane."""
        return (self.waiters[lane[0][1]].waiting for lane in self.lanes.values())

    def older(self, one: Waiting) -> Iterator[_Waiter]:
        """Return those in line before a token."""
        return (w for w in self.waiters.values() if w.waiting.place < one.place)


class Audit:
    """Follows the line from event to event. `plans` gives the plan in force at an instant."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._lines: dict[str, _Line] = defaultdict(_Line)
        self._passes: Counter[tuple[str, str]] = Counter()
        self.days: dict[date, DayFairness] = {}

    def day(self, day: date) -> DayFairness:
        """Return the figures of a business day."""
        return self.days.setdefault(day, DayFairness(day))

    def change(self, before: Token | None, after: Token) -> None:
        """Take over what an event made of a token: it joins a line, leaves one, or stands in it otherwise."""
        was = None if before is None or not _waits(before) else before
        now = after if _waits(after) else None
        if was is not None and (now is None or was.waiting != now.waiting or was.step.stage != now.step.stage):
            self._lines[was.step.stage].remove(was.id)
        elif was is not None:
            return
        if now is not None:
            self._join(now)

    def call(self, event: Event, before: Token, after: Token, age: Age) -> tuple[str, str] | None:
        """Judge a call before it is taken over; returns the code and the words of a fault."""
        told, counter = event.data["reason"], str(after.step.counter)
        plan, line = self._plans(event.at), self._lines[before.step.stage]
        desk = plan.desk(counter, event.data.get("officer"))
        group = (before.step.stage, desk.group)
        figures = self.day(before.day)
        figures.calls[told["rule"]] += 1
        figures.quota = plan.calling.quota
        if told["rule"] == "out_of_order":
            figures.out_of_order[told["params"]["why"]] += 1
        fault = self._unexplained(event, before, told, desk, age)
        oldest = min((w.waiting.place for w in line.waiters.values() if desk.takes(w.waiting.lane)), default=None)
        passes = 0 if oldest in (None, before.waiting.place) else self._passes[group] + 1
        if told["rule"] != "taken_over":
            self._passes[group] = passes
        beyond = self._overtake(before, desk, told["rule"], figures, plan.calling.quota)
        if line.waiters:
            figures.slips[before.klass][line.waiters[before.id].slips] += 1
        if fault is not None:
            figures.unexplained += 1
        return fault or beyond

    def undo_call(self, call: Event, before: Token) -> None:
        """Take over that a call was taken back: its turn is given back, and nobody is worse off by the bound."""
        plan = self._plans(call.at)
        desk = plan.desk(str(call.data["token"]["step"]["counter"]), call.data.get("officer"))
        group = (before.step.stage, desk.group)
        most = max(plan.calling.quota - 1, 0)
        self._passes[group] = min(most, self._passes[group] + int(call.data.get("passes", 0)))
        for waiter in self._lines[before.step.stage].waiters.values():
            waiter.elders[desk.group] += 1

    def _join(self, token: Token) -> None:
        line, plan = self._lines[token.step.stage], self._plans(token.step.entered_at)
        new = _Waiter(token.waiting)
        for desk in _desks(plan, token.step.stage):
            for other in line.waiters.values():
                older = other.waiting.place < token.waiting.place
                elder, younger = (other, new) if older else (new, other)
                if elder.waiting.lane.only or desk.takes(elder.waiting.lane):
                    younger.elders[desk.group] += 1
        line.add(new)

    def _unexplained(
        self, event: Event, before: Token, told: Mapping[str, Any], desk: Desk, age: Age
    ) -> tuple[str, str] | None:
        """Ask the rule again; returns a fault when it chooses or tells otherwise."""
        if told["rule"] in BY_PERSON or "passes" not in event.data:
            return None
        group = (before.step.stage, desk.group)
        passes = self._passes[group]
        rule = self._plans(event.at).calling
        choice: Choice | None = choose_next(self._lines[before.step.stage].heads(), rule, desk, passes, age)
        if choice is None or choice.waiting.token != before.id:
            due = "nobody" if choice is None else choice.waiting.label
            return "unexplained_call", f"{before.label} was called, by the rule it was {due}."
        if choice.reason.view() != told or passes != event.data["passes"]:
            return "unexplained_call", f"The reason told for {before.label} is not that of the rule."
        return None

    def _overtake(
        self, called: Token, desk: Desk, rule: str, figures: DayFairness, quota: int
    ) -> tuple[str, str] | None:
        """Count everybody whom a call passed over; returns a fault when that was once too often."""
        fault = None
        for waiter in self._lines[called.step.stage].older(called.waiting):
            if not desk.takes(waiter.waiting.lane) or waiter.waiting.lane.only:
                continue
            waiter.slips += 1
            if rule in NOT_COUNTED or not quota:
                continue
            waiter.passed[desk.group] += 1
            share = waiter.passed[desk.group] / (waiter.elders[desk.group] + 1)
            figures.worst = max(figures.worst, share)
            if share > quota - 1:
                figures.beyond_bound += 1
                fault = ("overtaken_too_often", f"{waiter.waiting.label} was overtaken beyond the bound.")
        return fault


def _desks(plan: Plan, stage: str) -> list[Desk]:
    """Return one desk of each group of a plan, the usual one among them."""
    desks = [Desk(""), *plan.desks.values()]
    return list({desk.group: desk for desk in desks}.values())


def _waits(token: Token) -> bool:
    return not token.ended and token.step.state is StepState.WAITING
