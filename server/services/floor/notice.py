"""Tell the whole centre of an emergency, an outage or a pause, and stop the floor while one of them asks for it."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.actors import By
from server.domain.centre import CentreState
from server.domain.errors import NamedPersonNeeded
from server.domain.events.payloads import NoticeLifted, NoticeSet
from server.domain.freezes import freezes_after
from server.domain.instants import to_iso
from server.domain.notice import (
    Flags,
    Notice,
    NoticeKind,
    flag_of,
    flags_to,
    is_stopped,
    strongest,
    with_flag,
    without_flag,
)
from server.services.setup.plans import plan_now
from server.storage.sql import centres
from server.storage.transaction import Read, Transaction


@dataclass(frozen=True, slots=True)
class NoticeView:
    """What everybody is told (`notice`), every flag that is set, and whether the floor stands.

    `freezes` are the latest times in which it stood, as `[begin, end]`: no clock ran; the end is None while it lasts.
    """

    notice: Notice | None
    flags: tuple[Notice, ...]
    frozen: bool
    freezes: list[list[str | None]]


def set_notice(tx: Transaction, kind: NoticeKind, cause: str, by: By) -> NoticeView:
    """Set a flag; an emergency and a pause stop calling, missing, expiring and all clocks, an outage stops nothing.

    Setting it again changes nothing but its cause. Raises UnknownCause.
    """
    plan_now(tx).floor.require_cause(kind, cause)
    flags = with_flag(tx.centre.flags, kind, cause, to_iso(tx.now))
    if flags != tx.centre.flags:
        _keep(tx, flags)
        tx.record(NoticeSet(kind, cause, strongest(flags), is_stopped(flags)), by)
    return _view(tx.centre)


def lift_notice(tx: Transaction, kind: NoticeKind, by: By) -> NoticeView:
    """Take a flag off; where none is left that stops the floor, it goes on in the same order. Repeating is harmless.

    An emergency leaves a pause behind. Raises NamedPersonNeeded for an emergency that no person ends.
    """
    lifted = flag_of(tx.centre.flags, kind)
    if kind is NoticeKind.EMERGENCY and not by.is_person:
        raise NamedPersonNeeded("An emergency is ended by a person who is signed in.")
    if lifted is not None:
        flags = without_flag(tx.centre.flags, kind, to_iso(tx.now))
        _keep(tx, flags)
        since = datetime.fromisoformat(lifted.since)
        tx.record(NoticeLifted(kind, lifted.cause, strongest(flags), is_stopped(flags), since=since), by)
    return _view(tx.centre)


def notice_of(read: Read, code: str) -> NoticeView:
    """Return what a centre tells everybody now; raises UnknownCentre."""
    return _view(centres.centre_by_code(read, code))


def _keep(tx: Transaction, flags: Flags) -> None:
    freezes = freezes_after(tx.centre.stops, tx.now, frozen=is_stopped(flags))
    kept = [[to_iso(begin), None if end is None else to_iso(end)] for begin, end in freezes]
    tx.change_centre(notices=flags_to(flags), freezes=kept)


def _view(centre: CentreState) -> NoticeView:
    return NoticeView(strongest(centre.flags), centre.flags, centre.frozen, centre.freezes)
