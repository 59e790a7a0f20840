"""The calls of a centre judged one by one: would the rule have chosen the same, and was anybody overtaken too often?

The line is rebuilt from the events. Before each call the rule is asked again; after it, everybody older in the line
whom the counter could have called was overtaken once. With k older tokens in the line of a group of counters, m - 1 of
m calls may pass a token over, so that it is overtaken at most (m - 1)(k + 1) times; see `server.domain.calling`. Calls
against the rule, by a person's decision, are counted apart, and a call that was undone gives the line back its turn.
"""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from server.domain.calling.lane import Age, Lane, Place, Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import Choice, Reason
from server.domain.calling.v1 import out_of_order
from server.domain.calling.versions import CHOOSERS
from server.domain.events.event import Event
from server.domain.events.payloads import TokenCalled
from server.domain.plan.plan import Plan
from server.domain.proof.certificates import Certificate, Overtaken
from server.domain.proof.findings import Finding
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Token

BY_PERSON = frozenset({"out_of_order", "taken_over"})
NOT_COUNTED = BY_PERSON | {"emergency"}
Plans = Callable[[datetime], Plan]


@dataclass(slots=True)
class DayFairness:
    """How fair a day was. `slips` counts calls by how often the token had been overtaken, for each class."""

    day: date
    calls: Counter[str] = field(default_factory=Counter)
    slips: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    out_of_order: Counter[str] = field(default_factory=Counter)
    worst: float = 0.0
    quota: int = 0
    undone: int = 0
    unexplained: int = 0
    beyond_bound: int = 0

    def view(self) -> Certificate:
        """Return the day's certificate."""
        return Certificate(
            day=self.day.isoformat(),
            calls=sum(self.calls.values()),
            rules=dict(sorted(self.calls.items())),
            overtaken={klass: _spread(counts) for klass, counts in sorted(self.slips.items())},
            worst=round(self.worst, 2),
            bound=max(0, self.quota - 1) if self.quota else None,
            out_of_order=dict(sorted(self.out_of_order.items())),
            undone=self.undone,
            unexplained=self.unexplained,
            beyond_bound=self.beyond_bound,
        )


