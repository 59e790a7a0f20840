"""The business day: what happens by itself, its close, and a clock that went wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from server.domain.actors import CLOCK, By
from server.domain.centre import CentreState
from server.domain.counters import Counter
from server.domain.errors import DayNotFinished
from server.domain.events.payloads import DayClosed, TokenExpired
from server.domain.plan.hours import next_working_day
from server.domain.token import changes
from server.domain.token.lifecycle import CounterState, StepState, TokenEnd
from server.domain.token.token import Token
from server.services.floor.away import return_to_line
from server.services.floor.counters import set_state
from server.services.floor.release import release, stranded
from server.services.floor.token_rows import change_token
from server.services.setup.plans import plan_now, plan_of
from server.storage.sql import centres, tokens
from server.storage.sql.counters import counters_of
from server.storage.transaction import Read, Transaction


@dataclass(frozen=True, slots=True)
class DayClose:
    """What the close of a day ended: how many tokens expired or were no-shows, how many counters closed."""

    day: date
    expired: int
    no_show: int
    counters: int


def close_day(tx: Transaction, by: By, *, force: bool = False) -> DayClose:
    """End every open token, close every counter, and give no more numbers on this business day.

    Before the centre opens, while nobody of today is there, it is the day before that is closed. Repeating it is
    harmless. Raises CentreFrozen, and DayNotFinished while somebody is being served, unless `force`.
    """
    tx.centre.require_running()
    open_tokens = list(tokens.open_tokens(tx.conn, tx.centre.id))
    if not force:
        _require_nobody_served(open_tokens)
    return _close(tx, _day_meant(tx, open_tokens), open_tokens, by)


def keep_house(tx: Transaction, by: By = CLOCK) -> int:
    """Do what time brings: pauses that are over end, and a day that nobody closed is closed when the next begins.

    Tokens that wait for somebody who is gone wait for everybody. Returns how many tokens it changed. While the centre
    is frozen nothing is done, and while its clock is doubted no day is closed.
    """
    if tx.centre.frozen:
        return 0
    changed = _end_pauses(tx, by) + release(tx, by)
    today = tx.today
    left = [t for t in tokens.open_tokens(tx.conn, tx.centre.id) if t.day < today]
    # Counters too: on a day without a token left somebody may still have forgotten to close.
    days = [t.day for t in left] + _days_of_open_counters(tx.conn, tx.centre, today)
    if days and not tx.centre.clock_doubted:
        closed = _close(tx, max(days), left, by)
        changed += closed.expired + closed.no_show
    return changed


def due_centres(read: Read, now: Callable[[int], datetime]) -> list[int]:
    """Return the ids of the centres for which `keep_house` has something to do at what is `now` there."""
    running = (centre for centre in centres.all_centres(read) if not centre.frozen)
    return [centre.id for centre in running if _is_due(read, centre, now(centre.id))]


def _is_due(read: Read, centre: CentreState, now: datetime) -> bool:
    today = centre.today(now)
    return bool(
        tokens.pauses_over(read, centre.id, now)
        or stranded(read, centre.id)
        or tokens.open_before(read, centre.id, today)
        or _days_of_open_counters(read, centre, today)
    )


def _days_of_open_counters(read: Read, centre: CentreState, today: date) -> list[date]:
    """Return the days before `today` from which a counter is still open or paused."""
    still = (c.since for c in counters_of(read, centre.id) if c.state is not CounterState.CLOSED)
    return [day for day in (centre.today(since) for since in still if since is not None) if day < today]


def _day_meant(tx: Transaction, open_tokens: Sequence[Token]) -> date:
    """Return the business day that a person closes: today, or the one before until the centre opens."""
    today, hours = tx.today, plan_now(tx).hours
    begun = tx.wall >= hours.instant(today, hours.opens) or any(token.day == today for token in open_tokens)
    return today if begun else today - timedelta(days=1)


def _close(tx: Transaction, day: date, open_tokens: Sequence[Token], by: By) -> DayClose:
    hours = plan_of(tx.conn, tx.centre, day).hours
    ends = [_expire(tx, token, next_working_day(hours, day), by) for token in open_tokens]
    closed = _close_counters(tx, day, by)
    result = DayClose(day, ends.count(TokenEnd.EXPIRED), ends.count(TokenEnd.NO_SHOW), closed)
    # Closing a day again is harmless, and no second event.
    if tx.centre.closed_day is None or tx.centre.closed_day < day:
        tx.change_centre(closed_day=day)
        tx.record(DayClosed(day, result.expired, result.no_show), by)
    return result


def _end_pauses(tx: Transaction, by: By) -> int:
    over = tokens.pauses_over(tx.conn, tx.centre.id, tx.now)
    for token_id in over:
        return_to_line(tx, token_id, by)
    return len(over)


def _require_nobody_served(open_tokens: Sequence[Token]) -> None:
    served = [t for t in open_tokens if t.step.state is StepState.SERVING]
    if served:
        counters = sorted(str(t.step.counter) for t in served)
        raise DayNotFinished(f"{len(served)} people are still being served.", counters=counters)


def _expire(tx: Transaction, before: Token, again: date, by: By) -> TokenEnd:
    """End a token; somebody who was not absent may come again on the next working day."""
    after = changes.expire(before, tx.moment)
    if after.ends is TokenEnd.EXPIRED:
        after = replace(after, return_until=again)
    change_token(tx, before, TokenExpired(after), by)
    return after.ends


def _close_counters(tx: Transaction, day: date, by: By) -> int:
    """Close the counters that were open on a day; those opened since belong to the next one."""
    counters = counters_of(tx.conn, tx.centre.id)
    still_open = [c for c in counters if c.state is not CounterState.CLOSED and _opened_by(tx, c, day)]
    for counter in still_open:
        set_state(tx, counter.id, CounterState.CLOSED, by, after_current=True)
    return len(still_open)


def _opened_by(tx: Transaction, counter: Counter, day: date) -> bool:
    return counter.since is None or tx.centre.today(counter.since) <= day
