"""The hall as the events before left it: its day and set-up, its counters, its numbers and its stops."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from server.domain.events.event import Event
from server.domain.events.kinds import Kind
from server.domain.events.payloads import ClockChosen, ClockFollowed, DayOpened, DayReopened
from server.domain.freezes import Freeze, with_gap, with_stop
from server.domain.json import JsonObject
from server.domain.notice import Flags
from server.domain.plan.plan import Plan
from server.domain.proof.findings import Finding
from server.domain.proof.ledger import Ledger
from server.domain.proof.occupied import Occupied
from server.domain.token.lifecycle import CounterState, TokenEnd
from server.domain.token.token import Token

EMERGENCY_WINDOW = timedelta(hours=1)
SEATS_TOLD = 2
"""The version of events since which it is on record who sits where."""
CLOCK_SKEW = timedelta(minutes=2)


@dataclass(slots=True)
class Desk:
    """A counter in a replay. `officer` sits there, if the record has told since `seated`; `back_at` is a return."""

    stage: str
    position: int
    state: CounterState
    since: datetime | None = None
    back_at: datetime | None = None
    officer: str | None = None
    seated: bool = False


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a record is judged by: the plan of a version on a day, the version in force on a day, and the calendar."""

    plan: Callable[[int, date], Plan]
    number_on: Callable[[date], int]
    day: Callable[[datetime], date]


