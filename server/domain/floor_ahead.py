"""The floor played forward: everybody who is there is called, served and sent on as they would be if nobody steps in.

Nobody new comes, each service takes its usual minutes, and each counter calls by the rule in force.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count

from server.domain.calling.ahead import Hall
from server.domain.calling.lane import Waiting
from server.domain.calling.playing import Line

NEW_STEP = 1 << 60
GO_ON, CALL = 0, 1
"""Whoever goes on at the very moment at which a counter calls has come before that."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in the centre: the stage where they are, and the minutes they are here so far.

    They are in line there in `line_min` minutes (0: now), or, when that is None, through there in `left_min`.
    `waited_min` is how long they have waited there, `later` are the stages after it.
    """

    label: str
    stage: str
    stay_min: float
    waiting: Waiting
    line_min: float | None
    left_min: float
    waited_min: float
    later: tuple[str, ...]


@dataclass(slots=True)
class Way:
    """How somebody goes on: in how many minutes they will have gone, and how long they wait at each stage.

    `stuck` is a stage at which nobody will call them; they are gone from there in `end_min` at the earliest.
    """

    person: Present
    end_min: float = 0.0
    waits: dict[str, float] = field(default_factory=dict)
    stuck: str | None = None

    @property
    def expected_min(self) -> float:
        """The minutes that the whole stay will have taken; of somebody who is stuck, at least."""
        return self.person.stay_min + self.end_min


@dataclass(slots=True)
class StageAhead:
    """A stage that is played forward: its counters, its line, and which counters are idle."""

    hall: Hall
    line: Line
    idle: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Going:
    """Somebody on their way while the floor is played: the stages left, and since when they wait."""

    way: Way
    left: tuple[str, ...]
    since_min: float = 0.0


class FloorAhead:
    """A floor as it stands at a moment, to be played forward once."""

    def __init__(self, stages: Mapping[str, StageAhead], now: datetime) -> None:
        self._stages, self._now = stages, now
        self._order, self._steps = count(), count(NEW_STEP)
        self._due: list[tuple[float, int, int, Callable[[float], None]]] = []
        self._in_line: dict[int, _Going] = {}

    def play(self, people: Sequence[Present]) -> list[Way]:
        """Return how everybody goes on, in the order in which they were given."""
        everybody = [_Going(Way(person), person.later) for person in people]
        for going in everybody:
            person = going.way.person
            if person.line_min is None:
                self._at(person.left_min, GO_ON, partial(self._go_on, going))
            else:
                self._at(person.line_min, GO_ON, partial(self._join, going, person.stage, person.waiting))
        for stage in self._stages.values():
            for place, caller in enumerate(stage.hall.callers):
                self._at(caller.free_min, CALL, partial(self._call, stage, place))
        while self._due:
            minute, _, _, act = heappop(self._due)
            act(minute)
        return [going.way for going in everybody]

    def _at(self, minute: float, kind: int, act: Callable[[float], None]) -> None:
        heappush(self._due, (minute, kind, next(self._order), act))

    def _join(self, going: _Going, code: str, waiting: Waiting, minute: float) -> None:
        """Let somebody wait at a stage: an idle counter that may take them calls at once."""
        stage, way = self._stages[code], going.way
        going.since_min, way.stuck, way.end_min = minute, code, minute
        self._in_line[waiting.step] = going
        stage.line.join(waiting)
        for place in stage.hall.taking(waiting.lane):
            if place in stage.idle:
                stage.idle.remove(place)
                self._call(stage, place, minute)
                return

    def _call(self, stage: StageAhead, place: int, minute: float) -> None:
        """Let a counter call, and serve for the usual minutes; it idles when it may take nobody."""
        called = stage.line.call(stage.hall.callers[place].profile, minute)
        if called is None:
            stage.idle.append(place)
            return
        going = self._in_line.pop(called.step)
        code = going.way.stuck or ""
        going.way.waits[code] = going.way.waits.get(code, 0.0) + minute - going.since_min
        going.way.stuck = None
        done = minute + stage.hall.service_min
        self._at(done, GO_ON, partial(self._go_on, going))
        self._at(done, CALL, partial(self._call, stage, place))

    def _go_on(self, going: _Going, minute: float) -> None:
        """Let somebody go to the next stage, or out."""
        going.way.end_min = minute
        if not going.left:
            return
        code, *left = going.left
        going.left = tuple(left)
        before = going.way.person.waiting
        lane, since = before.lane._replace(only=""), self._now + timedelta(minutes=minute)
        self._join(going, code, replace(before, step=next(self._steps), lane=lane, since=since), minute)
