"""Payloads as the event table keeps them: hashed data, and a purgeable part beside it; old versions are upcast.

An event of version 0 (before versions) is read as it was written; its hash was made by the formula of its time. What
it says is then brought into the form of the present version, so that nobody else has to know of it. Version 1
kept no spans, and one way back.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from types import NoneType
from typing import Any, get_args

from server.domain.calling.rule import Reason
from server.domain.day import Then
from server.domain.events import kinds
from server.domain.events import payloads as p
from server.domain.events.kinds import Kind, Payload, TokenEvent
from server.domain.instants import to_iso
from server.domain.json import FromJson, Json, JsonObject, Stored, ToJson
from server.domain.leases import Lease
from server.domain.notice import OTHER, Notice, NoticeKind
from server.domain.token.lifecycle import CounterState
from server.domain.token.record import from_record, needs_of, to_record, upcast_record, upcast_step
from server.domain.token.token import Token

VERSION = 2
CAUSES = frozenset({"take_over", "nobody_there", "left"})
PURGEABLE = frozenset({"note"})
KEPT = frozenset({"ages_kept", "spans_kept"})
"""What records of old versions did not keep; it stands in no event."""
STOPS_NAMED = frozenset({"fire", "power", "evacuation"})
"""The reasons to stop that were codes already when reasons were free text."""
LATER: Mapping[str, tuple[()]] = {"further": ()}
"""Fields that came within a version, and what they are where they are missing."""
# What kinds hold since version 2, as it was before.
GAINED: Mapping[Kind, JsonObject] = {
    Kind.TOKEN_ISSUED: {"left_out": [], "secret": None},
    Kind.NUMBERS_LEASED: {"left_out": []},
    Kind.DAY_CLOSED: {"still_here": 0, "then": Then.END.value, "shown": [], "people": None},
}
_WRITE: Mapping[type, ToJson] = {
    datetime: to_iso,
    date: date.isoformat,
    Kind: lambda kind: kind.value,
    Then: lambda then: then.value,
    tuple: list,
    Reason: lambda reason: reason.view(),
    NoticeKind: lambda flag: flag.value,
    Notice: lambda notice: {"kind": notice.kind.value, "cause": notice.cause, "since": notice.since},
}


def data_of(payload: Payload) -> dict[str, Json]:
    """Return what is hashed of a payload: everything but what people wrote and what a citizen needs."""
    if isinstance(payload, TokenEvent):
        return {"token": to_record(payload.token), **_own(payload)}
    if isinstance(payload, p.CounterEvent):
        counter = payload.counter
        back_at = {} if counter.back_at is None else {"back_at": to_iso(counter.back_at)}
        return {"counter": {"id": counter.id, "stage": counter.stage, "state": counter.state.value, **back_at}}
    if isinstance(payload, p.NumbersLeased | p.NumbersVoided):
        return {"lease": _block(payload.lease), **_own(payload)}
    return _own(payload)


def private_of(payload: Payload) -> dict[str, Json]:
    """Return the purgeable part of a payload; empty for most."""
    if isinstance(payload, TokenEvent):
        return {**needs_of(payload.token), **_note(getattr(payload, "note", None))}
    if isinstance(payload, p.CounterEvent):
        return _note(payload.counter.reason)
    if isinstance(payload, p.NumbersLeased | p.NumbersVoided):
        return {"holder": payload.lease.holder, **_note(payload.lease.void_reason)}
    return _note(getattr(payload, "note", None))


def read_payload(kind: Kind, version: int, data: Stored, private: Stored, at: datetime) -> Payload:
    """Return the payload that was stored; raises LookupError, TypeError or ValueError for one nobody can write.

    Its kind is another one where a kind has a successor.
    """
    if version == 0:
        data, private = _upcast(kind, data)
    if version < VERSION:
        data = {**GAINED.get(kind, {}), **data}
    if version < 2 and "token" in data:
        data = {"undoes": None, **data, "token": upcast_step(data["token"]), "spans_kept": False}
    if kind in (Kind.CENTRE_FROZEN, Kind.CENTRE_RESUMED):
        kind, data, private = _as_notice(kind, data, private, at)
    payload: Payload = _READ[kind](data, private)
    return payload


def _own(payload: Payload) -> dict[str, Json]:
    """Return the fields of a payload beside the token, each under its name, None included."""
    own: dict[str, Json] = {}
    for name in _names(type(payload)):
        value = getattr(payload, name)
        write = _WRITE.get(type(value))
        own[name] = value if write is None else write(value)
    return own


_NAMES: dict[type[Payload], tuple[str, ...]] = {}


def _names(kind: type[Payload]) -> tuple[str, ...]:
    names = _NAMES.get(kind)
    if names is None:
        beside = PURGEABLE | KEPT | {"token", "lease"}
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


Reader = Callable[[Stored, Stored], Any]  # the type of the field it reads
"""Makes a value of (data, private)."""


def _token(data: Stored, private: Stored) -> Token:
    return from_record(data["token"], {name: private[name] for name in ("need", "access") if name in private})


def _counter(data: Stored, private: Stored) -> p.CounterFacts:
    counter = data["counter"]
    back_at = datetime.fromisoformat(counter["back_at"]) if "back_at" in counter else None
    state = CounterState(counter["state"])
    return p.CounterFacts(counter["id"], counter["stage"], state, private.get("note"), back_at)


def _lease(data: Stored, private: Stored) -> Lease:
    block = data["lease"]
    void = private.get("note", "") if block["void"] else None
    day = date.fromisoformat(block["day"])
    return Lease(block["id"], day, block["series"], block["first"], block["last"], private.get("holder", ""), void)


def _reason(view: Stored) -> Reason:
    return Reason(view["rule"], view["params"], view.get("text", ""))


# How a field is read follows from its type: from several places, or from the JSON value of its name.
_OF_PARTS: Mapping[object, Reader] = {Token: _token, p.CounterFacts: _counter, Lease: _lease}
_OF_JSON: Mapping[object, FromJson] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Kind: Kind,
    Then: Then,
    tuple[str, ...]: tuple,
    Reason: _reason,
    NoticeKind: NoticeKind,
    Notice: lambda view: Notice(NoticeKind(view["kind"]), view["cause"], view["since"]),
}


def _field_reader(name: str, kind: object) -> Reader:
    """Return what reads a field of a type, which may be None."""
    if name in KEPT:
        return lambda data, _private: data.get(name, True)
    if name in PURGEABLE:
        return lambda _data, private: private.get(name)
    if name in LATER:
        return lambda data, _private: tuple(data.get(name, LATER[name]))
    if kind in _OF_PARTS:
        return _OF_PARTS[kind]
    convert = next((_OF_JSON[part] for part in (kind, *get_args(kind)) if part in _OF_JSON), None)
    if convert is None:
        return lambda data, _private: data[name]
    if NoneType in get_args(kind):
        return lambda data, _private: None if data[name] is None else convert(data[name])
    return lambda data, _private: convert(data[name])


def _reader(kind: type[Payload]) -> Reader:
    readers = [(field.name, _field_reader(field.name, field.type)) for field in fields(kind)]
    return lambda data, private: kind(**{name: read(data, private) for name, read in readers})


_READ: Mapping[Kind, Reader] = {
    value.kind: _reader(value)
    for module in (kinds, p)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Payload) and "kind" in vars(value)
}


def _upcast(kind: Kind, data: Stored) -> tuple[Stored, Stored]:
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


def _as_notice(kind: Kind, data: Stored, private: Stored, at: datetime) -> tuple[Kind, Stored, Stored]:
    """Return (kind, data, private) of what was written before there were three flags: the floor was stopped or went on.

    Whatever the reason was, the floor stood as it does in a pause.
    """
    note = private.get("note")
    cause, free = (note, {}) if note in STOPS_NAMED else (OTHER, private)
    told: dict[str, Json] = {"flag": NoticeKind.PAUSE.value, "cause": cause, "notice": None, "frozen": False}
    if kind is Kind.CENTRE_RESUMED:
        return Kind.NOTICE_LIFTED, {**told, "since": data["frozen_at"]}, free
    notice = {"kind": NoticeKind.PAUSE.value, "cause": cause, "since": to_iso(at)}
    return Kind.NOTICE_SET, {**told, "notice": notice, "frozen": True}, free


def _with_defaults(kind: Kind, data: dict[str, Json], private: dict[str, Json]) -> Stored:
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
