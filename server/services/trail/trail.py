"""The trail: both chains as one list, the latest first, a page at a time, with the names of whoever acted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from server.domain.centre import CentreState
from server.domain.events.event import StoredEvent
from server.domain.plan.hours import clock, day_begins
from server.domain.trail import Place, Wanted, place_of
from server.services.trail.told import Told, installation_told, told
from server.storage.sql import trail as rows
from server.storage.sql.centres import centre_by_id
from server.storage.transaction import Read
from server.wording.trail import FLOOR, INSTALLATION, WHAT

Chain = Literal["floor", "installation"]
T = TypeVar("T")
Reading = Callable[[Callable[[Read], T]], T]
"""Runs something on one snapshot, as `Database.read` does."""
PAGE = 100
BLOCK = 1000
"""So many events of a file are read at once."""


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One event: `what` was done, in English words, `by` whom, to or with `about`; `hash` is its link of its chain.

    `by` and `about` are names of people and keys where there are such; `actor` is who it was as the chain has it.
    `detail` is what else is known: a role, an outcome, an address. `local` is the time at the centre.
    """

    chain: Chain
    seq: int
    at: datetime
    local: str
    kind: str
    what: str
    actor: str
    by: str | None
    about: str | None
    detail: str | None
    token: str | None
    counter: str | None
    hash: str


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of the trail, the latest first; `older` is the place from which the next one goes on, None at the end."""

    entries: tuple[TrailEntry, ...]
    older: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    chain: Chain
    row: StoredEvent
    told: Told


def wanted_of(
    centre: CentreState, first: date | None, last: date | None, kind: str | None, token: str | None, person: int | None
) -> Wanted:
    """Return what is asked for by business days of a centre, the first and the last."""
    begins = clock(centre.day_start)
    begin = None if first is None else day_begins(first, centre.timezone, begins)
    end = None if last is None else day_begins(last + timedelta(days=1), centre.timezone, begins)
    return Wanted(begin, end, kind, None if token is None else token.upper(), person)


def centre_of(read: Read, centre_id: int) -> CentreState:
    """Return a centre as it stands; raises UnknownCentre."""
    return centre_by_id(read, centre_id)


def page_of(read: Read, centre: CentreState, wanted: Wanted, place: Place, count: int = PAGE) -> TrailPage:
    """Return the `count` latest events that are wanted behind a place."""
    both = merge(
        _floor(read, centre, wanted, place.floor, count + 1),
        _installation(read, centre, wanted, place.installation, count + 1),
        key=lambda found: found.row.at,
        reverse=True,
    )
    more = list(islice(both, count + 1))
    taken = more[:count]
    for found in taken:
        place = place._replace(**{found.chain: found.row.seq})
    return TrailPage(_entries(read, centre, taken), place.text if len(more) > count else None)


def all_of(reading: Reading[TrailPage], centre: CentreState, wanted: Wanted) -> Iterator[TrailEntry]:
    """Yield everything that is wanted, the latest first; each block is read by itself, so that nothing is held."""
    place: Place | None = Place()
    while place is not None:
        here = place
        page = reading(lambda read: page_of(read, centre, wanted, here, BLOCK))  # noqa: B023 - run at once
        yield from page.entries
        place = None if page.older is None else place_of(page.older)


def _floor(read: Read, centre: CentreState, wanted: Wanted, before: int, count: int) -> list[_Found]:
    if wanted.kind in INSTALLATION:
        return []
    return [_Found("floor", row, told(row)) for row in rows.floor_before(read, centre, wanted, before, count)]


def _installation(read: Read, centre: CentreState, wanted: Wanted, before: int, count: int) -> list[_Found]:
    if wanted.kind in FLOOR or wanted.token is not None:
        return []
    found = rows.installation_before(read, centre.id, wanted, before, count)
    return [_Found("installation", row, installation_told(row)) for row in found]


def _entries(read: Read, centre: CentreState, found: list[_Found]) -> tuple[TrailEntry, ...]:
    named = {name for each in found for name in (each.row.actor, each.told.about) if name is not None}
    names = rows.names_of(read, _numbers(named, "staff:"), _numbers(named, "key:"))
    labels = rows.labels_of(read, centre.id, {each.told.token_id for each in found if each.told.token_id is not None})
    zone = ZoneInfo(centre.timezone)
    return tuple(_entry(each, names, labels, zone) for each in found)


def _entry(found: _Found, names: dict[str, str], labels: dict[str, str], zone: ZoneInfo) -> TrailEntry:
    row, told = found.row, found.told
    return TrailEntry(
        chain=found.chain,
        seq=row.seq,
        at=row.at,
        local=row.at.astimezone(zone).isoformat(timespec="milliseconds"),
        kind=row.kind,
        what=WHAT.get(row.kind, row.kind),
        actor=row.actor,
        by=names.get(row.actor),
        about=None if told.about is None else names.get(told.about, told.about),
        detail=told.detail,
        token=told.token or labels.get(told.token_id or ""),
        counter=row.desk or told.counter,
        hash=row.hash,
    )


def _numbers(ids: set[str], kind: str) -> set[int]:
    numbers = (id_.removeprefix(kind) for id_ in ids if id_.startswith(kind))
    return {int(number) for number in numbers if number.isdecimal()}