def _spread(counts: Counter[int]) -> Overtaken:
    total = sum(counts.values())
    ordered = sorted(counts.elements())
    mean, p95 = round(sum(ordered) / total, 2), ordered[(total * 95 + 99) // 100 - 1]
    return Overtaken(total, mean, p95, ordered[-1])


@dataclass(slots=True)
class _Waiter:
    """A token in line: how many older ones each group could call, and how often each group passed it over."""

    waiting: Waiting
    elders: dict[str, int] = field(default_factory=partial(defaultdict, int))
    passed: dict[str, int] = field(default_factory=partial(defaultdict, int))
    slips: int = 0


@dataclass(slots=True)
class _Line:
    """The line of a stage, oldest first in each lane."""

    lanes: dict[str, list[tuple[Place, str]]] = field(default_factory=dict)
    waiters: dict[str, _Waiter] = field(default_factory=dict)

    def add(self, waiter: _Waiter) -> None:
        """Put a token in its place."""
        waiting = waiter.waiting
        insort(self.lanes.setdefault(waiting.lane.key, []), (waiting.place, waiting.token))
        self.waiters[waiting.token] = waiter

    def remove(self, token: str) -> None:
        """Take a token out."""
        waiter = self.waiters.pop(token)
        key = waiter.waiting.lane.key
        self.lanes[key].remove((waiter.waiting.place, token))
        if not self.lanes[key]:
            del self.lanes[key]

    def heads(self) -> Iterator[Waiting]:
        """Return the first of each lane."""
        return (self.waiters[lane[0][1]].waiting for lane in self.lanes.values())

    def around(self, newcomer: Waiting) -> Iterator[tuple[Lane, int, Iterator[_Waiter]]]:
        """Return, for each lane, how many stand before a place, and who stands after it."""
        for lane in self.lanes.values():
            place = bisect_left(lane, (newcomer.place, ""))
            yield self.waiters[lane[0][1]].waiting.lane, place, (self.waiters[token] for _, token in lane[place:])

    def oldest(self, profile: Profile) -> Place | None:
        """Return the place of the longest wait among those a profile may take, None when there is none."""
        return min((head.place for head in self.heads() if profile.takes(head.lane)), default=None)

    def older(self, called: Waiting, profile: Profile) -> Iterator[_Waiter]:
        """Return those in line before a token whom a profile may take, but for those sent to it by name."""
        for lane in self.lanes.values():
            first = self.waiters[lane[0][1]].waiting.lane
            if not first.only and profile.takes(first):
                yield from (self.waiters[token] for _, token in lane[: bisect_left(lane, (called.place, ""))])


class _Seats:
    """The profiles of a plan with the groups they form; each is made once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.groups = {profile.group: profile for profile in (Profile(""), *plan.profiles.values())}
        self._seats: dict[tuple[str, str | None], tuple[Profile, str]] = {}

    def seat(self, counter: str, officer: str | None) -> tuple[Profile, str]:
        """Return the profile of a counter at which an officer sits, and its group."""
        seat = self._seats.get((counter, officer))
        if seat is None:
            profile = self.plan.profile(counter, officer)
            seat = self._seats[counter, officer] = profile, profile.group
        return seat


class Audit:
    """Follows the line from event to event. `plans` gives the plan in force at an instant.

    A call counts on the day that is open (`today`), whenever its token was given.
    """

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._lines: dict[str, _Line] = defaultdict(_Line)
        self._passes: Counter[tuple[str, str]] = Counter()
        self._seats: _Seats | None = None
        self.days: dict[date, DayFairness] = {}
        self.today: date | None = None

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

    def call(self, event: Event, payload: TokenCalled, before: Token, age: Age) -> list[tuple[str, str]]:
        """Judge a call before it is taken over; returns the codes and the words of its faults."""
        reason, counter = payload.reason, str(payload.token.step.counter)
        seats, line = self._seats_at(event.at), self._lines[before.step.stage]
        plan = seats.plan
        profile, name = seats.seat(counter, payload.officer)
        group = (before.step.stage, name)
        figures = self.day(self.today or before.day)
        figures.calls[reason.rule] += 1
        figures.quota = plan.calling.quota
        if reason.rule == "out_of_order":
            figures.out_of_order[reason.params["why"]] += 1
        fault = self._unexplained(event, payload, before, profile, group, age)
        oldest = line.oldest(profile)
        passes = 0 if oldest in (None, before.waiting.place) else self._passes[group] + 1
        # A take-over is the same call at another counter: the group there has not called anybody.
        if reason.rule != "taken_over":
            self._passes[group] = passes
        counted = reason.rule not in NOT_COUNTED and plan.calling.quota > 0
        beyond = self._overtake(before, (profile, name), figures, counted)
        if line.waiters:
            figures.slips[before.klass][line.waiters[before.id].slips] += 1
        if fault is not None:
            figures.unexplained += 1
        return [finding for finding in (fault, beyond) if finding is not None]

    def undo_call(self, call: Event, payload: TokenCalled, before: Token) -> None:
        """Take over that a call was taken back: its turn is given back, and nobody is worse off by the bound."""
        seats = self._seats_at(call.at)
        _, name = seats.seat(str(payload.token.step.counter), payload.officer)
        group = (before.step.stage, name)
        most = max(seats.plan.calling.quota - 1, 0)
        self._passes[group] = min(most, self._passes[group] + (payload.passes or 0))
        # Whoever came back stands before them once more: one elder more than was counted when they joined.
        for waiter in self._lines[before.step.stage].waiters.values():
            waiter.elders[name] += 1

    def _seats_at(self, at: datetime) -> _Seats:
        plan = self._plans(at)
        before = self._seats
        if before is None or before.plan is not plan:
            self._seats = _Seats(plan)
            if before is not None and not _promises_alike(before.plan, plan):
                self._count_anew(self._seats)
            return self._seats
        return before

    def _count_anew(self, seats: _Seats) -> None:
        """Begin the promise of the bound anew for all who wait: what counts are those who stand before them now."""
        for line in self._lines.values():
            in_order = sorted(line.waiters.values(), key=lambda waiter: waiter.waiting.place)
            for waiter in in_order:
                waiter.elders.clear()
                waiter.passed.clear()
            for group, profile in seats.groups.items():
                older = 0
                for waiter in in_order:
                    waiter.elders[group] = older
                    older += bool(waiter.waiting.lane.only) or profile.takes(waiter.waiting.lane)

    def _join(self, token: Token) -> None:
        line, new = self._lines[token.step.stage], _Waiter(token.waiting)
        for group, profile in self._seats_at(token.step.entered_at).groups.items():
            for lane, before, after in line.around(new.waiting):
                if lane.only or profile.takes(lane):
                    new.elders[group] += before
                if new.waiting.lane.only or profile.takes(new.waiting.lane):
                    for waiter in after:
                        waiter.elders[group] += 1
        line.add(new)

    def _unexplained(
        self,
        event: Event,
        payload: TokenCalled,
        before: Token,
        profile: Profile,
        group: tuple[str, str],
        age: Age,
    ) -> tuple[str, str] | None:
        """Ask the rule of its time again; returns a fault when it chooses or tells otherwise."""
        reason, passes, plan = payload.reason, self._passes[group], self._seats_at(event.at).plan
        if payload.passes is None:
            return None
        heads = list(self._lines[before.step.stage].heads())
        if reason.rule in BY_PERSON:
            choice: Choice | None = _by_person(reason, heads, plan, profile, before, passes, age)
        else:
            choice = CHOOSERS[event.rule](heads, plan.calling, profile, passes, age)
        if choice is None or choice.waiting.token != before.id:
            due = "nobody" if choice is None else choice.waiting.label
            return "unexplained_call", f"{before.label} was called, by the rule it was {due}."
        if choice.reason.view() != reason.view() or passes != payload.passes:
            return "unexplained_call", f"The reason told for {before.label} is not that of the rule."
        return None

    def compare(self, stored: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
        """Compare the passes of the groups with those that stand in the table."""
        for group in sorted(stored.keys() | self._passes.keys()):
            if stored.get(group, 0) != self._passes.get(group, 0):
                told, due = stored.get(group, 0), self._passes.get(group, 0)
                yield "passes_differ", f"{group[0]} {group[1]}: {told} passes in the table, {due} by the log."

    def _overtake(
        self, called: Token, seat: tuple[Profile, str], figures: DayFairness, counted: bool
    ) -> tuple[str, str] | None:
        """Count everybody whom a call passed over; returns a fault when that was once too often."""
        fault = None
        profile, group = seat
        for waiter in self._lines[called.step.stage].older(called.waiting, profile):
            waiter.slips += 1
            if not counted:
                continue
            waiter.passed[group] += 1
            share = waiter.passed[group] / (waiter.elders[group] + 1)
            figures.worst = max(figures.worst, share)
            if share > figures.quota - 1:
                figures.beyond_bound += 1
                fault = ("overtaken_too_often", f"{waiter.waiting.label} was overtaken beyond the bound.")
        return fault


def _promises_alike(before: Plan, after: Plan) -> bool:
    """Whether two plans promise the same: the same rule, and the same counters that may take the same."""
    return before.calling == after.calling and before.profiles == after.profiles


def _by_person(
    reason: Reason, heads: Sequence[Waiting], plan: Plan, profile: Profile, before: Token, passes: int, age: Age
) -> Choice:
    """Return the choice of a person with the reason that the record must tell of it."""
    if reason.rule == "taken_over":
        params = {"label": before.label, "class": before.klass, "from": reason.params.get("from")}
        return Choice(before.waiting, Reason("taken_over", params), passes)
    why = str(reason.params.get("why"))
    known = why if why in plan.floor.out_of_order else ""
    return out_of_order(before.waiting, heads, plan.calling, profile, passes, age, known)


def _waits(token: Token) -> bool:
    return not token.ended and token.step.state is StepState.WAITING
