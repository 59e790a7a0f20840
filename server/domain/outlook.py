"""What the floor will be like if nobody steps in: each person's stay, projected at present lines and counters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from server.domain.calling.wait import mean_wait_min

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
        return sum(one.expected_min > minutes for one in self.people)

    @property
    def p90_min(self) -> float:
        """The stay that one in ten will exceed; 0 on an empty floor."""
        return self.people[len(self.people) // 10].expected_min if self.people else 0.0


def project(loads: Mapping[str, StageLoad], people: Iterable[Person]) -> Outlook:
    """Return the outlook: time so far, the line here, and the lines and services that are left as they are now."""
    projected = sorted(
        (Projected(person, _expected(loads, person)) for person in people),
        key=lambda one: one.expected_min,
        reverse=True,
    )
    slowest = max(loads.values(), key=lambda load: load.wait_min(load.waiting), default=None)
    waits = slowest is not None and slowest.wait_min(slowest.waiting) > slowest.service_min and slowest.waiting > 0
    return Outlook(tuple(projected), slowest if waits else None)


def with_one_more(loads: Mapping[str, StageLoad], stage: str) -> dict[str, StageLoad]:
    """Return the floor with one counter more open at a stage."""
    return {**loads, stage: replace(loads[stage], open=loads[stage].open + 1)}


def _expected(loads: Mapping[str, StageLoad], person: Person) -> float:
    here = loads[person.stage]
    wait = 0.0 if person.ahead is None else here.wait_min(person.ahead)
    service = here.service_min if person.ahead is not None else here.service_min / 2
    return person.stay_min + wait + service + sum(_passing(loads[code]) for code in person.later)


def _passing(load: StageLoad) -> float:
    return load.service_min + (load.wait_min(load.waiting) if load.waiting else 0.0)
