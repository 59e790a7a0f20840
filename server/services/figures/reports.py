"""The report of a day: its figures, its certificate of fairness, and the seal under which it leaves the building.

To compute one the day is replayed, which takes a second. What came of it (`DayFacts`) is kept for a closed day, by the
event that closed it; `server.services.views.day_report` sees to it that this is done once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from server.domain.centre import CentreState
from server.domain.derived import DerivedKey
from server.domain.errors import InvalidInput, UnknownDay
from server.domain.events.event import Event
from server.domain.events.kinds import Kind
from server.domain.events.payloads import ClockChosen, ClockDoubted, ClockFollowed, NoticeEvent
from server.domain.figures.measures import DEFINITION
from server.domain.notice import NoticeKind
from server.domain.proof.certificates import Certificate
from server.domain.proof.seals import Seal
from server.domain.proof.verdicts import Fault, Verdict
from server.services.figures.cells import cells_between
from server.services.figures.statistics import Figures, Period, figures_from, stays_inside, sums_of
from server.services.proof.verify import certify
from server.services.setup.plans import is_ruled, plan_of, rule_on
from server.services.setup.rules import ClocksShape
from server.storage.sql import centres, day_reports, events
from server.storage.sql.day_reports import ReportKey
from server.storage.sql.events import DayEnd
from server.storage.transaction import Read, Transaction


@dataclass(frozen=True, slots=True)
class Span:
    """A business day in the log: its events are `after` + 1 … `until`; one that runs ends with the last event."""

    centre: CentreState
    day: date
    closed: bool
    after: int
    until: int
    head: str

    @property
    def key(self) -> ReportKey:
        """Which report this is; a later seal of the day is another."""
        return ReportKey(self.centre.id, self.day, self.until, DEFINITION)


@dataclass(frozen=True, slots=True)
class DayCertificate(Certificate):
    """The certificate of one day with whether every promise was kept in its `events`, and what was broken."""

    ok: bool
    faults: tuple[Fault, ...]
    events: int


@dataclass(frozen=True, slots=True)
class Inside:
    """How many stays of a day were shorter than a limit of minutes."""

    minutes: int
    people: int


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What is computed of a day once. Its stops are the numbers of their events: what people wrote is not copied.

    `promise_min` is the stay that was promised to citizens on that day, `inside` tells of it and of the other limits.
    """

    figures: Figures
    certificate: DayCertificate
    stops: tuple[int, ...]
    until: int
    head: str
    promise_min: int
    inside: tuple[Inside, ...]


@dataclass(frozen=True, slots=True)
class NoticeChange:
    """A flag was set, or lifted (`kind`), at a time of the centre's clock; `note` is what staff once wrote."""

    at: str
    kind: Kind
    flag: NoticeKind
    cause: str
    note: str | None


