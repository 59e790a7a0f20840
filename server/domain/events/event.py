"""One committed change of a centre, and the hash that chains it to the one before."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from server.domain.actors import By
from server.domain.events.kinds import Kind, Payload
from server.domain.events.stored import read_payload
from server.domain.instants import to_iso
from server.domain.json import JsonObject

_head = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Event:
    """One committed change of a centre.

    `by` did it, in the command whose first event is number `act`, under version `plan` of the set-up and version
    `rule` of the calling rule. `v` is the version in which the payload was stored.
    """

    seq: int
    at: datetime
    kind: Kind
    by: By
    act: int
    plan: int
    rule: str
    payload: Payload
    v: int
    hash: str


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as its row holds it; `private` is the purgeable part, which no hash covers."""

    seq: int
    at: datetime
    kind: str
    actor: str
    desk: str | None
    act: int
    plan: int
    rule: str
    v: int
    data: JsonObject
    private: JsonObject | None
    hash: str

    def read(self) -> Event:
        """Return the event; raises LookupError, TypeError or ValueError for one that nobody can have written."""
        kind = Kind(self.kind)
        payload = read_payload(kind, self.v, self.data, self.private or {}, self.at)
        by = By(self.actor, self.desk)
        return Event(self.seq, self.at, payload.kind, by, self.act, self.plan, self.rule, payload, self.v, self.hash)


def fingerprint(event: StoredEvent, data: bytes, prev: str) -> str:
    """Return the hex hash (SHA-256) that binds an event to its content and to the event before it.

    `data` is the canonical JSON of its data: names in order, no spaces, UTF-8; `prev` is the hash of the one before.
    Each version of the payload has its formula: version 0 knew neither desk, act, plan nor rule beside its data.
    """
    # What is hashed, and in which order, is for ever: another formula needs another version of the payload.
    parts: list[str | int | None] = [prev, event.seq, to_iso(event.at)]
    if event.v == 0:
        parts += [event.kind, event.actor]
    else:
        parts += [event.v, event.kind, event.actor, event.desk, event.act, event.plan, event.rule]
    return hashlib.sha256(_head(parts)[:-1].encode() + b"," + data + b"]").hexdigest()
