"""How services write events: the whole token or counter as it is after the change."""

from datetime import datetime
from typing import Any

from server.domain.events import Kind
from server.domain.tokens import Token, to_record
from server.storage.queries import CounterRow
from server.storage.transaction import Transaction


def record_token(tx: Transaction, kind: Kind, actor: str, now: datetime, token: Token, **more: Any) -> None:
    """Record an event that changed `token`; `more` holds what the token itself does not tell."""
    tx.record(kind, actor, now, {"token": to_record(token), **more})


def counter_view(counter: CounterRow) -> dict[str, Any]:
    """Return what screens see of a counter, which is also what its events hold."""
    return {
        "id": counter.id,
        "stage": counter.stage,
        "state": counter.state.value,
        "reason": counter.reason,
    }


def record_counter(tx: Transaction, kind: Kind, actor: str, now: datetime, counter: CounterRow) -> None:
    """Record an event that changed `counter`."""
    tx.record(kind, actor, now, {"counter": counter_view(counter)})
