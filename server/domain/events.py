"""The kinds of events, what each holds, and what the public and the staff see of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from server.domain.lifecycle import TokenEnd
from server.domain.token_records import to_iso

VERSION = 1
_head = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Kind(StrEnum):
    """Every kind of event; kinds only grow."""

    TOKEN_ISSUED = "token.issued"
    TOKEN_CALLED = "token.called"
    TOKEN_RECALLED = "token.recalled"
    TOKEN_STARTED = "token.started"
    TOKEN_FINISHED = "token.finished"
    TOKEN_MISSED = "token.missed"
    TOKEN_HELD = "token.held"
    TOKEN_RESUMED = "token.resumed"
    TOKEN_PAUSED = "token.paused"
    TOKEN_RETURNED = "token.returned"
    TOKEN_TRANSFERRED = "token.transferred"
    TOKEN_CORRECTED = "token.corrected"
    TOKEN_REMARKED = "token.remarked"
    TOKEN_UNDONE = "token.undone"
    TOKEN_CANCELLED = "token.cancelled"
    TOKEN_EXPIRED = "token.expired"
    COUNTER_OPENED = "counter.opened"
    COUNTER_PAUSED = "counter.paused"
    COUNTER_CLOSED = "counter.closed"
    CENTRE_FROZEN = "centre.frozen"
    CENTRE_RESUMED = "centre.resumed"
    NUMBERS_LEASED = "numbers.leased"
    NUMBERS_VOIDED = "numbers.voided"
    POLICY_CHANGED = "policy.changed"
    CLOCK_CONFIRMED = "clock.confirmed"
    DAY_CLOSED = "day.closed"


FROZEN: Mapping[Kind, bool] = {Kind.CENTRE_FROZEN: True, Kind.CENTRE_RESUMED: False}


@dataclass(frozen=True, slots=True)
class Event:
    """One committed change of a centre. `data` holds `token` and `counter` as they are after it, and more."""

    seq: int
    at: datetime
    kind: Kind
    actor: str
    data: Mapping[str, Any]
    hash: str


def fingerprint(seq: int, at: datetime, kind: str, actor: str, data: bytes, prev: str) -> str:
    """Return the hex hash (SHA-256) that binds an event to its content and to the event before it.

    `data` is the canonical JSON of its data: names in order, no spaces, UTF-8; `prev` is the hash of the one before.
    """
    head = _head([prev, seq, to_iso(at), str(kind), actor])[:-1]
    return hashlib.sha256(head.encode() + b"," + data + b"]").hexdigest()


def token_view(record: Mapping[str, Any], *, staff: bool) -> dict[str, Any]:
    """Return what screens see of a token record: nothing personal, no need, no service; staff see those too."""
    ended = record.get("ended_at") is not None
    step: Mapping[str, Any] = {} if ended else record["step"]
    view = {
        "id": record["id"],
        "label": record["label"],
        "party": record.get("party", 1),
        "state": record.get("ends", TokenEnd.DONE.value) if ended else step["state"],
        "stage": step.get("stage"),
        "counter": step.get("counter"),
        "beside": step.get("beside", []),
        "call": step.get("call"),
        "calls": step.get("calls", 0),
        "called_at": step.get("called_at"),
        "ended": ended,
    }
    if staff:
        view["staff"] = _staff_view(record)
    return view


def _staff_view(record: Mapping[str, Any]) -> dict[str, Any]:
    step = record["step"]
    return {
        "series": record["klass"],
        "service": record["service"],
        "then": record.get("then", []),
        "route": record["route"],
        "language": record["language"],
        "need": record.get("need"),
        "access": record.get("access", []),
        "emergency": record.get("emergency_at") is not None,
        "slot": record.get("slot"),
        "issued_at": record["issued_at"],
        "waiting_since": step.get("since", step["entered_at"]),
        "first_call": step.get("first_call"),
        "started_at": step.get("started_at"),
        "until": step.get("until"),
        "only": step.get("only"),
        "return_until": record.get("return_until"),
        "decision": record.get("decision"),
        "ended_at": record.get("ended_at"),
    }


def event_view(event: Event, *, centre: str, epoch: str, staff: bool) -> dict[str, Any]:
    """Return the message that goes to screens for one event."""
    record = event.data.get("token")
    return {
        "v": VERSION,
        "centre": centre,
        "epoch": epoch,
        "seq": event.seq,
        "type": event.kind.value,
        "at": to_iso(event.at),
        "token": token_view(record, staff=staff) if record else None,
        "counter": event.data.get("counter"),
        "frozen": FROZEN.get(event.kind),
    }
