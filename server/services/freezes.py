"""Stop a centre at once, and let it go on: in a fire, a power cut, an evacuation."""

from datetime import datetime, timedelta
from typing import Any

from server.domain.events import Kind
from server.domain.tokens import to_iso
from server.storage.transaction import Transaction

KEPT = timedelta(days=2)


def freeze(tx: Transaction, reason: str, now: datetime, actor: str) -> dict[str, Any]:
    """Stop calling, missing and expiring, and all clocks of stay; repeating it changes nothing."""
    if not tx.centre.frozen:
        recent = [one for one in tx.centre.freezes if one[1] is None or one[1] > to_iso(now - KEPT)]
        tx.change_centre(freezes=[*recent, [to_iso(now), None]])
        tx.record(Kind.CENTRE_FROZEN, actor, now, {"reason": reason})
    return _view(tx)


def unfreeze(tx: Transaction, now: datetime, actor: str) -> dict[str, Any]:
    """Go on where the floor was stopped, in the same order; repeating it changes nothing."""
    if tx.centre.frozen:
        begin = tx.centre.freezes[-1][0]
        tx.change_centre(freezes=[*tx.centre.freezes[:-1], [begin, to_iso(now)]])
        tx.record(Kind.CENTRE_RESUMED, actor, now, {"frozen_at": begin})
    return _view(tx)


def _view(tx: Transaction) -> dict[str, Any]:
    return {"frozen": tx.centre.frozen, "since": tx.centre.freezes[-1][0] if tx.centre.frozen else None}
