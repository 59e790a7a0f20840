"""Who is next, and why: the largest age for its target, and one call in every few to the longest wait.

Every waiting step has an age, `now - since`, and its class a target. The largest age ÷ target is called first, so
that inside a class the line is first in, first out (generalised longest delay: Kleinrock 1964; Stanford, Taylor and
Ziedins 2014). But when none of the last m - 1 calls of a desk's group took the longest wait, the next one does.

That gives a bound which holds for any arrivals: with k older tokens in the line of a group, a token is called within
m(k + 1) calls of the group and overtaken at most (m - 1)(k + 1) times, because each quota call takes it or one of the
k before it. Desks that may take the same tokens form a group; calls of staff out of order count as calls of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

Age = Callable[[datetime], float]
"""How long a moment is ago, in seconds in which the centre was not frozen."""

DEFAULT_TARGET_MIN = 30.0
PASSED_OVER_TOLD = 3


class Lane(NamedTuple):
    """What decides which desks may take a token. Inside a lane the line is first in, first out."""

    klass: str
    service: str
    language: str
    step_free: bool = False
    emergency: bool = False
    only: str = ""

    @property
    def key(self) -> str:
        """The lane as a word, for the index of the waiting."""
        return f"{self.klass} {self.service} {self.language} {self.step_free:d}{self.emergency:d} {self.only}"


@lru_cache(maxsize=4096)
def lane_of_key(key: str) -> Lane:
    """Return the lane that has this key."""
    klass, service, language, flags, only = key.split(" ", 4)
    return Lane(klass, service, language, flags[0] == "1", flags[1] == "1", only)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the calling rule needs to know of one waiting step; `since` is the moment from which its age counts."""

    step: int
    token: str
    label: str
    lane: Lane
    since: datetime

    @property
    def place(self) -> tuple[datetime, int]:
        """The order of age: who is smaller has waited longer."""
        return self.since, self.step


@dataclass(frozen=True, slots=True)
class Desk:
    """What a counter may take. Empty sets mean anything; `prefers` and `languages` are wishes, the others rules."""

    counter: str
    officer: str | None = None
    services: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()
    prefers: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    step_free: bool = True

    @property
    def group(self) -> str:
        """The name shared by all desks that may take the same tokens: the quota is kept for each group."""
        parts = (
            ",".join(sorted(self.services)),
            ",".join(sorted(self.reserved)),
            "" if self.step_free else "steps",
        )
        return "|".join(parts)

    def takes(self, lane: Lane) -> bool:
        """Whether a token of this lane may be called here."""
        if lane.only:
            return lane.only in (self.counter, self.officer)
        return (
            (not self.services or lane.service in self.services)
            and (not self.reserved or lane.klass in self.reserved)
            and (self.step_free or not lane.step_free)
        )


@dataclass(frozen=True, slots=True)
class CallingRule:
    """The rule in force.

    `name`: `fifo` or `relative_age`. `targets`: minutes of wait meant for a class. `protected`: classes that are
    called before all others. `quota`: one call in so many goes to the longest wait, 0 for no such promise.
    `language_patience_s`: how much younger a token may be that is called first because the desk speaks its language.
    """

    name: str = "relative_age"
    targets: Mapping[str, float] = field(default_factory=dict)
    protected: frozenset[str] = frozenset()
    quota: int = 3
    language_patience_s: float = 0

    def target_s(self, klass: str) -> float:
        """Return the wait meant for a class, in seconds."""
        return self.targets.get(klass, DEFAULT_TARGET_MIN) * 60


@dataclass(frozen=True, slots=True)
class Reason:
    """Why this token: the rule that decided, its figures, and one sentence in English."""

    rule: str
    params: Mapping[str, Any]
    text: str

    def view(self) -> dict[str, Any]:
        """Return what is stored with the call and told to screens."""
        return {"rule": self.rule, "params": dict(self.params), "text": self.text}


@dataclass(frozen=True, slots=True)
class Choice:
    """The step to call, the reason to tell, and how many calls in a row have then passed over the longest wait."""

    waiting: Waiting
    reason: Reason
    passes: int


def choose_next(waiting: Iterable[Waiting], rule: CallingRule, desk: Desk, passes: int, age: Age) -> Choice | None:
    """Return whom to call next to `desk` under `rule`, or None when nobody it may take waits.

    The first of each lane is all that `waiting` has to hold. `passes` counts the calls of the desk's group since the
    last that took the longest wait.
    """
    line = sorted((w for w in waiting if desk.takes(w.lane)), key=lambda w: w.place)
    if not line:
        return None
    by_rule = _spoken(min(line, key=lambda w: _rank(w, rule, desk, age)), line, rule, desk)
    due = rule.quota > 0 and passes >= rule.quota - 1
    chosen = min(line, key=lambda w: (not w.lane.emergency, w.place)) if due else by_rule
    reason = _reason(chosen, line, rule, desk, age, chosen is not by_rule)
    return Choice(chosen, reason, 0 if chosen is line[0] else passes + 1)


