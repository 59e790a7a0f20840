"""What time brings by itself: pauses end, a day that is over closes, one that runs on turns. It ends nobody live."""

from collections.abc import Callable
from datetime import datetime

from server.domain.actors import CLOCK, By
from server.domain.centre import CentreState
from server.domain.errors import Refused
from server.services.floor.away import return_to_line
from server.services.floor.day import Closing, close, is_over
from server.services.floor.opening import turn_day
from server.services.floor.release import overdue, release
from server.services.setup.plans import runs_on
from server.storage.sql import centres, tokens
from server.storage.transaction import Read, Transaction


def keep_house(tx: Transaction, by: By = CLOCK) -> int:
    """Do what time brings; returns how many tokens it changed.

    A day is closed when it is over and nobody is here, or was missed a short while ago; else a person is asked. While
    the clock is doubted no day closes or turns; while the centre is frozen, or in a night into which people were
    carried over, nothing is done.
    """
    if _rests(tx.centre):
        return 0
    changed = _end_pauses(tx, by) + release(tx, by)
    if tx.centre.clock_doubted:
        return changed
    if turns(tx.conn, tx.centre, tx.now):
        return changed + turn_day(tx, by)
    if is_over(tx.conn, tx.centre, tx.now):
        changed += close(tx, Closing(), by).no_show
    return changed


def due_centres(read: Read, now: Callable[[int], datetime]) -> list[int]:
    """Return the ids of the centres for which `keep_house` has something to do at what is `now` there."""
    awake = (centre for centre in centres.all_centres(read) if not _rests(centre))
    return [centre.id for centre in awake if _is_due(read, centre, now(centre.id))]


def turns(read: Read, centre: CentreState, now: datetime) -> bool:
    """Whether the open day runs on and it is the next by the calendar."""
    day = centre.open_day
    return day is not None and day < centre.calendar_day(now) and runs_on(read, centre, day)


def _rests(centre: CentreState) -> bool:
    return centre.frozen or centre.carried_at is not None


def _is_due(read: Read, centre: CentreState, now: datetime) -> bool:
    try:
        return bool(
            tokens.pauses_over(read, centre.id, now)
            or overdue(read, centre, now)
            or (not centre.clock_doubted and (turns(read, centre, now) or is_over(read, centre, now)))
        )
    except Refused:  # its rules cannot be read: that is said in its own round, and the other centres have theirs
        return True


def _end_pauses(tx: Transaction, by: By) -> int:
    over = tokens.pauses_over(tx.conn, tx.centre.id, tx.now)
    for token_id in over:
        return_to_line(tx, token_id, by)
    return len(over)
