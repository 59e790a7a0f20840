"""Who is next, and why: protected classes first, within them and after them the longest wait."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the calling rule needs to know of one waiting step; `since` is when it joined this line."""

    step: int
    token: str
    label: str
    klass: str
    since: datetime


@dataclass(frozen=True, slots=True)
class CallingRule:
    """The rule in force: classes in `protected` are called before all others."""

    name: str = "protected_first"
    protected: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why this token: the rule that decided, its figures, and one sentence in English."""

    rule: str
    params: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The step to call and the reason to tell."""

    waiting: Waiting
    reason: Reason


def choose_next(waiting: Iterable[Waiting], rule: CallingRule, now: datetime) -> Choice | None:
    """Return whom to call next under `rule`, or None when nobody waits.

    First in, first out inside a class, so the first of each class is all that `waiting` has to hold.
    """
    line = sorted(waiting, key=lambda w: (w.klass not in rule.protected, w.since, w.step))
    return Choice(line[0], _reason(line, rule, now)) if line else None


def _reason(line: list[Waiting], rule: CallingRule, now: datetime) -> Reason:
    first = line[0]
    waited = int((now - first.since).total_seconds())
    oldest = min(line, key=lambda w: (w.since, w.step))
    params: dict[str, Any] = {"label": first.label, "class": first.klass, "waited_s": waited}
    if oldest is first:
        text = f"{first.label} is next: the longest wait, {_minutes(waited)}."
        return Reason("longest_wait", params, text)
    params["passed_over"] = oldest.label
    text = f"{first.label} is next: series {first.klass} goes first; {oldest.label} has waited longer."
    return Reason("protected_class", params, text)


def _minutes(seconds: int) -> str:
    minutes = seconds // 60
    return "under a minute" if minutes < 1 else f"{minutes} min"
