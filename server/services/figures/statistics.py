"""The figures of a period: how many came, how long they stayed and where they waited."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain.centre import CentreState
from server.domain.errors import InvalidInput, Unavailable
from server.domain.figures.cells import BIN_S, Cells, Measure
from server.domain.figures.measures import COMPLETED, DEFINITION
from server.domain.figures.spread import Stay, Wait
from server.services.figures.cells import cells_between
from server.storage.sql import centres, figures
from server.storage.sql.figures import Grain, Sum
from server.storage.transaction import Read

ALL = "all"
BEHIND_MAX = 5000
"""How many events an answer counts by itself; more are left to the roll-up, which takes seconds for as many."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a period, in minutes: `ended` by how, `stay` by class and for all, `wait` by stage."""

    issued: int
    completed: int
    ended: Mapping[str, int]
    stay: Mapping[str, Stay]
    wait: Mapping[str, Wait]


@dataclass(frozen=True, slots=True)
class Period:
    """Business days, the first and the last."""

    first: date
    last: date


def figures_of(read: Read, code: str, first: date | None, last: date | None, now: datetime) -> tuple[Period, Figures]:
    """Return the figures of business days `first` to `last` (today when None).

    Raises UnknownCentre, Unavailable, InvalidInput for a period that ends before it begins.
    """
    centre = centres.centre_by_code(read, code)
    today = centre.today(now)
    period = Period(first or last or today, last or today)
    if period.first > period.last:
        raise InvalidInput(f"{period.first:%d-%m-%Y} is after {period.last:%d-%m-%Y}.")
    return period, period_figures(read, centre, period)


def period_figures(read: Read, centre: CentreState, period: Period) -> Figures:
    """Return the figures of a period as they are at the centre's last event.

    What the cells do not hold yet is counted from the log. Percentiles are within half a minute of those of the
    values themselves (`server.domain.figures.spread`), and told to a tenth. Raises Unavailable while the cells are made
    anew.
    """
    return figures_from(_sums(read, centre, period))


def figures_from(sums: Iterable[Sum]) -> Figures:
    """Return the figures that counts amount to."""
    bins: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    issued, ended = 0, Counter[str]()
    for total in sums:
        match total.measure:
            case Measure.ISSUED:
                issued += total.n
            case Measure.END:
                ended[total.name] += total.n
            case Measure.WAIT:
                bins[Measure.WAIT, total.stage][total.bin] += total.n
            case Measure.STAY:
                for klass in (ALL, total.klass):
                    bins[Measure.STAY, klass][total.bin] += total.n
    return Figures(
        issued=issued,
        completed=sum(ended[end] for end in COMPLETED),
        ended={end: n for end, n in sorted(ended.items()) if n},
        stay={name: Stay.of(values) for name, values in _named(bins, Measure.STAY)},
        wait={name: Wait.of(values) for name, values in _named(bins, Measure.WAIT)},
    )


def stays_inside(sums: Iterable[Sum], limits: Iterable[int]) -> dict[int, int]:
    """Return how many stays were shorter than each limit of minutes; exact, for a limit is where a bin begins."""
    stays = Counter[int]()
    for total in sums:
        if total.measure == Measure.STAY:
            stays[total.bin] += total.n
    return {minutes: sum(n for bin_, n in stays.items() if bin_ * BIN_S < minutes * 60) for minutes in limits}


def _named(bins: Mapping[tuple[str, str], Counter[int]], measure: Measure) -> Iterator[tuple[str, Counter[int]]]:
    """Return the histograms of a measure that hold any value, in the order of their names."""
    yield from ((name, values) for (of, name), values in sorted(bins.items()) if of == measure and +values)


def _sums(read: Read, centre: CentreState, period: Period) -> Iterator[Sum]:
    """Return the counts of a period: of its cells, and of the events after them."""
    after = figures.cursor_of(read, centre.id, DEFINITION)
    if centre.event_seq - after > BEHIND_MAX:
        raise Unavailable("The figures are being counted anew from the log. Please ask again in a minute.")
    for grain in _grains(period):
        yield from figures.sums(read, centre.id, DEFINITION, grain)
    yield from sums_of(cells_between(read, centre, after, centre.event_seq), period)


def sums_of(cells: Cells, period: Period) -> Iterator[Sum]:
    """Return those of some counts that are of a period."""
    for cell, n in cells.items():
        if period.first <= cell.day <= period.last:
            yield Sum(cell.stage, cell.klass, cell.measure, cell.name, cell.bin, n)


def _grains(period: Period) -> Iterator[Grain]:
    """Return a period as the whole months in it, and the days before and after them; the last month as days."""
    first, end, day = period.first, period.last.replace(day=1), timedelta(days=1)
    if first >= end:
        yield Grain("day", first, period.last)
        return
    begin = first if first.day == 1 else (first.replace(day=1) + 32 * day).replace(day=1)
    if first < begin:
        yield Grain("day", first, begin - day)
    if begin < end:
        yield Grain("month", begin, end - day)
    yield Grain("day", end, period.last)
