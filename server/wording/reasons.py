"""Why somebody was called, in words."""

from collections.abc import Mapping

from server.domain.calling.rule import Reason
from server.domain.plan.plan import Plan
from server.wording.catalogue import translate

# One sentence for each rule of `server.domain.calling`; `{first}` is the oldest that was passed over.
SENTENCES: Mapping[str, str] = {
    "longest_wait": "{label} was called: the longest wait, {waited} min.",
    "quota": "{label} was called: the longest wait, {waited} min. One call in {quota} goes to the longest wait.",
    "relative_age": "{label} was called before {first}: {waited} min of a wait of {target} min meant for its series.",
    "protected_class": "{label} was called before {first}: series {class} goes first.",
    "preferred_here": "{label} was called before {first}: series {class} goes first at this counter.",
    "language": "{label} was called before {first}: its language is spoken at this counter.",
    "sent_here": "{label} was called before {first}: it was sent to this counter.",
    "emergency": "{label} was called first: an emergency.",
    "out_of_order": "{label} was called out of order: {why}.",
    "taken_over": "{label} goes on at another counter.",
}

# What everybody may know of a call that passed others over, by its rule; any other was due by its age and target.
WHY_FIRST: Mapping[str, str] = {
    "protected_class": "priority",
    "emergency": "priority",
    "out_of_order": "staff",
    "preferred_here": "counter",
    "language": "counter",
    "sent_here": "counter",
}
CALLED_FIRST: Mapping[str, str] = {
    "priority": "{label} was called first: priority.",
    "staff": "{label} was called first: staff decided so.",
    "counter": "{label} was called first: that counter is meant for it.",
    "due": "{label} was called first: its time was due.",
}


def sentence_of(reason: Reason, plan: Plan | None, language: str) -> str:
    """Return the sentence of a stored reason in a language; the stored English one for a rule of before."""
    params, sentence = reason.params, SENTENCES.get(reason.rule)
    if sentence is None or not isinstance(params.get("passed_over", []), list):
        return reason.text
    over = params.get("passed_over") or [{"label": ""}]
    names = plan.floor.out_of_order.get(params.get("why", ""), {}) if plan is not None else {}
    why = names.get(language) or names.get("en") or params.get("why", "")
    return translate(
        language,
        sentence,
        label=params.get("label", ""),
        waited=max(0, params.get("waited_s", 0)) // 60,
        target=params.get("target_s", 0) // 60,
        quota=params.get("quota", 0),
        first=over[0]["label"],
        why=why,
        **{"class": params.get("class", "")},
    )
