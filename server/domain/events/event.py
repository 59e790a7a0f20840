"""One committed change of a centre, and the hash that chains it to the one before."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.events.kinds import Kind
from server.domain.instants import to_iso

_head = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


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
