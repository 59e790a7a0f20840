"""A token as the event log keeps it: JSON values, without what has its default."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any

from server.domain.instants import to_iso
from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.token import STEP_NAMES, TOKEN_NAMES, Step, Token, of_step, of_token

_DEFAULTS = {f.name: f.default for kind in (Step, Token) for f in fields(kind) if f.default is not MISSING}


def to_record(token: Token) -> dict[str, Any]:
    """Return the whole token as JSON values, the shape that the event log keeps: what has its default is left out."""
    record = _told(_TOKEN_SHAPE, of_token(token))
    record["step"] = _told(_STEP_SHAPE, of_step(token.step))
    return record


def _shape(names: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Return names with their defaults; MISSING, which no value equals, without one."""
    return [(name, _DEFAULTS.get(name, MISSING)) for name in names]


_TOKEN_SHAPE, _STEP_SHAPE = _shape(TOKEN_NAMES), _shape(STEP_NAMES)


def _told(shape: list[tuple[str, Any]], values: tuple[Any, ...]) -> dict[str, Any]:
    told = {}
    for (name, default), value in zip(shape, values, strict=True):
        if value is default or value == default:
            continue
        write = _WRITE.get(type(value))
        told[name] = value if write is None else write(value)
    return told


def from_record(record: Mapping[str, Any]) -> Token:
    """Return the token that `to_record` wrote, now or in an older version of Baari."""
    values = _read(record)
    step = _read(values["step"])
    step.setdefault("since", step["entered_at"])
    values["step"] = Step(**step)
    values.setdefault("aged_from", values["issued_at"])
    return Token(**values)


def _read(record: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(record)
    for name in _READ.keys() & values.keys():
        if values[name] is not None:
            values[name] = _READ[name](values[name])
    return values


_WRITE: Mapping[type, Callable[[Any], Any]] = {datetime: to_iso, date: date.isoformat, tuple: list}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "issued_at": datetime.fromisoformat,
    "aged_from": datetime.fromisoformat,
    "slot": datetime.fromisoformat,
    "emergency_at": datetime.fromisoformat,
    "ended_at": datetime.fromisoformat,
    "entered_at": datetime.fromisoformat,
    "since": datetime.fromisoformat,
    "first_call": datetime.fromisoformat,
    "called_at": datetime.fromisoformat,
    "started_at": datetime.fromisoformat,
    "until": datetime.fromisoformat,
    "day": date.fromisoformat,
    "return_until": date.fromisoformat,
    "then": tuple,
    "access": tuple,
    "beside": tuple,
    "state": {state.value: state for state in StepState}.__getitem__,
    "ends": {end.value: end for end in TokenEnd}.__getitem__,
}
