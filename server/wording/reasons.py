"""Why somebody was called, in words: one table for explanations, consoles and phones."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.domain.calling.rule import Reason
from server.domain.plan.plan import Plan
from server.wording.catalogue import translate


class WhyFirst(StrEnum):
    """What everybody may know of a call that passed others over."""

    PRIORITY = "priority"
    STAFF = "staff"
    COUNTER = "counter"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Words:
    """How a rule is told: `called` explains a call to staff, `first` says what those passed over may know of it.

    `next` is what a console says of the first of the line; whoever is first by another rule is simply next.
    """

    called: str
    first: WhyFirst = WhyFirst.DUE
    next: str | None = None


# One row for each rule of `server.domain.calling`; `{first}` is the oldest that was passed over.
REASONS: Mapping[str, Words] = {
    "longest_wait": Words(
        "{label} was called: the longest wait, {waited} min.",
        next="next: the longest wait",
    ),
    "quota": Words(
        "{label} was called: the longest wait, {waited} min. One call in {quota} goes to the longest wait.",
        next="next: the longest wait, its turn is due",
    ),
    "relative_age": Words(
        "{label} was called before {first}: {waited} min of a wait of {target} min meant for its series.",
        next="next: its limit of {target} min is nearest",
    ),
    "protected_class": Words(
        "{label} was called before {first}: series {class} goes first.",
        WhyFirst.PRIORITY,
        next="next: series {class} goes first",
    ),
    "preferred_here": Words(
        "{label} was called before {first}: series {class} goes first at this counter.",
        WhyFirst.COUNTER,
        next="next: series {class} goes first here",
    ),
    "language": Words(
        "{label} was called before {first}: its language is spoken at this counter.",
        WhyFirst.COUNTER,
        next="next: you speak its language",
    ),
    "sent_here": Words(
        "{label} was called before {first}: it was sent to this counter.",
        WhyFirst.COUNTER,
        next="next: it was sent to you",
    ),
    "emergency": Words(
        "{label} was called first: an emergency.",
        WhyFirst.PRIORITY,
        next="next: an emergency",
    ),
    "out_of_order": Words("{label} was called out of order: {why}.", WhyFirst.STAFF),
    "taken_over": Words("{label} goes on at another counter."),
}
NEXT_IN_LINE: Mapping[str, str] = {rule: words.next for rule, words in REASONS.items() if words.next is not None}
CALLED_FIRST: Mapping[WhyFirst, str] = {
    WhyFirst.PRIORITY: "{label} was called first: priority.",
    WhyFirst.STAFF: "{label} was called first: staff decided so.",
    WhyFirst.COUNTER: "{label} was called first: that counter is meant for it.",
    WhyFirst.DUE: "{label} was called first: its time was due.",
}


def why_first(rule: str) -> WhyFirst:
    """Return what everybody may know of a rule; of one that is not in the table, that the time was due."""
    return REASONS[rule].first if rule in REASONS else WhyFirst.DUE


def next_sentence(reason: Reason, language: str) -> str:
    """Return what a console says of the first of the line in a language."""
    params = reason.params
    sentence = NEXT_IN_LINE.get(reason.rule, "next")
    return translate(language, sentence, target=params.get("target_s", 0) // 60, **{"class": params.get("class", "")})


def sentence_of(reason: Reason, plan: Plan | None, language: str) -> str:
    """Return the sentence of a stored reason in a language; the stored English one for a rule of before."""
    params, words = reason.params, REASONS.get(reason.rule)
    if words is None or not isinstance(params.get("passed_over", []), list):
        return reason.text
    over = params.get("passed_over") or [{"label": ""}]
    names = plan.floor.out_of_order.get(params.get("why", ""), {}) if plan is not None else {}
    why = names.get(language) or names.get("en") or params.get("why", "")
    return translate(
        language,
        words.called,
        label=params.get("label", ""),
        waited=max(0, params.get("waited_s", 0)) // 60,
        target=params.get("target_s", 0) // 60,
        quota=params.get("quota", 0),
        first=over[0]["label"],
        why=why,
        **{"class": params.get("class", "")},
    )