def out_of_order(
    chosen: Waiting, waiting: Iterable[Waiting], rule: CallingRule, desk: Desk, passes: int, age: Age, why: str
) -> Choice:
    """Return the choice that a person made against the rule, with their reason."""
    line = sorted((w for w in waiting if desk.takes(w.lane)), key=lambda w: w.place)
    params = _figures(chosen, line, rule, age) | {"why": why}
    text = f"{chosen.label} is called out of order: {why}."
    oldest = not line or chosen.place == line[0].place
    return Choice(chosen, Reason("out_of_order", params, text), 0 if oldest else passes + 1)


def overtakings_left(quota: int, older: int, groups: int = 1) -> int | None:
    """Return how often the rule can still call a younger token first, with `older` older ones in line.

    Each of the `groups` of desks that may take the token keeps its quota for itself. None when there is no promise.
    """
    return groups * (quota - 1) * (older + 1) if quota and groups else None


def _rank(one: Waiting, rule: CallingRule, desk: Desk, age: Age) -> tuple[Any, ...]:
    """Return what sorts the line: emergencies, those sent here, what the desk prefers, the protected, then age."""
    relative = 0.0 if rule.name == "fifo" else -age(one.since) / rule.target_s(one.lane.klass)
    return (
        not one.lane.emergency,
        not one.lane.only,
        one.lane.klass not in desk.prefers,
        one.lane.klass not in rule.protected,
        relative,
        one.place,
    )


def _spoken(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, desk: Desk) -> Waiting:
    """Return the first of the same kind whose language the desk speaks, if it is hardly younger."""
    if not desk.languages or chosen.lane.language in desk.languages:
        return chosen
    same = (w for w in line if w.lane.language in desk.languages and _alike(w.lane, chosen.lane))
    spoken = next(same, chosen)
    younger = (spoken.since - chosen.since).total_seconds()
    return spoken if younger <= rule.language_patience_s else chosen


def _alike(one: Lane, other: Lane) -> bool:
    return (one.klass, one.emergency, one.only) == (other.klass, other.emergency, other.only)


def _figures(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, age: Age) -> dict[str, Any]:
    """Return the figures of a reason: the ages and targets of the chosen and of those it passed over."""

    def told(one: Waiting) -> dict[str, Any]:
        target = int(rule.target_s(one.lane.klass))
        return {"label": one.label, "class": one.lane.klass, "waited_s": int(age(one.since)), "target_s": target}

    older = [w for w in line if w.place < chosen.place]
    return told(chosen) | {"passed_over": [told(w) for w in older[:PASSED_OVER_TOLD]], "older": len(older)}


def _reason(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, desk: Desk, age: Age, due: bool) -> Reason:
    """Return why; `due` says that only the quota made it this one."""
    params = _figures(chosen, line, rule, age)
    waited = _minutes(params["waited_s"])
    if chosen.lane.emergency:
        return Reason("emergency", params, f"{chosen.label} is next: an emergency.")
    if chosen is line[0]:
        if due:
            params["quota"] = rule.quota
            return Reason("quota", params, f"{chosen.label} is next: the longest wait, {waited}; its turn is due.")
        return Reason("longest_wait", params, f"{chosen.label} is next: the longest wait, {waited}.")
    first = line[0].label
    name, why = _jump(chosen, line, rule, desk)
    return Reason(name, params, f"{chosen.label} is next: {why}; {first} has waited longer.")


def _jump(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, desk: Desk) -> tuple[str, str]:
    """Return the name and the words of what put a token before older ones."""
    lane = chosen.lane
    if lane.only:
        return "sent_here", "it was sent to this counter"
    if lane.klass in desk.prefers:
        return "preferred_here", f"series {lane.klass} goes first at this counter"
    if lane.klass in rule.protected:
        return "protected_class", f"series {lane.klass} goes first"
    if any(w.lane.klass == lane.klass and w.place < chosen.place for w in line):
        return "language", "its language is spoken here"
    return "relative_age", f"the longest wait for its target of {int(rule.target_s(lane.klass) // 60)} min"


def _minutes(seconds: int) -> str:
    minutes = seconds // 60
    return "under a minute" if minutes < 1 else f"{minutes} min"
