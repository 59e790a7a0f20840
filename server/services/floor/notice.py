"""Stop a centre at once, and let it go on: in a fire, a power cut, an evacuation."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from server.domain.centre import CentreState
from server.domain.events.kinds import Kind
from server.domain.instants import to_iso
from server.storage.sql import centres
from server.storage.tables import events
from server.storage.transaction import Read, Transaction

KEPT = timedelta(days=2)


def freeze(tx: Transaction, reason: str, now: datetime, actor: str) -> dict[str, Any]:
    """Stop calling, missing and expiring, and all clocks of stay; repeating it changes nothing."""
    if tx.centre.frozen:
        return _view(tx.centre, _reason(tx.conn, tx.centre.id))
    recent = [one for one in tx.centre.freezes if one[1] is None or one[1] > to_iso(now - KEPT)]
    tx.change_centre(freezes=[*recent, [to_iso(now), None]])
    tx.record(Kind.CENTRE_FROZEN, actor, now, {"reason": reason})
    return _view(tx.centre, reason)


def unfreeze(tx: Transaction, now: datetime, actor: str) -> dict[str, Any]:
    """Go on where the floor was stopped, in the same order; repeating it changes nothing."""
    if tx.centre.frozen:
        begin = tx.centre.freezes[-1][0]
        tx.change_centre(freezes=[*tx.centre.freezes[:-1], [begin, to_iso(now)]])
        tx.record(Kind.CENTRE_RESUMED, actor, now, {"frozen_at": begin})
    return _view(tx.centre, None)


def freezes_of(read: Read, code: str) -> dict[str, Any]:
    """Return `{frozen, since, reason, freezes}` of a centre; raises UnknownCentre.

    `freezes` are the latest as `[begin, end]`, in which no clock of stay runs; the end is null while it lasts.
    """
    centre = centres.centre_by_code(read, code)
    return _view(centre, _reason(read, centre.id) if centre.frozen else None)


def _view(centre: CentreState, reason: str | None) -> dict[str, Any]:
    since = centre.freezes[-1][0] if centre.frozen else None
    return {"frozen": centre.frozen, "since": since, "reason": reason, "freezes": centre.freezes}


def _reason(read: Read, centre_id: int) -> str:
    """Return why the centre was frozen the last time."""
    table = events.EventTable
    query = select(table.data).where(table.centre_id == centre_id, table.kind == Kind.CENTRE_FROZEN.value)
    told: dict[str, Any] = read.execute(query.order_by(table.seq.desc()).limit(1)).scalar_one()
    return str(told["reason"])
