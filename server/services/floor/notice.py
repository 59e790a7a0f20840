"""Stop a centre at once, and let it go on: in a fire, a power cut, an evacuation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.actors import By
from server.domain.centre import CentreState
from server.domain.events.payloads import CentreFrozen, CentreResumed
from server.domain.instants import to_iso
from server.storage.sql import centres, events
from server.storage.transaction import Read, Transaction

KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class FreezeView:
    """Whether a centre is stopped, since when and why, and its latest stops.

    `freezes` are `[begin, end]`, in which no clock of stay runs; the end is None while it lasts.
    """

    frozen: bool
    since: str | None
    reason: str | None
    freezes: list[list[str | None]]


def freeze(tx: Transaction, reason: str, by: By) -> FreezeView:
    """Stop calling, missing and expiring, and all clocks of stay; repeating it changes nothing."""
    if tx.centre.frozen:
        return _view(tx.centre, _reason(tx.conn, tx.centre.id))
    recent = [freeze for freeze in tx.centre.freezes if freeze[1] is None or freeze[1] > to_iso(tx.now - KEPT)]
    tx.change_centre(freezes=[*recent, [to_iso(tx.now), None]])
    tx.record(CentreFrozen(reason), by)
    return _view(tx.centre, reason)


def unfreeze(tx: Transaction, by: By) -> FreezeView:
    """Go on where the floor was stopped, in the same order; repeating it changes nothing."""
    if tx.centre.frozen:
        begin = str(tx.centre.freezes[-1][0])
        tx.change_centre(freezes=[*tx.centre.freezes[:-1], [begin, to_iso(tx.now)]])
        tx.record(CentreResumed(datetime.fromisoformat(begin)), by)
    return _view(tx.centre, None)


def freezes_of(read: Read, code: str) -> FreezeView:
    """Return whether a centre is stopped; raises UnknownCentre."""
    centre = centres.centre_by_code(read, code)
    return _view(centre, _reason(read, centre.id) if centre.frozen else None)


def _view(centre: CentreState, reason: str | None) -> FreezeView:
    since = centre.freezes[-1][0] if centre.frozen else None
    return FreezeView(centre.frozen, since, reason, centre.freezes)


def _reason(read: Read, centre_id: int) -> str | None:
    """Return why the centre was frozen the last time; None once that was purged."""
    last = events.last_of_kind(read, centre_id, CentreFrozen.kind)
    return last.payload.note if last is not None and isinstance(last.payload, CentreFrozen) else None
