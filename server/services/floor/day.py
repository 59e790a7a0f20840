"""Who is still here, and the close of a day: what becomes of each, by a person's word alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from server.domain.actors import By
from server.domain.centre import CentreState
from server.domain.counters import Counter
from server.domain.day import LIVE, MISSED_STAYS, OpenDay, Then
from server.domain.errors import DayNotOpen, InvalidInput, NeverCloses, PeopleLive
from server.domain.events.kinds import TokenPutBack
from server.domain.events.payloads import CounterClosed, DayClosed, DayExtended, TokenExpired
from server.domain.events.views import PublicToken, public_view
from server.domain.instants import to_iso
from server.domain.plan.hours import Hours, next_working_day
from server.domain.token import changes
from server.domain.token.lifecycle import AT_COUNTER, CounterState, StepState, TokenEnd
from server.domain.token.token import Token
from server.services.floor.token_rows import change_counter, change_token
from server.services.setup.plans import plan_of, runs_on
from server.storage.sql import events, tokens
from server.storage.sql.counters import counters_of
from server.storage.sql.installation import chain_of
from server.storage.transaction import Read, Transaction


@dataclass(frozen=True, slots=True)
class Closing:
    """How a person closes a day: the ids of those they were shown as still here (`live`), and what becomes of them."""

    live: tuple[str, ...] = ()
    then: Then = Then.END
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DayClose:
    """What the close of a day did: tokens that expired, were no-shows or stay for the next day, and counters closed."""

    day: date
    expired: int
    no_show: int
    still_here: int
    counters: int


@dataclass(frozen=True, slots=True)
class DayExtension:
    """Until when people of a day are served."""

    day: date
    until: str


def people_here(read: Read, centre_id: int) -> list[Token]:
    """Return who is live: waiting, called, being served, parked or away for a while."""
    return [token for token in tokens.open_tokens(read, centre_id) if token.step.state in LIVE]


def open_day(centre: CentreState) -> OpenDay | None:
    """Return the day that is open, in the time that people are shown; None when there is none."""
    if centre.open_day is None or centre.opened_at is None:
        return None
    return OpenDay(centre.open_day, centre.wall(centre.opened_at), centre.serve_until)


def is_over(read: Read, centre: CentreState, now: datetime) -> bool:
    """Whether the open day is over and may be closed without a person: nobody is here, or was missed a while ago."""
    day = open_day(centre)
    if day is None or runs_on(read, centre, day.day):
        return False
    if centre.wall(now) < day.closes_at(plan_of(read, centre, day.day).hours):
        return False
    under_way = tokens.open_tokens(read, centre.id)
    return all(t.step.state is StepState.MISSED and missed_at(read, centre, t) <= now - MISSED_STAYS for t in under_way)


def missed_at(read: Read, centre: CentreState, token: Token) -> datetime:
    """Return when somebody who is missed was last heard of."""
    return events.latest_of(read, centre.id, token.id, 1)[0].at


def close_day(tx: Transaction, day: date, closing: Closing, by: By) -> DayClose:
    """Close the open day: no more numbers, counters closed, who was missed is a no-show, the others as `closing` says.

    Repeating it is harmless. Raises CentreFrozen, NeverCloses, DayNotOpen for another day, and PeopleLive while
    somebody is here whom the person was not shown.
    """
    tx.centre.require_running()
    if tx.centre.open_day is None and tx.centre.closed_day == day:
        return DayClose(day, 0, 0, 0, 0)
    require_open_day(tx, day)
    if runs_on(tx.conn, tx.centre, day):
        raise NeverCloses("This centre works round the clock. The day turns by itself.")
    _require_shown(people_here(tx.conn, tx.centre.id), closing.live)
    return close(tx, closing, by)


def extend_day(tx: Transaction, day: date, until: datetime, by: By) -> DayExtension:
    """Serve people of the open day on until a moment; from half an hour before its end nobody walks in any more.

    Raises DayNotOpen for another day, and InvalidInput unless it lies ahead, after the planned end, and before the
    next day opens.
    """
    require_open_day(tx, day)
    hours = plan_of(tx.conn, tx.centre, day).hours
    begin = max(tx.wall, OpenDay(day, tx.centre.wall(tx.centre.opened_at or tx.now), None).planned_close(hours))
    following = hours.instant(next_working_day(hours, day), hours.opens)
    if not begin < until <= following:
        bounds = {"after": to_iso(begin), "until": to_iso(following)}
        raise InvalidInput("Choose a time after the end of the day, before the next one opens.", **bounds)
    tx.change_centre(serve_until=until)
    tx.record(DayExtended(day, until), by)
    return DayExtension(day, to_iso(until))


def require_open_day(tx: Transaction, day: date) -> None:
    """Raise DayNotOpen unless a day is the open one."""
    if tx.centre.open_day != day:
        raise DayNotOpen(f"{day:%d-%m-%Y} is not the open day.", open=tx.centre.open_day and str(tx.centre.open_day))


def close(tx: Transaction, closing: Closing, by: By) -> DayClose:
    """Close the open day, whoever is here."""
    day = tx.today
    hours = plan_of(tx.conn, tx.centre, day).hours
    ending = [token for token in tokens.open_tokens(tx.conn, tx.centre.id) if _ends(tx, token, closing.then, hours)]
    ends = [_expire(tx, token, next_working_day(hours, day), by) for token in ending]
    stay = people_here(tx.conn, tx.centre.id)
    if closing.then is Then.CARRY_OVER:
        _put_back(tx, stay, by)
    closed = 0 if closing.then is Then.GOES_ON else _close_counters(tx, by)
    result = DayClose(day, ends.count(TokenEnd.EXPIRED), ends.count(TokenEnd.NO_SHOW), len(stay), closed)
    _seal(tx, result, closing, by)
    return result


def _require_shown(live: Iterable[Token], shown: Sequence[str]) -> None:
    """Raise PeopleLive, with who they are, while somebody is here whom the person was not shown."""
    known = set(shown)
    missing = [token for token in live if token.id not in known]
    if missing:
        count = f"{len(missing)} people are" if len(missing) > 1 else "1 person is"
        raise PeopleLive(f"{count} still here.", people=list(map(_as_told, missing)))


def _as_told(token: Token) -> PublicToken:
    return public_view(token)


def _ends(tx: Transaction, token: Token, then: Then, hours: Hours) -> bool:
    """Whether the close of a day ends a token; where days run on, who was missed has until the end of the next."""
    if token.step.state is not StepState.MISSED:
        return then is Then.END
    begin = tx.centre.floor(hours.instant(tx.today, hours.day_start))
    return then is not Then.GOES_ON or missed_at(tx.conn, tx.centre, token) < begin


def _expire(tx: Transaction, before: Token, again: date, by: By) -> TokenEnd:
    """End a token; somebody who was not absent may come again on the next working day."""
    after = changes.expire(before, tx.moment)
    if after.ends is TokenEnd.EXPIRED:
        after = replace(after, return_until=again)
    change_token(tx, before, TokenExpired(after), by)
    return after.ends


def _put_back(tx: Transaction, stay: Iterable[Token], by: By) -> None:
    """Let those who are at a counter wait again: it closes, and nobody knows which of them opens the next day."""
    for before in stay:
        if before.step.state in AT_COUNTER:
            change_token(tx, before, TokenPutBack(changes.put_back(before, tx.moment)), by)


def _close_counters(tx: Transaction, by: By) -> int:
    still_open = [c for c in counters_of(tx.conn, tx.centre.id) if c.state is not CounterState.CLOSED]
    for counter in still_open:
        change_counter(tx, CounterClosed, _closed(counter, tx.now), by)
    return len(still_open)


def _closed(counter: Counter, now: datetime) -> Counter:
    return replace(counter, state=CounterState.CLOSED, reason=None, since=now)


def _seal(tx: Transaction, result: DayClose, closing: Closing, by: By) -> None:
    """Record the close, as the last event of the day, and let no day be open."""
    told = (result.expired, result.no_show, result.still_here, closing.then, closing.live, closing.reason)
    closed = DayClosed(result.day, *told, people=chain_of(tx.conn).text)
    event = tx.record(closed, by)
    carried_at = tx.now if closed.carries_over else None
    # What was done before midnight at a centre that goes on may still be taken back.
    sealed = {} if closing.then is Then.GOES_ON else {"sealed_seq": event.seq}
    over = {"open_day": None, "opened_at": None, "serve_until": None}
    tx.change_centre(closed_day=result.day, carried_at=carried_at, **over, **sealed)
