"""What each kind of event must have made of a token: the rules applied once more to the record before it.

There is one function for each kind. It takes what a person decided from the event (the outcome, where they sent
somebody, what they noted) and computes everything else from the record before, the plan and the hall of that moment.
"""

from collections.abc import Mapping
from dataclasses import replace

from server.domain.errors import IllegalTransition, Refused
from server.domain.events.event import Event
from server.domain.events.kinds import Kind, TokenEvent
from server.domain.events.payloads import TokenIssued
from server.domain.proof import at_counters, of_tokens
from server.domain.proof.change import Change, Made, Rule
from server.domain.proof.findings import Finding, differences, in_chain
from server.domain.proof.hall import Hall
from server.domain.token.spans import with_spans_of
from server.domain.token.token import Token

RULES: Mapping[Kind, Rule] = {
    Kind.TOKEN_ISSUED: of_tokens.issued,
    Kind.TOKEN_REBUILT: of_tokens.rebuilt,
    Kind.TOKEN_CALLED: at_counters.called,
    Kind.TOKEN_FINISHED: at_counters.finished,
    Kind.TOKEN_MISSED: at_counters.missed,
    Kind.TOKEN_PAUSED: of_tokens.paused,
    Kind.TOKEN_TRANSFERRED: at_counters.transferred,
    Kind.TOKEN_CORRECTED: of_tokens.corrected,
    Kind.TOKEN_ATTACHED: of_tokens.attached,
    Kind.TOKEN_MERGED: of_tokens.merged,
    Kind.TOKEN_REMARKED: of_tokens.remarked,
    Kind.TOKEN_HELPER_LEFT: at_counters.helper_left,
    Kind.TOKEN_CANCELLED: of_tokens.cancelled,
    Kind.TOKEN_EXPIRED: of_tokens.expired,
}
"""What each kind makes of a token whose class does not name its change; an undo is compared with the record before it
(`server.domain.proof.past`)."""


def remake(change: Change) -> Made | None:
    """Return what the rules make of a token by an event, with the step that it closes; None when they forbid it.

    What differs from the event's own record is found.
    """
    kind = change.event.kind
    try:
        made = RULES.get(kind, of_tokens.changed)(change)
    except Refused as refusal:
        code = "not_allowed"
        if isinstance(refusal, IllegalTransition):
            code = "double_call" if kind is Kind.TOKEN_CALLED else "illegal_transition"
        change.find(code, f"it was {change.before.state}, {kind.value} cannot follow. {refusal}")
        return None
    expected, after = in_chain(made[1]), in_chain(counted(change.after, made[1], change.payload))
    if not change.payload.ages_kept:  # events of before ages were kept say nothing of first calls
        expected, after = _without_first_call(expected), _without_first_call(after)
    if expected != after:
        change.findings += differences(expected, after)
    return made


def counted(after: Token, expected: Token, payload: TokenEvent) -> Token:
    """Return a token as an event left it, with the spans that were computed anew where the event kept none."""
    return after if payload.spans_kept else with_spans_of(after, expected)


def remake_issue(event: Event, payload: TokenIssued, hall: Hall) -> list[Finding]:
    """Return in what a token was issued otherwise than the rules say; the row of numbers is the ledger's."""
    change = Change(event, payload, payload.token, payload.token, hall)
    remake(change)
    return change.findings


def _without_first_call(token: Token) -> Token:
    return replace(token, step=replace(token.step, first_called=None, called_by=None, jumped_at=None))
