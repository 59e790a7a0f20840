"""Who is next, and why: the largest age for its target, and one call in every few to the longest wait.

Every waiting step has an age, `now - since`, and its class a target. The largest age ÷ target is called first, so
that inside a class the line is first in, first out (generalised longest delay: Kleinrock 1964; Stanford, Taylor and
Ziedins 2014). But when none of the last m - 1 calls of a desk's group took the longest wait, the next one does.

That gives a bound which holds for any arrivals: with k older tokens in the line of a group, a token is called within
m(k + 1) calls of the group and overtaken at most (m - 1)(k + 1) times, because each quota call takes it or one of the
k before it. Desks that may take the same tokens form a group; calls of staff out of order count as calls of it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from server.domain.calling.lane import Age, Lane, Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule, Choice, Reason

PASSED_OVER_TOLD = 3


def choose_next(waiting: Iterable[Waiting], rule: CallingRule, desk: Profile, passes: int, age: Age) -> Choice | None:
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
    chosen: Waiting, waiting: Iterable[Waiting], rule: CallingRule, desk: Profile, passes: int, age: Age, why: str
) -> Choice:
    """Return the choice that a person made against the rule, with their reason."""
    line = sorted((w for w in waiting if desk.takes(w.lane)), key=lambda w: w.place)
    params = _figures(chosen, line, rule, age) | {"why": why}
    text = f"{chosen.label} is called out of order: {why}."
    oldest = not line or chosen.place == line[0].place
    return Choice(chosen, Reason("out_of_order", params, text), 0 if oldest else passes + 1)


def _rank(one: Waiting, rule: CallingRule, desk: Profile, age: Age) -> tuple[Any, ...]:
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


def _spoken(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, desk: Profile) -> Waiting:
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


def _reason(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, desk: Profile, age: Age, due: bool) -> Reason:
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


def _jump(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, desk: Profile) -> tuple[str, str]:
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
