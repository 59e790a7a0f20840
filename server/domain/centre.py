"""A centre as it stands in a transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from server.domain.calling.lane import Age
from server.domain.errors import CentreFrozen, DayClosed, EmergencyNow
from server.domain.freezes import Freeze, Moment, with_stop
from server.domain.instants import to_iso
from server.domain.json import JsonObject
from server.domain.notice import Flags, NoticeKind, flag_of, flags_from
from server.domain.plan.hours import Hours, business_day, clock, counters_open_at
from server.domain.steady.steady import difference_of


@dataclass(frozen=True, slots=True)
class CentreState:
    """The row of a centre as it stands in the transaction.

    `plan_version` is the latest version of the set-up, `plans` those in force now and dated later as [number, day].
    `clock` is how the clock of the floor stands to those of its machines.
    `open_day` is the business day that is open since `opened_at`, perhaps `serve_until` after its hours; `closed_day`
    the last that was closed. `carried_at` is when people were carried over into a night that still lasts, `sealed_seq`
    the number of the event that closed the last day for good: what was done until then is not undone. `taken_numbers`
    are those, by series, that people of earlier days had when the open day began.
    """

    id: int
    code: str
    name: dict[str, str]
    timezone: str
    languages: list[str]
    demo: bool
    epoch: str
    event_seq: int
    head: str
    plan_version: int
    plans: list[list[int | str]]
    closed_day: date | None
    open_day: date | None
    opened_at: datetime | None
    serve_until: datetime | None
    carried_at: datetime | None
    sealed_seq: int
    taken_numbers: dict[str, list[int]] | None
    day_start: str
    last_at: datetime | None
    freezes: list[list[str | None]]
    notices: list[list[str]]
    clock: JsonObject | None

    @property
    def clock_doubted(self) -> bool:
        """Whether the clock waits for a person to say what is right: no day opens or closes by itself then.

        In a command it is true to the instant once `tx.now` was read.
        """
        return self.clock is not None and self.clock.get("doubt") is not None

    @property
    def ahead_s(self) -> int:
        """How many seconds the floor's own clock is ahead of the time that people are shown."""
        return 0 if self.clock is None else round(difference_of(self.clock).total_seconds())

    def wall(self, now: datetime) -> datetime:
        """Return what people are shown as the time while it is `now` on the floor's own clock."""
        return now if self.clock is None else now - difference_of(self.clock)

    def floor(self, wall: datetime) -> datetime:
        """Return what it is on the floor's own clock while people are shown `wall`."""
        return wall if self.clock is None else wall + difference_of(self.clock)

    def counters_open_at(self, hours: Hours, now: datetime) -> datetime | None:
        """Return when the counters open, on the floor's own clock; None where they may be open now."""
        opening = counters_open_at(hours, self.wall(now))
        return None if opening is None else self.floor(opening)

    def today(self, now: datetime) -> date:
        """Return the day that what is done at `now` belongs to: the open one whatever the calendar says."""
        return self.open_day or self.calendar_day(now)

    def calendar_day(self, now: datetime) -> date:
        """Return the business day by the calendar while it is `now` on the floor's own clock."""
        return self.day(self.wall(now))

    def day(self, now: datetime) -> date:
        """Return the business day by the calendar at an instant of the time that people are shown."""
        return business_day(now, self.timezone, clock(self.day_start))

    def plan_number(self, day: date) -> int:
        """Return the version of the set-up that is in force on a business day: the last that begins by then."""
        begun = [int(number) for number, begins in self.plans if str(begins) <= day.isoformat()]
        return begun[-1] if begun else 0

    @property
    def flags(self) -> Flags:
        """The flags that are set, the strongest first."""
        return flags_from(self.notices)

    @property
    def frozen_times(self) -> list[Freeze]:
        """The latest freezes as instants, and the night into which people were carried over."""
        return self.stops if self.carried_at is None else [*self.stops, (self.carried_at, None)]

    def stopped(self, begin: datetime, end: datetime) -> list[list[str | None]]:
        """Return the freezes as they are kept, with one more that is over."""
        stops = with_stop(self.stops, begin, end)
        return [[to_iso(first), None if last is None else to_iso(last)] for first, last in stops]

    @property
    def stops(self) -> list[Freeze]:
        """The latest freezes as instants."""
        return [(_instant(begin), _instant(end) if end else None) for begin, end in self.freezes if begin]

    @property
    def frozen(self) -> bool:
        """Whether the centre is frozen now."""
        return bool(self.freezes) and self.freezes[-1][1] is None

    def age(self, now: datetime) -> Age:
        """Return what tells how long a moment is ago, without the time in which the centre was frozen."""
        return self.moment(now).age

    def moment(self, now: datetime) -> Moment:
        """Return the instant `now` with the latest freezes, from which ages are counted."""
        return Moment(now, self.frozen_times)

    def require_running(self) -> None:
        """Raise CentreFrozen while the centre is frozen."""
        if self.frozen:
            raise CentreFrozen("The centre is frozen. Calling goes on when it is resumed.")

    def require_day(self) -> None:
        """Raise DayClosed while no day is open: who was carried over stays as they are until one is."""
        if self.open_day is None:
            day = None if self.closed_day is None else self.closed_day.isoformat()
            raise DayClosed("The day is closed. It goes on when it is reopened, or with the next day.", day=day)

    def require_no_emergency(self) -> None:
        """Raise EmergencyNow during an emergency."""
        emergency = flag_of(self.flags, NoticeKind.EMERGENCY)
        if emergency is not None:
            raise EmergencyNow("There is an emergency. Nobody is sent into the hall.", cause=emergency.cause)


@dataclass(frozen=True, slots=True)
class Head:
    """How far a centre has come: the number of its last event, and who sits at the counter that was asked for."""

    epoch: str
    seq: int
    operator: str | None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
