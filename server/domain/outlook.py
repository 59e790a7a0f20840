"""What the floor will be like if nobody steps in: each person's stay, projected at present lines and counters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.calling.wait import mean_wait_min
from server.domain.instants import to_iso

CLOSED_WAIT_MIN = 240.0


@dataclass(frozen=True, slots=True)
class StageLoad:
    """A stage now: how many wait, how many counters call, and the usual minutes of a service."""

    code: str
    waiting: int
    open: int
    service_min: float

    def wait_min(self, ahead: int) -> float:
        """Return the minutes until somebody with so many ahead is called; a stage nobody serves takes hours."""
        wait = mean_wait_min(ahead, self.open, self.service_min)
        if wait is None:
            return CLOSED_WAIT_MIN
        return wait if self.waiting else 0.0

    @property
    def line_min(self) -> float:
        """The minutes until the whole line is called."""
        return self.wait_min(self.waiting)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the centre: minutes here so far, and their place in the line (None while being served)."""

    label: str
    stage: str
    stay_min: float
    ahead: int | None
    later: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Projected:
    """A person and the minutes their whole stay will have taken."""

    person: Person
    expected_min: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """The floor as it will be: everybody's stay, worst first, and the stage that holds them up."""

    people: tuple[Projected, ...]
    bottleneck: StageLoad | None

    def beyond(self, minutes: float) -> int:
        """Return how many will stay longer."""
        return sum(stay.expected_min > minutes for stay in self.people)

    @property
    def p90_min(self) -> float:
        """The stay that one in ten will exceed; 0 on an empty floor."""
        return self.people[len(self.people) // 10].expected_min if self.people else 0.0


class SentenceKind(StrEnum):
    """What the sentence on the manager's page says."""

    EMPTY = "empty"
    ON_TIME = "on_time"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody is in the centre."""


@dataclass(frozen=True, slots=True)
class OnTime:
    """So many people are in the centre, and nobody will pass the promise."""

    people: int


@dataclass(frozen=True, slots=True)
class Late:
    """So many `people` will stay longer than `minutes`, held up at a stage; the first of them from the time `by` on."""

    stage: str
    minutes: int
    people: int
    by: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """The one sentence on the manager's page, and the values in it."""

    kind: SentenceKind
    params: Nobody | OnTime | Late


def project(loads: Mapping[str, StageLoad], people: Iterable[Person]) -> Outlook:
    """Return the outlook: time so far, the line here, and the lines and services that are left as they are now."""
    passing = {code: load.service_min + load.line_min * (load.waiting > 0) for code, load in loads.items()}
    projected = sorted(
        (Projected(person, _expected(loads, passing, person)) for person in people),
        key=lambda stay: stay.expected_min,
        reverse=True,
    )
    lines = (load for load in loads.values() if load.waiting and load.line_min > load.service_min)
    return Outlook(tuple(projected), max(lines, key=lambda load: load.line_min, default=None))


def sentence(ahead: Outlook, promise_min: int, now: datetime) -> Sentence:
    """Return what the manager is told: nobody is here, all are on time, or who will pass the promise and when."""
    if not ahead.people:
        return Sentence(SentenceKind.EMPTY, Nobody())
    late = [stay.person for stay in ahead.people if stay.expected_min > promise_min]
    if not late:
        return Sentence(SentenceKind.ON_TIME, OnTime(len(ahead.people)))
    left = min(max(0.0, promise_min - person.stay_min) for person in late)
    stage = ahead.bottleneck.code if ahead.bottleneck else late[0].stage
    by = to_iso(now + timedelta(minutes=left))
    return Sentence(SentenceKind.LATE, Late(stage, promise_min, len(late), by))


def with_one_more(loads: Mapping[str, StageLoad], stage: str) -> dict[str, StageLoad]:
    """Return the floor with one counter more open at a stage."""
    return {**loads, stage: replace(loads[stage], open=loads[stage].open + 1)}


def _expected(loads: Mapping[str, StageLoad], passing: Mapping[str, float], person: Person) -> float:
    here = loads[person.stage]
    wait = 0.0 if person.ahead is None else here.wait_min(person.ahead)
    service = here.service_min if person.ahead is not None else here.service_min / 2
    return person.stay_min + wait + service + sum(passing[code] for code in person.later)
