"""The kinds of events, what each holds, and what the public and the staff see of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from server.domain.tokens import to_iso

VERSION = 1


class Kind(StrEnum):
    """Every kind of event; kinds only grow."""

    TOKEN_ISSUED = "token.issued"
    TOKEN_CALLED = "token.called"
    TOKEN_RECALLED = "token.recalled"
    TOKEN_STARTED = "token.started"
    TOKEN_FINISHED = "token.finished"
    TOKEN_MISSED = "token.missed"
    TOKEN_CANCELLED = "token.cancelled"
    TOKEN_EXPIRED = "token.expired"
    COUNTER_OPENED = "counter.opened"
    COUNTER_PAUSED = "counter.paused"
    COUNTER_CLOSED = "counter.closed"
    DAY_CLOSED = "day.closed"


@dataclass(frozen=True, slots=True)
class Event:
    """One committed change of a centre. `data` holds `token` and `counter` as they are after it, and more."""

    seq: int
    at: datetime
    kind: Kind
    actor: str
    data: Mapping[str, Any]
    hash: str


def seal(seq: int, at: datetime, kind: Kind, actor: str, data: Mapping[str, Any], prev: str) -> Event:
    """Return the event, chained to the hash of the one before it (SHA-256 over its canonical JSON)."""
    return Event(seq, at, kind, actor, data, fingerprint(seq, at, kind, actor, data, prev))


def fingerprint(seq: int, at: datetime, kind: str, actor: str, data: Mapping[str, Any], prev: str) -> str:
    """Return the hex hash that binds an event to its content and to the event before it."""
    content = [prev, seq, to_iso(at), str(kind), actor, data]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def token_view(record: Mapping[str, Any], *, staff: bool) -> dict[str, Any]:
    """Return what screens see of a token record: nothing personal, no need, no service; staff see those too."""
    step = record["step"]
    ended = record["ended_at"] is not None
    view = {
        "id": record["id"],
        "label": record["label"],
        "state": record["ends"] if ended else step["state"],
        "stage": None if ended else step["stage"],
        "counter": None if ended else step["counter"],
        "call": None if ended else step["call"],
        "calls": 0 if ended else step["calls"],
        "called_at": None if ended else step["called_at"],
        "ended": ended,
    }
    if staff:
        view["staff"] = {
            "series": record["klass"],
            "service": record["service"],
            "route": record["route"],
            "language": record["language"],
            "need": record["need"],
            "issued_at": record["issued_at"],
            "waiting_since": step["entered_at"],
            "started_at": step["started_at"],
            "decision": record["decision"],
            "ended_at": record["ended_at"],
        }
    return view


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
    }
