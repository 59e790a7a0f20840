"""The business day: what happens by itself, its close, and a clock that went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from server.domain import tokens
from server.domain.errors import DayNotFinished
from server.domain.events import Kind
from server.domain.hours import next_working_day
from server.domain.lifecycle import CounterState, StepState, TokenEnd
from server.domain.tokens import to_iso
from server.services.counters import set_state
from server.services.plans import plan_of
from server.services.records import change_token
from server.services.tokens import come_back
from server.storage import queries
from server.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class DayClose:
    """What the close of a day ended: how many tokens expired or were no-shows, how many counters closed."""

    day: date
    expired: int
    no_show: int
    counters: int


def close_day(tx: Transaction, now: datetime, actor: str, *, force: bool = False) -> DayClose:
    """End every open token, close every counter, and give no more numbers on this business day.

    Repeating it is harmless. Raises CentreFrozen, and DayNotFinished while somebody is being served, unless `force`.
    """
    tx.centre.require_running()
    open_tokens = list(queries.open_tokens(tx.conn, tx.centre.id))
    if not force:
        _require_nobody_served(open_tokens)
    return _close(tx, tx.centre.day(now), open_tokens, now, actor)


def keep_house(tx: Transaction, now: datetime, actor: str = "clock") -> int:
    """Do what time brings: pauses that are over end, and a day that nobody closed is closed after its last hour.

    Returns how many tokens it changed. While the centre is frozen nothing is done.
    """
    if tx.centre.frozen:
        return 0
    changed = _end_pauses(tx, now, actor)
    today = tx.centre.day(now)
    yesterday = [t for t in queries.open_tokens(tx.conn, tx.centre.id) if t.day < today]
    if yesterday:
        last = max(t.day for t in yesterday)
        closed = _close(tx, last, yesterday, now, actor)
        changed += closed.expired + closed.no_show
    return changed


def due_centres(conn: Connection, now: datetime) -> list[int]:
    """Return the ids of the centres for which `keep_house` has something to do."""
    return [
        centre.id
        for centre in queries.centres(conn)
        if not centre.frozen
        and (queries.pauses_over(conn, centre.id, now) or queries.open_before(conn, centre.id, centre.day(now)))
    ]


def confirm_clock(tx: Transaction, now: datetime, actor: str) -> None:
    """Go on with the present time although the last event is later: a person has looked at the clock."""
    told = {"was": None if tx.centre.last_at is None else to_iso(tx.centre.last_at)}
    tx.record(Kind.CLOCK_CONFIRMED, actor, now, told)


def _close(tx: Transaction, day: date, open_tokens: Sequence[tokens.Token], now: datetime, actor: str) -> DayClose:
    hours = plan_of(tx.conn, tx.centre, day).hours
    ends = [_expire(tx, token, next_working_day(hours, day), now, actor) for token in open_tokens]
    closed = _close_counters(tx, now, actor)
    result = DayClose(day, ends.count(TokenEnd.EXPIRED), ends.count(TokenEnd.NO_SHOW), closed)
    if tx.centre.closed_day is None or tx.centre.closed_day < day:
        tx.change_centre(closed_day=day)
        figures = {"day": day.isoformat(), "expired": result.expired, "no_show": result.no_show}
        tx.record(Kind.DAY_CLOSED, actor, now, figures)
    return result


def _end_pauses(tx: Transaction, now: datetime, actor: str) -> int:
    over = queries.pauses_over(tx.conn, tx.centre.id, now)
    for token in over:
        come_back(tx, token, now, actor)
    return len(over)


def _require_nobody_served(open_tokens: Sequence[tokens.Token]) -> None:
    served = [t for t in open_tokens if t.step.state is StepState.SERVING]
    if served:
        counters = sorted(str(t.step.counter) for t in served)
        raise DayNotFinished(f"{len(served)} people are still being served.", counters=counters)


def _expire(tx: Transaction, before: tokens.Token, again: date, now: datetime, actor: str) -> TokenEnd:
    """End a token; somebody who was not absent may come again on the next working day."""
    after = tokens.expire(before, now)
    if after.ends is TokenEnd.EXPIRED:
        after = replace(after, return_until=again)
    change_token(tx, (Kind.TOKEN_EXPIRED, actor, now), before, after)
    return after.ends


def _close_counters(tx: Transaction, now: datetime, actor: str) -> int:
    still_open = [c for c in queries.counters(tx.conn, tx.centre.id) if c.state is not CounterState.CLOSED]
    for counter in still_open:
        set_state(tx, counter.id, CounterState.CLOSED, now, actor, after_current=True)
    return len(still_open)
