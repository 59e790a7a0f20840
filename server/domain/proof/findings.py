"""What a computation anew finds: a stable code and a sentence, and by which code each field of a token is told."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from server.domain.token.token import STEP_NAMES, TOKEN_NAMES, Step, Token

Finding = tuple[str, str]
"""The code of a fault and its words."""

# Every field has its code, so that a new one is thought of: a test compares the names.
TOKEN_CODES: Mapping[str, str] = {
    "id": "wrong_change",
    "day": "wrong_day",
    "series": "wrong_label",
    "number": "wrong_label",
    "label": "wrong_label",
    "klass": "wrong_class",
    "service": "wrong_route",
    "route": "wrong_route",
    "language": "wrong_change",
    "need": "wrong_need",
    "issued_at": "wrong_time",
    "aged_from": "wrong_age",
    "then": "wrong_route",
    "party": "wrong_change",
    "access": "wrong_need",
    "step_free": "wrong_need",
    "needs_seal": "wrong_need",
    "slot": "wrong_age",
    "emergency_at": "wrong_emergency",
    "entered_by_hand": "wrong_label",
    "return_until": "wrong_return",
    "decision": "wrong_decision",
    "ends": "wrong_decision",
    "ended_at": "wrong_time",
    "stayed": "wrong_span",
}
STEP_CODES: Mapping[str, str] = {
    "seq": "wrong_change",
    "stage": "wrong_route",
    "state": "wrong_state",
    "entered_at": "wrong_time",
    "since": "wrong_age",
    "ways_back": "wrong_way_back",
    "only": "wrong_counter",
    "counter": "wrong_counter",
    "beside": "wrong_counter",
    "call": "wrong_call",
    "calls": "wrong_call",
    "first_called": "wrong_time",
    "last_called": "wrong_time",
    "called_by": "wrong_counter",
    "jumped_at": "wrong_call",
    "started_at": "wrong_time",
    "until": "wrong_time",
    "ended_at": "wrong_time",
    "outcome": "wrong_decision",
    "state_since": "wrong_span",
    "waiting": "wrong_span",
    "coming": "wrong_span",
    "serving": "wrong_span",
    "parked": "wrong_span",
    "away": "wrong_span",
    "stopped": "wrong_span",
    "waited": "wrong_span",
}


def in_chain(token: Token) -> Token:
    """Return a token as the chain holds it: what its citizen needs stands beside it, and may be purged."""
    return replace(token, need=None, access=()) if token.need or token.access else token


def differences(expected: Token, after: Token) -> Iterator[Finding]:
    """Return in what a token differs from what was computed anew."""
    yield from _fields(after.label, TOKEN_NAMES, TOKEN_CODES, expected, after)
    yield from step_differences(after.label, expected.step, after.step)


def step_differences(label: str, expected: Step, after: Step) -> Iterator[Finding]:
    """Return in what a step of a token differs from what was computed anew."""
    return _fields(label, STEP_NAMES, STEP_CODES, expected, after)


def _fields(
    label: str, names: tuple[str, ...], codes: Mapping[str, str], expected: object, after: object
) -> Iterator[Finding]:
    for name in names:
        is_, due = getattr(after, name), getattr(expected, name)
        if is_ != due:
            yield codes[name], f"{label}: {name.replace('_', ' ')} is {_told(is_)}, computed anew it is {_told(due)}."


def _told(value: object) -> str:
    return "none" if value is None or value == () else str(value)
