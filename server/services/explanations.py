"""Why a token was called when it was, and by whom it was overtaken, in words and in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from server.domain.errors import UnknownToken
from server.domain.events import Kind
from server.domain.numbering import read_label
from server.domain.plan import Plan
from server.domain.tokens import Token
from server.services.plans import plan_of
from server.services.words import translate
from server.storage import line, queries, records
from server.storage.transaction import CentreState

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

# The same rules, short, about the first of the line; whoever is first for any other reason is simply "next".
NEXT_IN_LINE: Mapping[str, str] = {
    "longest_wait": "next: the longest wait",
    "quota": "next: the longest wait, its turn is due",
    "relative_age": "next: its limit of {target} min is nearest",
    "protected_class": "next: series {class} goes first",
    "preferred_here": "next: series {class} goes first here",
    "language": "next: you speak its language",
    "sent_here": "next: it was sent to you",
    "emergency": "next: an emergency",
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


def told(reason: Mapping[str, Any], plan: Plan | None, language: str) -> str:
    """Return the sentence of a stored reason in a language; the stored English one for a rule of before."""
    params = reason["params"]
    sentence = SENTENCES.get(reason["rule"])
    if sentence is None or not isinstance(params.get("passed_over", []), list):
        return str(reason["text"])
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


def explain(conn: Connection, centre: CentreState, label: str, day: date, language: str) -> dict[str, Any]:
    """Return `{label, day, state, calls, overtaken}` of a token: each call with its reason, who overtook it and why.

    A call that was taken back stays, and says so. Raises UnknownToken.
    """
    found = read_label(label)
    if found is None:
        raise UnknownToken(f"“{label}” is not a number.")
    token = queries.token_by_number(conn, centre.id, day, *found)
    plan = plan_of(conn, centre, day)
    zone = ZoneInfo(centre.timezone)
    events = list(records.events_of(conn, centre.id, token.id))
    undone = {event.data["undoes"] for event in events if event.kind is Kind.TOKEN_UNDONE}
    calls = [
        {
            "seq": event.seq,
            "at": event.at.astimezone(zone).strftime("%H:%M:%S"),
            "stage": event.data["token"]["step"]["stage"],
            "counter": event.data["token"]["step"]["counter"],
            "rule": event.data["reason"]["rule"],
            "text": told(event.data["reason"], plan, language),
            "undone": event.seq in undone,
        }
        for event in events
        if event.kind is Kind.TOKEN_CALLED
    ]
    before = overtakers_of(conn, centre, plan, token)
    return {
        "label": token.label,
        "day": day.isoformat(),
        "state": token.state,
        "stage": token.step.stage,
        "calls": calls,
        "overtaken": [overtaken_by(conn, centre, token, first, language) for first in before],
    }


def overtakers_of(conn: Connection, centre: CentreState, plan: Plan, token: Token) -> list[str]:
    """Return the labels of the younger that were called before a token at its present stage.

    Only calls of counters that could have called the token count.
    """
    found = line.overtakers(conn, centre.id, token)
    return [label for label, _, counter in found if plan.desk(counter or "").takes(token.lane)]


def overtaken_by(conn: Connection, centre: CentreState, token: Token, first: str, language: str) -> dict[str, str]:
    """Return `{label, why, text}`: who was called before a token, and why, as everybody may know it."""
    why = WHY_FIRST.get(_rule_of(conn, centre, token, first), "due")
    return {"label": first, "why": why, "text": translate(language, CALLED_FIRST[why], label=first)}


def _rule_of(conn: Connection, centre: CentreState, token: Token, first: str) -> str:
    """Return the rule by which another was called last at the stage at which a token waits."""
    number = read_label(first)
    if number is None:
        return ""
    other = queries.token_by_number(conn, centre.id, token.day, *number)
    calls = [e.data for e in records.events_of(conn, centre.id, other.id) if e.kind is Kind.TOKEN_CALLED]
    here = [call["reason"]["rule"] for call in calls if call["token"]["step"]["stage"] == token.step.stage]
    return str(here[-1]) if here else ""


def explain_today(conn: Connection, code: str, label: str, now: datetime, language: str) -> dict[str, Any]:
    """Return the explanation of a token of today; raises UnknownCentre, UnknownToken."""
    centre = queries.centre_by_code(conn, code)
    return explain(conn, centre, label, centre.day(now), language)
