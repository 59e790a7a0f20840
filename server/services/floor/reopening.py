"""A closed day goes on: everybody whom its close has ended, or put back, stands again where they stood."""

from dataclasses import dataclass, replace
from datetime import date

from server.domain.actors import By
from server.domain.counters import Counter
from server.domain.day import OPEN_AT_LEAST
from server.domain.errors import AnotherDayOpen, DayNotOpen
from server.domain.events.event import Event
from server.domain.events.kinds import Kind
from server.domain.events.payloads import CounterPaused, CounterSeated, DayClosed, DayReopened, TokenCalled, TokenUndone
from server.domain.token.lifecycle import AT_COUNTER, CounterState
from server.domain.token.token import Token
from server.domain.token.undo import LOOKED_AT
from server.services.floor.acts import standing, token_of
from server.services.floor.token_rows import change_counter, write_token
from server.services.setup.plans import plan_of
from server.storage.sql import events, people, tokens
from server.storage.sql.counters import counter_by_id
from server.storage.sql.presence import move_auth
from server.storage.transaction import Transaction

REASON = "reopened"
"""Why a counter is paused to which somebody has come back."""


@dataclass(frozen=True, slots=True)
class Reopening:
    """What the reopening of a day did: how many people it brought back, and the counters they stand at."""

    day: date
    restored: int
    counters: tuple[str, ...]


def reopen_day(tx: Transaction, day: date, reason: str, by: By) -> Reopening:
    """Let the day that was closed last go on; harmless for the one that is open.

    Who was called or served comes back to their counter, which is paused, with its officer; other counters stay
    closed. Raises AnotherDayOpen once a later day is open, and DayNotOpen for a day that was not closed last.
    """
    if tx.centre.open_day == day:
        return Reopening(day, 0, ())
    if tx.centre.open_day is not None:
        raise AnotherDayOpen(f"{tx.centre.open_day:%d-%m-%Y} is open already.", open=tx.centre.open_day.isoformat())
    closed = events.last_of_kind(tx.conn, tx.centre.id, Kind.DAY_CLOSED)
    if tx.centre.closed_day != day or closed is None or not isinstance(closed.payload, DayClosed):
        raise DayNotOpen(f"{day:%d-%m-%Y} is not the day that was closed last.", open=None)
    _open_again(tx, day, closed, reason, by)
    moved = [event for event in _moved_by(tx, closed) if _stands(tx, event)]
    restored = [_restore(tx, event, by) for event in reversed(moved)]
    return Reopening(day, len(restored), tuple(_restore_counters(tx, by)))


def _open_again(tx: Transaction, day: date, closed: Event, reason: str, by: By) -> None:
    """Let the day be open as it was; the time in which it was closed counts for nobody."""
    before = [end for end in events.day_ends(tx.conn, tx.centre.id) if end.day < day]
    hours, opened = plan_of(tx.conn, tx.centre, day).hours, events.last_of_kind(tx.conn, tx.centre.id, Kind.DAY_OPENED)
    # Else what runs by itself would close it in a moment.
    until = tx.wall + OPEN_AT_LEAST / 2 if tx.wall + OPEN_AT_LEAST / 2 > hours.end(day, hours.closes) else None
    tx.change_centre(
        open_day=day,
        opened_at=closed.at if opened is None else opened.at,
        serve_until=until,
        carried_at=None,
        closed_day=before[-1].day if before else None,
        sealed_seq=before[-1].seq if before else 0,
        freezes=tx.centre.stopped(closed.at, tx.now),
    )
    tx.record(DayReopened(day, closed.seq, closed.at, until, reason), by)


def _moved_by(tx: Transaction, closed: Event) -> list[Event]:
    """Return the events by which the close of a day has ended somebody, or put them back: those of its act."""
    act = events.events_between(tx.conn, tx.centre.id, closed.act - 1, closed.seq)
    return [event for event in act if event.kind in (Kind.TOKEN_EXPIRED, Kind.TOKEN_PUT_BACK)]


def _stands(tx: Transaction, moved: Event) -> bool:
    """Whether nothing was done since with somebody whom a close has moved: who was carried over may have left."""
    return events.latest_of(tx.conn, tx.centre.id, token_of(moved).id, 1)[0].seq == moved.seq


def _restore(tx: Transaction, moved: Event, by: By) -> Token:
    """Let somebody stand again where they stood before the close."""
    after = token_of(moved)
    before = token_of(events.latest_of(tx.conn, tx.centre.id, after.id, 1, before=moved.seq)[0])
    write_token(tx, after, before)
    tx.record(TokenUndone(before, moved.seq, moved.kind), by)
    return before


def _restore_counters(tx: Transaction, by: By) -> list[str]:
    """Pause the closed counters at which somebody stands, and let their officers sit there again."""
    there = [token for token in tokens.open_tokens(tx.conn, tx.centre.id) if token.step.state in AT_COUNTER]
    named = [(counter_id, token) for token in there for counter_id in (str(token.step.counter), *token.step.beside)]
    rows = [(counter_by_id(tx.conn, tx.centre.id, counter_id), token) for counter_id, token in named]
    closed = [(counter, token) for counter, token in rows if counter.state is CounterState.CLOSED]
    for counter, token in closed:
        change_counter(tx, CounterPaused, replace(counter, state=CounterState.PAUSED, reason=REASON, since=tx.now), by)
        if counter.operator is None and counter.id == token.step.counter:
            _seat(tx, counter, token, by)
    return [counter.id for counter, _ in closed]


def _seat(tx: Transaction, counter: Counter, token: Token, by: By) -> None:
    """Let the officer whose call of somebody stands sit at the counter again, unless they sit elsewhere."""
    done = standing(events.latest_of(tx.conn, tx.centre.id, token.id, LOOKED_AT))
    officer = next((e.payload.officer for e in done if isinstance(e.payload, TokenCalled)), None)
    if officer is not None and not people.seats_of(tx.conn, tx.centre.id, officer):
        move_auth(tx.conn)
        people.set_operator(tx.conn, tx.centre.id, counter.id, officer)
        tx.record(CounterSeated(counter.id, officer), By(by.actor, counter.id))
