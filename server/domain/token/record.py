"""A token as the event log keeps it: JSON values, without what has its default.

What the citizen needs is not in it, only a sealed commitment: the need itself stands in the purgeable part of the
event (`needs_of`), so that the chain can forget. The table of defaults belongs to the version of the payload: a later
default gets a later version, or history would read otherwise.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from server.domain.instants import to_iso
from server.domain.json import FromJson, Json, JsonObject, Stored, ToJson
from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.token import STEP_NAMES, TOKEN_NAMES, Step, Token, of_step, of_token
from server.domain.token.ways_back import WayBack

STEP_FREE_NEED = "wheelchair"
NEEDED = object()
"""Stands for no default: the name is always written."""
Shape = list[tuple[str, object]]
"""The names of a record, each with its default."""

# Version 2; frozen by a test.
TOKEN_DEFAULTS: Mapping[str, object] = {
    "then": (),
    "party": 1,
    "step_free": False,
    "needs_seal": None,
    "slot": None,
    "emergency_at": None,
    "entered_by_hand": False,
    "return_until": None,
    "decision": None,
    "ends": TokenEnd.DONE,
    "ended_at": None,
    "stayed": 0,
}
STEP_DEFAULTS: Mapping[str, object] = {
    "ways_back": (),
    "only": None,
    "counter": None,
    "beside": (),
    "call": None,
    "calls": 0,
    "first_called": None,
    "last_called": None,
    "called_by": None,
    "jumped_at": None,
    "started_at": None,
    "until": None,
    "ended_at": None,
    "outcome": None,
    "waiting": 0,
    "coming": 0,
    "serving": 0,
    "parked": 0,
    "away": 0,
    "stopped": 0,
    "waited": None,
}
BESIDE_THE_CHAIN = ("need", "access")


def _shape(names: tuple[str, ...], defaults: Mapping[str, object]) -> Shape:
    return [(name, BESIDE_THE_CHAIN if name in BESIDE_THE_CHAIN else defaults.get(name, NEEDED)) for name in names]


_TOKEN_SHAPE, _STEP_SHAPE = _shape(TOKEN_NAMES, TOKEN_DEFAULTS), _shape(STEP_NAMES, STEP_DEFAULTS)


def to_record(token: Token) -> dict[str, Json]:
    """Return a token as JSON values, the shape that the event log keeps: what has its default is left out."""
    record = _written(_TOKEN_SHAPE, of_token(token))
    record["step"] = _written(_STEP_SHAPE, of_step(token.step))
    return record


def _written(shape: Shape, values: tuple[Any, ...]) -> dict[str, Json]:  # fields, each of its type
    record = {}
    for (name, default), value in zip(shape, values, strict=True):
        if default is BESIDE_THE_CHAIN or value == default:
            continue
        write = _WRITE.get(type(value))
        record[name] = value if write is None else write(value)
    return record


def needs_of(token: Token) -> dict[str, Json]:
    """Return what the citizen needs, for the purgeable part of an event; empty without needs."""
    needs: dict[str, Json] = {}
    if token.need is not None:
        needs["need"] = token.need
    if token.access:
        needs["access"] = list(token.access)
    return needs


def from_record(record: JsonObject, needs: JsonObject) -> Token:
    """Return the token that `to_record` and `needs_of` wrote; its needs are None and empty once they were purged."""
    purged = {"need": None, "access": ()}
    values: dict[str, Any] = {**TOKEN_DEFAULTS, **purged, **_read(record), **_read(needs)}  # fields of `Token`
    step: Any = record["step"]  # an object, as `to_record` wrote it
    values["step"] = Step(**{**STEP_DEFAULTS, **_read(step)})
    return Token(**values)


def upcast_record(record: Stored) -> tuple[Stored, Stored]:
    """Return (record, needs) in the form of version 1 of a record from before versions.

    Those of the first months knew no ages: the age counted from the issue, and a step's from when it was entered.
    """
    token, step = dict(record), dict(record["step"])
    needs = {name: token.pop(name) for name in BESIDE_THE_CHAIN if token.get(name)}
    # A need that is None was written out once; the present form leaves it out.
    token.pop("need", None)
    for old, new in (("first_call", "first_called"), ("called_at", "last_called")):
        if old in step:
            step[new] = step.pop(old)
    step.setdefault("since", step["entered_at"])
    token.setdefault("aged_from", token["issued_at"])
    token["step_free"] = STEP_FREE_NEED in needs.get("access", ())
    return {**token, "step": step}, needs


def upcast_step(record: Stored) -> Stored:
    """Return a record in the form of version 2 of one of version 1: its way back, and its spans as its moments tell.

    Neither stops nor pauses are known of it, nor how long it was held; a replay counts them anew from the events.
    """
    step = record["step"]
    moments = [datetime.fromisoformat(step[name]) for name in _MARKS if step.get(name)]
    spans = {name: _ms(end - begin) for name, (begin, end) in zip(_SPANS, pairwise(moments), strict=False)}
    waited = spans["waiting"] if step.get("first_called") else None
    known: dict[str, Json] = {"state_since": to_iso(moments[-1]), "waited": waited}
    if step.get("jumped"):
        known["jumped_at"] = step["last_called"]
    if step.get("back_to"):
        known["ways_back"] = [[step["back_to"], step.get("back_only")]]
    kept = {name: value for name, value in step.items() if name not in _GONE}
    stayed = _ms(moments[0] - datetime.fromisoformat(record["issued_at"]))
    return {**record, "step": {**kept, **spans, **known}, "stayed": stayed}


_GONE = ("jumped", "back_to", "back_only")
_MARKS = ("entered_at", "first_called", "started_at", "ended_at")
_SPANS = ("waiting", "coming", "serving")


def _ms(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)


def seal_needs(secret: str, need: str | None, access: tuple[str, ...]) -> str | None:
    """Return the commitment to what a citizen needs: SHA-256, salted with the secret of the token; None without needs.

    Who knows the secret can check it; once the secret is purged nobody can guess from the few needs there are.
    """
    if need is None and not access:
        return None
    return hashlib.sha256("\n".join((secret, need or "", *access)).encode()).hexdigest()[:32]


def _read(record: JsonObject) -> dict[str, Any]:  # each field in the type it has in a token or a step
    values: dict[str, object] = dict(record)
    for name in _READ.keys() & values.keys():
        if values[name] is not None:
            values[name] = _READ[name](values[name])
    return values


def _listed(values: tuple[Any, ...]) -> Json:  # words, or ways back
    return [[value.stage, value.only] if isinstance(value, WayBack) else value for value in values]


_WRITE: Mapping[type, ToJson] = {datetime: to_iso, date: date.isoformat, tuple: _listed}
_READ: Mapping[str, FromJson] = {
    "issued_at": datetime.fromisoformat,
    "aged_from": datetime.fromisoformat,
    "slot": datetime.fromisoformat,
    "emergency_at": datetime.fromisoformat,
    "ended_at": datetime.fromisoformat,
    "entered_at": datetime.fromisoformat,
    "since": datetime.fromisoformat,
    "state_since": datetime.fromisoformat,
    "jumped_at": datetime.fromisoformat,
    "first_called": datetime.fromisoformat,
    "last_called": datetime.fromisoformat,
    "started_at": datetime.fromisoformat,
    "until": datetime.fromisoformat,
    "day": date.fromisoformat,
    "return_until": date.fromisoformat,
    "then": tuple,
    "access": tuple,
    "beside": tuple,
    "ways_back": lambda ways: tuple(WayBack(*way) for way in ways),
    "state": {state.value: state for state in StepState}.__getitem__,
    "ends": {end.value: end for end in TokenEnd}.__getitem__,
}
