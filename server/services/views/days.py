"""A business day as a manager sees it: who is still here, whether a person is asked about it, and its seals."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.domain.centre import CentreState
from server.domain.day import OpenDay
from server.domain.events.views import PublicToken, public_view
from server.domain.instants import to_iso
from server.domain.plan.hours import Hours, next_working_day
from server.domain.token.lifecycle import StepState
from server.services.floor.day import open_day, people_here
from server.services.setup.plans import plan_of, runs_on
from server.storage.sql import centres, events, tokens
from server.storage.transaction import Read


class DayState(StrEnum):
    """Whether a day is open, closed, or has not been opened."""

    OPEN = "open"
    CLOSED = "closed"
    NOT_OPEN = "not_open"


class Ask(StrEnum):
    """Why a person is asked what becomes of those who are here: it is soon over, it is, or the next day has come."""

    SOON = "soon"
    OVER = "over"
    NEXT_DAY = "next_day"


@dataclass(frozen=True, slots=True)
class DaySeal:
    """The close of a day: its event, and whether a later one has taken its place."""

    seq: int
    at: str
    superseded: bool


@dataclass(frozen=True, slots=True)
class DayView:
    """A business day. `closes_at` is when it is over, None for one that is not open or runs on round the clock.

    `live` are those who are here, `missed` how many were called in vain; `asks` says why a person is asked about them,
    `reopens` whether the day may be opened again. `next_opens` is the latest until which people can be served on.
    """

    day: date
    state: DayState
    opened_at: str | None
    closes_at: str | None
    next_opens: str | None
    serve_until: str | None
    round_the_clock: bool
    asks: Ask | None
    live: tuple[PublicToken, ...]
    missed: int
    reopens: bool
    seals: tuple[DaySeal, ...]


def day_of(read: Read, code: str, day: date | None, now: datetime) -> DayView:
    """Return a day of a centre, the present one when `day` is None; raises UnknownCentre."""
    centre = centres.centre_by_code(read, code)
    asked = day or centre.today(now)
    seals = _seals(read, centre, asked)
    if centre.open_day == asked:
        return _open_day(read, centre, seals, now)
    closed = bool(seals) or asked == centre.closed_day
    present = centre.open_day is None and asked == centre.today(now)
    return DayView(
        day=asked,
        state=DayState.CLOSED if closed else DayState.NOT_OPEN,
        opened_at=None,
        closes_at=None,
        next_opens=None,
        serve_until=None,
        round_the_clock=False,
        asks=None,
        # Whoever was carried over is here, whichever day comes next.
        live=_live(read, centre) if present else (),
        missed=0,
        reopens=centre.open_day is None and asked == centre.closed_day,
        seals=seals,
    )


def _open_day(read: Read, centre: CentreState, seals: tuple[DaySeal, ...], now: datetime) -> DayView:
    day = open_day(centre)
    assert day is not None  # noqa: S101 - asked of the open day only
    hours, runs = plan_of(read, centre, day.day).hours, runs_on(read, centre, day.day)
    here = _live(read, centre)
    return DayView(
        day=day.day,
        state=DayState.OPEN,
        opened_at=to_iso(day.opened_at),
        closes_at=None if runs else to_iso(day.closes_at(hours)),
        next_opens=None if runs else to_iso(hours.instant(next_working_day(hours, day.day), hours.opens)),
        serve_until=None if day.serve_until is None else to_iso(day.serve_until),
        round_the_clock=runs,
        asks=None if runs or not here else _asks(centre, day, hours, now),
        live=here,
        missed=sum(token.step.state is StepState.MISSED for token in tokens.open_tokens(read, centre.id)),
        reopens=False,
        seals=seals,
    )


def _asks(centre: CentreState, day: OpenDay, hours: Hours, now: datetime) -> Ask | None:
    if centre.calendar_day(now) > day.day and hours.works_on(centre.calendar_day(now)):
        return Ask.NEXT_DAY
    wall = centre.wall(now)
    if wall >= day.closes_at(hours):
        return Ask.OVER
    return Ask.SOON if wall >= day.asks_from(hours) else None


def _live(read: Read, centre: CentreState) -> tuple[PublicToken, ...]:
    return tuple(map(public_view, people_here(read, centre.id)))


def _seals(read: Read, centre: CentreState, day: date) -> tuple[DaySeal, ...]:
    """Return the closes of a day, the first first: the last counts, unless the day was opened again."""
    ends = [end for end in events.day_ends(read, centre.id) if end.day == day]
    stands = None if centre.open_day == day or not ends else ends[-1].seq
    times = [events.time_of(read, centre.id, end.seq) for end in ends]
    return tuple(
        DaySeal(end.seq, to_iso(at), end.seq != stands) for end, at in zip(ends, times, strict=True) if at is not None
    )