@dataclass(frozen=True, slots=True)
class SealView:
    """The last event of the day, its hash, and the signed text of the QR code."""

    seq: int
    head: str
    text: str


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What became of the clock: `doubted`, `followed`, or the choice of a person, `floor` or `wall`.

    `was` is what the floor's clock said, `shown` what the wall clock said of a doubt, else what people were shown then.
    """

    what: str
    was: str
    shown: str


@dataclass(frozen=True, slots=True)
class DayReport:
    """The report of a day as it is told; before the close of the day it stands for the events until now."""

    centre: str
    name: Mapping[str, str]
    day: str
    closed: bool
    printed: str
    figures: Figures
    promise_min: int
    inside: tuple[Inside, ...]
    certificate: DayCertificate
    notices: tuple[NoticeChange, ...]
    clock: tuple[ClockChange, ...]
    seal: SealView


NOTICES = (Kind.NOTICE_SET, Kind.NOTICE_LIFTED, Kind.CENTRE_FROZEN, Kind.CENTRE_RESUMED)
CLOCKS = (Kind.CLOCK_DOUBTED, Kind.CLOCK_FOLLOWED, Kind.CLOCK_CHOSEN)

_KEPT = TypeAdapter(DayFacts)


def span_of(read: Read, code: str, day: date | None, now: datetime) -> Span:
    """Return a day of a centre; the last that was closed, else today, when `day` is None.

    Raises UnknownCentre, InvalidInput for a day that has not come, UnknownDay for one before the first rules.
    """
    centre = centres.centre_by_code(read, code)
    ends = events.day_ends(read, centre.id)
    day = day or (ends[-1].day if ends and ends[-1].day != centre.open_day else centre.today(now))
    if day > centre.today(now):
        raise InvalidInput(f"{day:%d-%m-%Y} has not come yet.")
    if not is_ruled(read, centre.id, day):
        raise UnknownDay(f"The centre had no rules yet on {day:%d-%m-%Y}.")
    before = [end.seq for end in ends if end.day < day]
    # A day that was opened again has no close that counts.
    close = None if day == centre.open_day else next((end for end in reversed(ends) if end.day == day), None)
    end = close or DayEnd(day, centre.event_seq, centre.head)
    return Span(centre, day, close is not None, max(before, default=0), end.seq, end.head)


def facts_of(read: Read, span: Span) -> DayFacts:
    """Return what a day was, computed from its own events, which takes long; a day that runs, until now.

    What is done after its seal to what it counts, an undo or a correction, changes the figures of its period only.
    """
    if not span.closed:  # read again, so that its figures and its seal are those of one moment
        centre = centres.centre_by_id(read, span.centre.id)
        span = replace(span, centre=centre, until=centre.event_seq, head=centre.head)
    cells = cells_between(read, span.centre, span.after, span.until)
    counted = list(sums_of(cells, Period(span.day, span.day)))
    verdict = certify(read, span.centre, span.after, span.until)
    stops = events.events_of_kinds(read, span.centre.id, (*NOTICES, *CLOCKS), span.after, span.until)
    certificate, clocks = _certificate(read, span, verdict), _clocks(read, span)
    inside = stays_inside(counted, dict(clocks).values())
    return DayFacts(
        figures_from(counted),
        certificate,
        tuple(stop.seq for stop in stops),
        span.until,
        span.head,
        clocks.promise_min,
        tuple(Inside(minutes, people) for minutes, people in inside.items()),
    )


def kept_facts(read: Read, span: Span) -> DayFacts | None:
    """Return what was kept of a closed day, None when it was not computed yet, or told less then."""
    body = day_reports.kept_report(read, span.key)
    try:
        return None if body is None else _KEPT.validate_json(body)
    except ValidationError:
        return None


def keep_facts(tx: Transaction, span: Span, facts: DayFacts) -> None:
    """Keep what was computed of a closed day, in place of what was kept of it before."""
    day_reports.keep_report(tx.conn, span.key, _KEPT.dump_json(facts).decode(), tx.now)


def signed(read: Read, span: Span, facts: DayFacts, now: datetime, key: DerivedKey) -> DayReport:
    """Return the report of a day, signed with the key for seals."""
    centre = span.centre
    seal = Seal(centre.code, span.day, facts.until, facts.head)
    zone = ZoneInfo(centre.timezone)
    told = list(events.events_at(read, centre.id, facts.stops))
    return DayReport(
        centre=centre.code,
        name=centre.name,
        day=span.day.isoformat(),
        closed=span.closed,
        printed=centre.wall(now).astimezone(zone).isoformat(timespec="minutes"),
        figures=facts.figures,
        promise_min=facts.promise_min,
        inside=facts.inside,
        certificate=facts.certificate,
        notices=tuple(_changes(told, zone)),
        clock=tuple(change for event in told if (change := _clock_change(event, zone)) is not None),
        seal=SealView(seal.seq, seal.head, seal.text(key)),
    )


def _changes(told: Iterable[Event], zone: ZoneInfo) -> Iterator[NoticeChange]:
    for event in told:
        if isinstance(event.payload, NoticeEvent):
            at, payload = event.at.astimezone(zone).strftime("%H:%M"), event.payload
            yield NoticeChange(at, event.kind, payload.flag, payload.cause, payload.note)


def _clock_change(event: Event, zone: ZoneInfo) -> ClockChange | None:
    """Return what a day has to say of its clock; None for an event of another kind."""
    match event.payload:
        case ClockDoubted(_, floor, wall):
            what, was, shown = "doubted", floor, wall
        case ClockFollowed(before):
            what, was, shown = "followed", before, event.at
        case ClockChosen(choice, before, _, after):
            what, was, shown = choice, before, after
        case _:
            return None
    return ClockChange(what, *(moment.astimezone(zone).strftime("%d-%m-%Y %H:%M") for moment in (was, shown)))


def _clocks(read: Read, span: Span) -> ClocksShape:
    return rule_on(read, span.centre.id, span.day, ClocksShape)


def _certificate(read: Read, span: Span, verdict: Verdict) -> DayCertificate:
    """Return the certificate of one day with whether every promise was kept; a day without a call has none passed."""
    day = span.day.isoformat()
    certificate = next((judged for judged in verdict.days if judged.day == day), None)
    if certificate is None:
        quota = plan_of(read, span.centre, span.day).calling.quota
        certificate = Certificate(day, 0, {}, {}, 0.0, quota - 1 if quota else None, {}, 0, 0, 0)
    values = {field.name: getattr(certificate, field.name) for field in fields(Certificate)}
    return DayCertificate(**values, ok=verdict.ok, faults=tuple(verdict.faults), events=verdict.events)
