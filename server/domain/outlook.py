"""What the floor will be like if nobody steps in: whose stay passes which limit, when, and which line is the cause."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.floor_ahead import Way
from server.domain.instants import to_iso

ONE_IN = 20
"""Of so many people who are there, one has to be made late by one line before the manager is told of it."""


class SentenceKind(StrEnum):
    """What the sentence on the manager's page says."""

    EMPTY = "empty"
    ON_TIME = "on_time"
    LATE = "late"
    STRANDED = "stranded"


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody is in the centre."""


@dataclass(frozen=True, slots=True)
class OnTime:
    """So many people are in the centre, and no line holds them up; `beyond` of them pass `minutes` all the same."""

    people: int
    minutes: int
    beyond: int


@dataclass(frozen=True, slots=True)
class Late:
    """The line of a stage makes the stay of so many `people` pass `minutes`; all of them have passed at `by`."""

    stage: str
    minutes: int
    people: int
    by: str


@dataclass(frozen=True, slots=True)
class NoCounter:
    """So many people wait at a stage at which no counter that is open may take them."""

    stage: str
    people: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """The one sentence on the manager's page, and the values in it."""

    kind: SentenceKind
    params: Nobody | OnTime | Late | NoCounter


@dataclass(frozen=True, slots=True)
class Passing:
    """How many people's stay passes a limit of minutes, or has passed it; `by` is when the last of them does."""

    minutes: int
    people: int
    by: str | None


def passing(ways: Iterable[Way], minutes: int, now: datetime) -> Passing:
    """Return who passes a limit, of those who are there."""
    late = [way for way in ways if way.expected_min > minutes]
    return Passing(minutes, len(late), _by(late, minutes, now) if late else None)


def passes_at(way: Way, minutes: int, now: datetime) -> str | None:
    """Return when somebody's stay passes a limit; None when it does not, or has."""
    left = minutes - way.person.stay_min
    return to_iso(now + timedelta(minutes=left)) if left > 0 and way.expected_min > minutes else None


def held_up(ways: Iterable[Way], stage: str, minutes: int) -> list[Way]:
    """Return those whose stay passes a limit, and would not without the time in the line of a stage."""
    late = (way for way in ways if way.expected_min > minutes)
    return [way for way in late if way.expected_min - _in_line(way, stage) <= minutes]


def cause(ways: Sequence[Way], stages: Iterable[str], minutes: int) -> tuple[str, list[Way]] | None:
    """Return the stage whose line makes the most people pass a limit, and those; None when they are few."""
    by_stage = ((stage, held_up(ways, stage, minutes)) for stage in stages)
    stage, late = max(by_stage, key=lambda one: len(one[1]), default=("", []))
    return (stage, late) if late and len(late) * ONE_IN >= len(ways) else None


def sentence(
    ways: Sequence[Way], stages: Iterable[str], stranded: Mapping[str, int], minutes: int, now: datetime
) -> Sentence:
    """Return what the manager is told; `stranded` is how many wait at each stage for no counter that is open."""
    if not ways:
        return Sentence(SentenceKind.EMPTY, Nobody())
    if stranded:
        stage = max(stranded, key=lambda code: stranded[code])
        return Sentence(SentenceKind.STRANDED, NoCounter(stage, stranded[stage]))
    found = cause(ways, stages, minutes)
    if found is None:
        return Sentence(SentenceKind.ON_TIME, OnTime(len(ways), minutes, passing(ways, minutes, now).people))
    stage, late = found
    return Sentence(SentenceKind.LATE, Late(stage, minutes, len(late), _by(late, minutes, now)))


def p90_min(ways: Iterable[Way]) -> float:
    """Return the stay that one in ten will exceed; 0 on an empty floor."""
    stays = sorted((way.expected_min for way in ways), reverse=True)
    return stays[len(stays) // 10] if stays else 0.0


def _in_line(way: Way, stage: str) -> float:
    """Return the minutes of a stay in the line of a stage, of those that are known: here until now, and to come."""
    behind = way.person.waited_min if way.person.stage == stage else 0.0
    return behind + way.waits.get(stage, 0.0)


def _by(late: Iterable[Way], minutes: int, now: datetime) -> str:
    """Return when the last of some has passed a limit."""
    left = max(minutes - way.person.stay_min for way in late)
    return to_iso(now + timedelta(minutes=max(0.0, left)))
