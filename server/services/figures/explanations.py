"""Why a token was called when it was, and by whom it was overtaken, in words and in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.calling.jumps import Jump, passes_over
from server.domain.centre import CentreState
from server.domain.errors import UnknownToken
from server.domain.events.payloads import TokenCalled, TokenUndone
from server.domain.plan.plan import Plan
from server.domain.plan.series import read_label
from server.domain.token.token import Token
from server.services.setup.plans import plan_of
from server.storage.sql import centres, line, tokens
from server.storage.sql.events import events_of
from server.storage.transaction import Read
from server.wording.catalogue import translate
from server.wording.reasons import CALLED_FIRST, WHY_FIRST, sentence_of


def explain(read: Read, centre: CentreState, label: str, day: date, language: str) -> dict[str, Any]:
    """Return `{label, day, state, calls, overtaken}` of a token: each call with its reason, who overtook it and why.

    A call that was taken back stays, and says so. Raises UnknownToken.
    """
    found = read_label(label)
    if found is None:
        raise UnknownToken(f"“{label}” is not a number.")
    token = tokens.token_by_number(read, centre.id, day, *found)
    plan = plan_of(read, centre, day)
    zone = ZoneInfo(centre.timezone)
    events = list(events_of(read, centre.id, token.id))
    undone = {event.payload.undoes for event in events if isinstance(event.payload, TokenUndone)}
    calls = [
        {
            "seq": event.seq,
            "at": event.at.astimezone(zone).strftime("%H:%M:%S"),
            "stage": event.payload.token.step.stage,
            "counter": event.payload.token.step.counter,
            "rule": event.payload.reason.rule,
            "text": sentence_of(event.payload.reason, plan, language),
            "undone": event.seq in undone,
        }
        for event in events
        if isinstance(event.payload, TokenCalled)
    ]
    before = overtakers_of(plan, token, line.jumps(read, centre.id, token.step.stage, token.step.entered_at))
    return {
        "label": token.label,
        "day": day.isoformat(),
        "state": token.state,
        "stage": token.step.stage,
        "calls": calls,
        "overtaken": [called_first(read, centre, token, first, language) for first in before],
    }


def overtakers_of(plan: Plan, token: Token, jumps: Iterable[Jump]) -> list[str]:
    """Return the labels of the younger that were called before a token at its present stage, the first first.

    Only calls of counters that could have called the token count.
    """
    over = [jump for jump in jumps if passes_over(jump, token.step)]
    return [jump.label for jump in over if plan.profile(jump.counter or "").takes(token.lane)]


@dataclass(frozen=True, slots=True)
class CalledFirst:
    """Who was called before somebody, why (a code) and in words, as everybody may know it."""

    label: str
    why: str
    text: str


def called_first(read: Read, centre: CentreState, token: Token, first: str, language: str) -> CalledFirst:
    """Return why another was called before a token."""
    why = WHY_FIRST.get(_rule_of(read, centre, token, first), "due")
    return CalledFirst(first, why, translate(language, CALLED_FIRST[why], label=first))


def _rule_of(read: Read, centre: CentreState, token: Token, first: str) -> str:
    """Return the rule by which another was called last at the stage at which a token waits."""
    number = read_label(first)
    if number is None:
        return ""
    other = tokens.token_by_number(read, centre.id, token.day, *number)
    calls = [e.payload for e in events_of(read, centre.id, other.id) if isinstance(e.payload, TokenCalled)]
    here = [call.reason.rule for call in calls if call.token.step.stage == token.step.stage]
    return here[-1] if here else ""


def explain_today(read: Read, code: str, label: str, now: datetime, language: str) -> dict[str, Any]:
    """Return the explanation of a token of today; raises UnknownCentre, UnknownToken."""
    centre = centres.centre_by_code(read, code)
    return explain(read, centre, label, centre.day(now), language)
