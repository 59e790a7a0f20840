"""Who is next, and why: the largest age for its target, and one call in every few to the longest wait.

Every waiting step has an age, `now - since`, and its class a target. The largest age ÷ target is called first, so
that inside a class the line is first in, first out (generalised longest delay: Kleinrock 1964; Stanford, Taylor and
Ziedins 2014). But when none of the last m - 1 calls of a group took the longest wait, the next one does.

That gives a bound which holds for any arrivals: with k older tokens in the line of a group, a token is called within
m(k + 1) calls of the group and overtaken at most (m - 1)(k + 1) times, because each quota call takes it or one of the
k before it. Counters that may take the same tokens form a group; calls of staff out of order count as calls of it.
"""

from collections.abc import Callable, Iterable, Sequence

from server.domain.calling.lane import Age, Lane, Place, Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule, Choice, Decision, Reason
from server.domain.instants import to_iso
from server.domain.json import Json

PASSED_OVER_SHOWN = 3
Figures = Callable[[Waiting], dict[str, Json]]
"""What a reason tells of somebody."""
Rank = tuple[bool, bool, bool, bool, float, Place]


def choose_next(
    waiting: Iterable[Waiting], rule: CallingRule, profile: Profile, passes: int, age: Age
) -> Choice | None:
    """Return whom to call next to a counter with `profile` under `rule`, or None when nobody it may take waits.

    The first of each lane is all that `waiting` has to hold. `passes` counts the calls of the group since the
    last that took the longest wait.
    """
    line = _line(waiting, profile)
    if not line:
        return None
    chosen, only_due = _chosen(line, rule, profile, passes, age)
    reason = _reason(chosen, line, rule, profile, age, only_due)
    return Choice(chosen, reason, 0 if chosen is line[0] else passes + 1)


def decide(waiting: Iterable[Waiting], rule: CallingRule, profile: Profile, passes: int, age: Age) -> Decision | None:
    """Return what `choose_next` does, without the reason: for those who ask who will be called one day."""
    line = _line(waiting, profile)
    if len(line) < 2:
        return Decision(line[0], 0) if line else None
    chosen, _ = _chosen(line, rule, profile, passes, age)
    return Decision(chosen, 0 if chosen is line[0] else passes + 1)


def out_of_order(
    chosen: Waiting, waiting: Iterable[Waiting], rule: CallingRule, profile: Profile, passes: int, age: Age, why: str
) -> Choice:
    """Return the choice that a person made against the rule, with their reason."""
    line = _line(waiting, profile)
    params = _figures(chosen, line, rule, "out_of_order", _aged(rule, age)) | {"why": why}
    # By place and not by step: whoever staff may call need not be in `line`, which is what the rule may call here.
    oldest = not line or chosen.place == line[0].place
    return Choice(chosen, Reason("out_of_order", params), 0 if oldest else passes + 1)


def rank(waiting: Waiting, rule: CallingRule, profile: Profile, age: Age) -> Rank:
    """Return what sorts the line: emergencies, those sent here, what the counter prefers, the protected, then age."""
    relative = 0.0 if rule.name == "fifo" else -age(waiting.since) / rule.target_s(waiting.lane.klass)
    return (*fixed_rank(waiting.lane, rule, profile), relative, waiting.place)


def fixed_rank(lane: Lane, rule: CallingRule, profile: Profile) -> tuple[bool, bool, bool, bool]:
    """Return the part of the rank that no time changes."""
    return not lane.emergency, not lane.only, lane.klass not in profile.prefers, lane.klass not in rule.protected


def standing_reason(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, profile: Profile, due: bool) -> Reason:
    """Return why somebody is next, for a screen that shows it for a while: with `since` in the place of ages.

    `line` is what the counter may take, by place; `due` says that only the quota made it this one.
    """

    def seen(waiting: Waiting) -> dict[str, Json]:
        return {**_known(waiting, rule), "since": to_iso(waiting.since)}

    name = _cause(chosen, line, rule, profile, due)
    return Reason(name, _figures(chosen, line, rule, name, seen))


