"""The close of the business day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.domain import tokens
from server.domain.errors import DayNotFinished
from server.domain.events import Kind
from server.domain.hours import business_day
from server.domain.lifecycle import CounterState, StepState, TokenEnd
from server.services.counters import set_state
from server.services.records import record_token
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

    Repeating it is harmless. Raises DayNotFinished while somebody is being served, unless `force`.
    """
    day = business_day(now, tx.centre.timezone)
    open_tokens = list(queries.open_tokens(tx.conn, tx.centre.id))
    if not force:
        _require_nobody_served(open_tokens)
    ends = [_expire(tx, token, now, actor) for token in open_tokens]
    closed = _close_counters(tx, now, actor)
    result = DayClose(day, ends.count(TokenEnd.EXPIRED), ends.count(TokenEnd.NO_SHOW), closed)
    if tx.centre.closed_day != day:
        tx.change_centre(closed_day=day)
        figures = {"day": day.isoformat(), "expired": result.expired, "no_show": result.no_show}
        tx.record(Kind.DAY_CLOSED, actor, now, figures)
    return result


def _require_nobody_served(open_tokens: Sequence[tokens.Token]) -> None:
    served = [t for t in open_tokens if t.step.state is StepState.SERVING]
    if served:
        counters = sorted(str(t.step.counter) for t in served)
        raise DayNotFinished(f"{len(served)} people are still being served.", counters=counters)


def _expire(tx: Transaction, before: tokens.Token, now: datetime, actor: str) -> TokenEnd:
    after = tokens.expire(before, now)
    queries.update_step(tx.conn, tx.centre.id, before.step, after.step)
    queries.update_token(tx.conn, after)
    record_token(tx, Kind.TOKEN_EXPIRED, actor, now, after)
    return after.ends


def _close_counters(tx: Transaction, now: datetime, actor: str) -> int:
    still_open = [c for c in queries.counters(tx.conn, tx.centre.id) if c.state is not CounterState.CLOSED]
    for counter in still_open:
        set_state(tx, counter.id, CounterState.CLOSED, now, actor)
    return len(still_open)