@dataclass(slots=True)
class Hall:
    """Goes from event to event. `whole` says that the record is replayed from its beginning, so that all is known.

    `open_day` is kept from version 2 of the payloads on; before, `last_day` is the last that gave a token. `reopening`
    is the act that opened a day again. `plan` and `day` are those of the present event; `expired` and `no_show` count
    those whom its act has ended. `lost_epochs` are the marks of those before a restore.
    """

    set_up: SetUp
    desks: dict[str, Desk]
    whole: bool = True
    freezes: list[Freeze] = field(default_factory=list)
    carried_at: datetime | None = None
    flags: Flags = ()
    occupied: Occupied = field(default_factory=Occupied)
    emergencies: dict[str, datetime] = field(default_factory=dict)
    difference: timedelta = timedelta()
    printers: dict[str, JsonObject] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    last_at: datetime | None = None
    closed_day: date | None = None
    closed_before: date | None = None
    open_day: date | None = None
    last_day: date | None = None
    day_kept: bool = False
    reopening: int = 0
    act: int = 0
    expired: int = 0
    no_show: int = 0
    _now: tuple[Plan, date] | None = None
    lost_epochs: set[str] = field(default_factory=set)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(lambda letter: self.plan.series[letter].first if letter in self.plan.series else 1)

    @property
    def plan(self) -> Plan:
        """The plan in force at the present event."""
        return self._present[0]

    @property
    def day(self) -> date:
        """The day that the present event belongs to: the open one, else that of the calendar."""
        return self._present[1]

    @property
    def frozen(self) -> bool:
        """Whether the floor is stopped."""
        return bool(self.freezes) and self.freezes[-1][1] is None

    @property
    def _present(self) -> tuple[Plan, date]:
        if self._now is None:
            raise LookupError("the hall has seen no event yet")
        return self._now

    def enter(self, event: Event) -> Iterator[Finding]:
        """Go on to an event; returns what its row says otherwise than the events before."""
        self.set_clock(event)
        if event.v > 1:
            self.keep_day()
        day = self._day_of(event)
        self._now = self.set_up.plan(event.plan, day), day
        if event.v and event.plan != (due := self.set_up.number_on(day)):
            yield "wrong_plan", f"Event {event.seq} names version {event.plan} of the set-up, {due} was in force."
        if event.kind is not Kind.CLOCK_CONFIRMED and self.last_at and event.at < self.last_at - CLOCK_SKEW:
            yield "wrong_time", f"Event {event.seq} is of {event.at}, the one before of {self.last_at}."
        if self.whole and self.last_at is None and event.v >= SEATS_TOLD:
            for desk in self.desks.values():
                desk.seated = True
        if event.act not in (event.seq, self.act) and event.v and self.act:
            yield "wrong_act", f"Event {event.seq} belongs to act {event.act}, before it is {self.act}."
        if event.act == event.seq:
            self.expired = self.no_show = 0
        self.act = event.act

    def set_clock(self, event: Event) -> None:
        """Take over how far the floor's clock is ahead of the time that people are shown."""
        if isinstance(event.payload, ClockChosen):
            self.difference = event.at - event.payload.shown
        elif isinstance(event.payload, ClockFollowed):
            self.difference = timedelta()

    def day_at(self, moment: datetime) -> date:
        """Return the business day at an instant of the floor's clock."""
        return self.set_up.day(moment - self.difference)

    def _day_of(self, event: Event) -> date:
        if isinstance(event.payload, DayOpened | DayReopened):
            return event.payload.day
        return self.open_day or self.day_at(event.at)

    def keep_day(self) -> None:
        """Begin to keep the open day, as an upgrade does: the last that gave a token, unless it was closed."""
        closed = self.closed_day is not None and self.last_day is not None and self.closed_day >= self.last_day
        if not self.day_kept and not closed:
            self.open_day = self.last_day
        self.day_kept = True

    @property
    def stops(self) -> list[Freeze]:
        """The freezes, and the night into which people were carried over: nothing counts in them."""
        return self.freezes if self.carried_at is None else [*self.freezes, (self.carried_at, None)]

    def open(self, day: date, at: datetime, closed_since: datetime | None) -> None:
        """Take over that a day opens or goes on; a time in which it was closed counts for nobody."""
        self.open_day, self.carried_at = day, None
        if closed_since is not None:
            self.freezes = with_stop(self.freezes, closed_since, at)

    def close(self, day: date, carried_at: datetime | None) -> None:
        """Take over that a day is closed; `carried_at` is when people were carried over into the night."""
        self.carried_at = carried_at
        self.open_day, self.closed_before, self.closed_day = None, self.closed_day, day

    def leave(self, event: Event) -> None:
        """Go on behind an event: time does not go back, unless a person has confirmed it."""
        confirmed = event.kind is Kind.CLOCK_CONFIRMED
        self.last_at = event.at if confirmed or self.last_at is None else max(event.at, self.last_at)

    def neighbours(self, counter: str, token: Token) -> tuple[str, ...]:
        """Return the free counters nearest to one that may take a token too, one for each other of its party."""
        here, lane = self.desks[counter], token.lane._replace(only="")
        free = (
            (abs(desk.position - here.position), id_)
            for id_, desk in self.desks.items()
            if id_ != counter and desk.stage == here.stage and self._is_free(id_, desk)
        )
        takes = sorted((far, id_) for far, id_ in free if self.plan.profile(id_).takes(lane))
        return tuple(id_ for _, id_ in takes[: token.party - 1])

    def _is_free(self, id_: str, desk: Desk) -> bool:
        return desk.state is CounterState.OPEN and not self.occupied.at(id_)

    def note_emergency(self, token: Token) -> None:
        """Take over whether a token is an emergency."""
        if token.emergency_at is None:
            self.emergencies.pop(token.id, None)
        else:
            self.emergencies[token.id] = token.emergency_at

    def emergencies_before(self, at: datetime) -> int:
        """Return how many tokens were marked as an emergency in the hour before a moment."""
        self.emergencies = {id_: since for id_, since in self.emergencies.items() if since > at - EMERGENCY_WINDOW}
        return len(self.emergencies)

    def count_end(self, token: Token) -> None:
        """Take over that the close of a day has ended a token."""
        missed = token.ends is TokenEnd.NO_SHOW
        self.expired, self.no_show = self.expired + (not missed), self.no_show + missed

    def leave_out(self, begin: datetime, end: datetime) -> None:
        """Take over that nobody waited between two instants."""
        self.freezes = with_gap(self.freezes, (begin, end))


def desks_of(rows: Iterable[tuple[str, str, int]]) -> dict[str, Desk]:
    """Return the counters of a centre, closed, by (id, stage, position)."""
    return {id_: Desk(stage, position, CounterState.CLOSED) for id_, stage, position in rows}
