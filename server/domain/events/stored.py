"""Payloads as the event table keeps them: hashed data, and a purgeable part beside it; old versions are upcast.

An event of version 0 (before versions) is read as it was written; its hash was made by the formula of its time. What
it says is then brought into the form of the present version, so that nobody else has to know of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from server.domain.calling.rule import Reason
from server.domain.events import payloads as p
from server.domain.events.kinds import Kind
from server.domain.instants import to_iso
from server.domain.json import Json, JsonObject
from server.domain.leases import Lease
from server.domain.token.lifecycle import CounterState
from server.domain.token.record import from_record, needs_of, to_record, upcast_record

VERSION = 1
CAUSES = frozenset({"take_over", "nobody_there", "left"})
PURGEABLE = frozenset({"note"})
_WRITE: Mapping[type, Callable[[Any], Json]] = {
    datetime: to_iso,
    date: date.isoformat,
    Kind: lambda kind: kind.value,
    Reason: lambda reason: reason.view(),
}


def data_of(payload: p.Payload) -> dict[str, Json]:
    """Return what is hashed of a payload: everything but what people wrote and what a citizen needs."""
    if isinstance(payload, p.TokenEvent):
        return {"token": to_record(payload.token), **_own(payload)}
    if isinstance(payload, p.CounterEvent):
        counter = payload.counter
        return {"counter": {"id": counter.id, "stage": counter.stage, "state": counter.state.value}}
    if isinstance(payload, p.NumbersLeased | p.NumbersVoided):
        return {"lease": _block(payload.lease)}
    return _own(payload)


def private_of(payload: p.Payload) -> dict[str, Json]:
    """Return the purgeable part of a payload; empty for most."""
    if isinstance(payload, p.TokenEvent):
        return {**needs_of(payload.token), **_note(getattr(payload, "note", None))}
    if isinstance(payload, p.CounterEvent):
        return _note(payload.counter.reason)
    if isinstance(payload, p.NumbersLeased | p.NumbersVoided):
        return {"holder": payload.lease.holder, **_note(payload.lease.void_reason)}
    return _note(getattr(payload, "note", None))


def read_payload(kind: Kind, version: int, data: Mapping[str, Any], private: Mapping[str, Any]) -> p.Payload:
    """Return the payload that was stored; raises LookupError, TypeError or ValueError for one nobody can write."""
    if version == 0:
        data, private = _upcast(kind, data)
    return _READ[kind](data, private)


def _own(payload: p.Payload) -> dict[str, Json]:
    """Return the fields of a payload beside the token, each under its name, None included."""
    own: dict[str, Json] = {}
    for name in _names(type(payload)):
        value = getattr(payload, name)
        write = _WRITE.get(type(value))
        own[name] = value if write is None else write(value)
    return own


_NAMES: dict[type[p.Payload], tuple[str, ...]] = {}


def _names(kind: type[p.Payload]) -> tuple[str, ...]:
    names = _NAMES.get(kind)
    if names is None:
        beside = PURGEABLE | {"token", "ages_kept"}
        names = _NAMES[kind] = tuple(f.name for f in fields(kind) if f.name not in beside)
    return names


def _note(text: str | None) -> dict[str, Json]:
    return {} if text is None else {"note": text}


def _block(lease: Lease) -> dict[str, Json]:
    return {
        "id": lease.id,
        "day": lease.day.isoformat(),
        "series": lease.letter,
        "first": lease.first,
        "last": lease.last,
        "void": lease.void_reason is not None,
    }


def _token_event(kind: type[p.TokenEvent], **convert: Callable[[Any], Any]) -> Callable[[Any, Any], p.Payload]:
    """Return what reads the payload of a token event; `convert` turns JSON values into those of its fields."""

    def read(data: Mapping[str, Any], private: Mapping[str, Any]) -> p.Payload:
        needs = {name: private[name] for name in ("need", "access") if name in private}
        own = {name: data[name] for name in _names(kind)}
        own |= {name: convert[name](own[name]) for name in convert if own[name] is not None}
        if "note" in kind.__slots__:
            own["note"] = private.get("note")
        return kind(token=from_record(data["token"], needs), ages_kept=data.get("ages_kept", True), **own)

    return read


def _counter_event(kind: type[p.CounterEvent]) -> Callable[[Any, Any], p.Payload]:
    def read(data: Mapping[str, Any], private: Mapping[str, Any]) -> p.Payload:
        counter = data["counter"]
        state = CounterState(counter["state"])
        return kind(p.CounterFacts(counter["id"], counter["stage"], state, private.get("note")))

    return read


def _lease(data: Mapping[str, Any], private: Mapping[str, Any]) -> Lease:
    block = data["lease"]
    void = private.get("note", "") if block["void"] else None
    day = date.fromisoformat(block["day"])
    return Lease(block["id"], day, block["series"], block["first"], block["last"], private.get("holder", ""), void)


def _policy(data: Mapping[str, Any], _private: JsonObject) -> p.Payload:
    return p.PolicyChanged(data["policy"], date.fromisoformat(data["valid_from"]), data["body"], data["number"])


def _clock(data: Mapping[str, Any], _private: JsonObject) -> p.Payload:
    return p.ClockConfirmed(None if data["was"] is None else datetime.fromisoformat(data["was"]))


def _day_closed(data: Mapping[str, Any], _private: JsonObject) -> p.Payload:
    return p.DayClosed(date.fromisoformat(data["day"]), data["expired"], data["no_show"])


def _reason(view: Mapping[str, Any]) -> Reason:
    return Reason(view["rule"], view["params"], view["text"])


_READ: Mapping[Kind, Callable[[Any, Any], p.Payload]] = {
    Kind.TOKEN_ISSUED: _token_event(p.TokenIssued),
    Kind.TOKEN_CALLED: _token_event(p.TokenCalled, reason=_reason),
    Kind.TOKEN_RECALLED: _token_event(p.TokenRecalled),
    Kind.TOKEN_STARTED: _token_event(p.TokenStarted),
    Kind.TOKEN_FINISHED: _token_event(p.TokenFinished),
    Kind.TOKEN_MISSED: _token_event(p.TokenMissed),
    Kind.TOKEN_HELD: _token_event(p.TokenHeld),
    Kind.TOKEN_RESUMED: _token_event(p.TokenResumed),
    Kind.TOKEN_PAUSED: _token_event(p.TokenPaused),
    Kind.TOKEN_RETURNED: _token_event(p.TokenReturned),
    Kind.TOKEN_TRANSFERRED: _token_event(p.TokenTransferred),
    Kind.TOKEN_CORRECTED: _token_event(p.TokenCorrected),
    Kind.TOKEN_REMARKED: _token_event(p.TokenRemarked),
    Kind.TOKEN_HELPER_LEFT: _token_event(p.TokenHelperLeft),
    Kind.TOKEN_UNDONE: _token_event(p.TokenUndone, of=Kind),
    Kind.TOKEN_CANCELLED: _token_event(p.TokenCancelled),
    Kind.TOKEN_EXPIRED: _token_event(p.TokenExpired),
    Kind.COUNTER_OPENED: _counter_event(p.CounterOpened),
    Kind.COUNTER_PAUSED: _counter_event(p.CounterPaused),
    Kind.COUNTER_CLOSED: _counter_event(p.CounterClosed),
    Kind.CENTRE_FROZEN: lambda _data, private: p.CentreFrozen(private.get("note")),
    Kind.CENTRE_RESUMED: lambda data, _private: p.CentreResumed(datetime.fromisoformat(data["frozen_at"])),
    Kind.NUMBERS_LEASED: lambda data, private: p.NumbersLeased(_lease(data, private)),
    Kind.NUMBERS_VOIDED: lambda data, private: p.NumbersVoided(_lease(data, private)),
    Kind.POLICY_CHANGED: _policy,
    Kind.CLOCK_CONFIRMED: _clock,
    Kind.DAY_CLOSED: _day_closed,
}


def _upcast(kind: Kind, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (data, private) in the form of version 1 of what was stored before versions."""
    new, private = dict(data), _note(data.get("reason") if isinstance(data.get("reason"), str) else None)
    if "token" in data:
        new["token"], needs = upcast_record(data["token"])
        private |= needs
        new["ages_kept"] = "aged_from" in data["token"]
    if "counter" in data:
        private = _note(data["counter"]["reason"])
    if "lease" in data:
        void = data["lease"]["void"]
        new["lease"] = {**data["lease"], "void": void is not None}
        private = {"holder": data["lease"]["holder"], **_note(void)}
    return _with_defaults(kind, new, private), private


def _with_defaults(kind: Kind, data: dict[str, Any], private: dict[str, Any]) -> dict[str, Any]:
    """Return data with what a kind has gained since, and with its causes told from what people wrote."""
    if kind in (Kind.TOKEN_TRANSFERRED, Kind.TOKEN_CANCELLED):
        data["cause"] = private.pop("note") if private.get("note") in CAUSES else None
    if kind is Kind.POLICY_CHANGED:
        data["policy"], data["number"] = data["kind"], None
    gained = {
        Kind.TOKEN_ISSUED: ("printer", "booking", "return_of"),
        Kind.TOKEN_CALLED: ("passes", "officer"),
    }
    return {**dict.fromkeys(gained.get(kind, ())), **data}