def within_patience(spoken: Waiting, chosen: Waiting, rule: CallingRule) -> bool:
    """Whether somebody whose language the counter speaks is hardly younger than the one who would be called."""
    return (spoken.since - chosen.since).total_seconds() <= rule.language_patience_s


def kind_of(lane: Lane) -> tuple[str, bool, str]:
    """Return what two must share for the language to decide between them."""
    return lane.klass, lane.emergency, lane.only


def _spoken(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, profile: Profile) -> Waiting:
    """Return the first of the same kind whose language the counter speaks, if it is hardly younger."""
    if not profile.languages or chosen.lane.language in profile.languages:
        return chosen
    # Only inside a class: a language moves nobody before another class, so its target stays a promise.
    same = (w for w in line if w.lane.language in profile.languages and kind_of(w.lane) == kind_of(chosen.lane))
    spoken = next(same, chosen)
    return spoken if within_patience(spoken, chosen, rule) else chosen


def _line(waiting: Iterable[Waiting], profile: Profile) -> list[Waiting]:
    """Return whom a counter may take, the longest wait first."""
    return sorted((w for w in waiting if profile.takes(w.lane)), key=lambda w: w.place)


def _chosen(
    line: Sequence[Waiting], rule: CallingRule, profile: Profile, passes: int, age: Age
) -> tuple[Waiting, bool]:
    """Return whom the rule chooses of a line, and whether only the quota made it this one."""
    by_rule = _spoken(min(line, key=lambda w: rank(w, rule, profile, age)), line, rule, profile)
    # A quota of 1 is due always (first in, first out); 0 is never due.
    if not 0 < rule.quota <= passes + 1:
        return by_rule, False
    # Even a due quota lets emergencies pass: they are outside of the bound, and are limited by the hour instead.
    due = min(line, key=lambda w: (not w.lane.emergency, w.place))
    return due, due is not by_rule


def _known(waiting: Waiting, rule: CallingRule) -> dict[str, Json]:
    klass = waiting.lane.klass
    return {"label": waiting.label, "class": klass, "target_s": int(rule.target_s(klass))}


def _figures(
    chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, name: str, figures: Figures
) -> dict[str, Json]:
    """Return the params of a reason: the `figures` of the chosen and of those it passed over."""
    older = [w for w in line if w.place < chosen.place]
    passed: dict[str, Json] = {"passed_over": [figures(w) for w in older[:PASSED_OVER_SHOWN]], "older": len(older)}
    return figures(chosen) | passed | ({"quota": rule.quota} if name == "quota" else {})


def _aged(rule: CallingRule, age: Age) -> Figures:
    def aged(waiting: Waiting) -> dict[str, Json]:
        return {**_known(waiting, rule), "waited_s": int(age(waiting.since))}

    return aged


def _reason(
    chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, profile: Profile, age: Age, due: bool
) -> Reason:
    """Return why somebody is called; `due` says that only the quota made it this one."""
    name = _cause(chosen, line, rule, profile, due)
    return Reason(name, _figures(chosen, line, rule, name, _aged(rule, age)))


def _cause(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, profile: Profile, due: bool) -> str:
    """Return the name of what decided."""
    if chosen.lane.emergency:
        return "emergency"
    if chosen is not line[0]:
        return _jump(chosen, line, rule, profile)
    return "quota" if due else "longest_wait"


def _jump(chosen: Waiting, line: Sequence[Waiting], rule: CallingRule, profile: Profile) -> str:
    """Return the name of what put a token before older ones."""
    lane = chosen.lane
    if lane.only:
        return "sent_here"
    if lane.klass in profile.prefers:
        return "preferred_here"
    if lane.klass in rule.protected:
        return "protected_class"
    same_class = any(w.lane.klass == lane.klass and w.place < chosen.place for w in line)
    return "language" if same_class else "relative_age"
