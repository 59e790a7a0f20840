"""What the calling rule does to waits, beside the figures of an earlier study: `python -m bench.calling_rule 10`.

The rule is the one that serves a centre: every call of the simulation asks `server.domain.calling.choose_next`.

Stated in the study: 6 counters; service of mean 6 min and coefficient of variation 0.8; classes priority 15 % (target
5 min), appointment 45 % (10) and walk-in 40 % (30); 60 days; loads 0.93 and 1.15; waits as mean, p95 and maximum.
Assumed here, because it is not stated:

- Service times are log-normal. (Gamma gives the priority class 5 to 10 % more under strict priority: a worse fit.)
- Tokens are given for 440 min, then the line is served to its end. Each day begins with an empty hall.
- Arrivals are a Poisson process whose rate swings by ± 18 % in two waves a day. A steady rate fits load 1.15 as well,
  but leaves first come, first served a fifth below the study at load 0.93.
- Everybody's age counts from the arrival: in the study first come, first served treats all classes alike.

Day length and waves were fitted to the row of first come, first served alone; all other rows are predictions. One draw
of 60 days is a small sample (its mean wait at load 0.93 has a standard deviation of 6 %), so that the figures of
several draws are averaged and their spread is told.
"""

import math
import random
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heapify, heapreplace
from itertools import count
from statistics import mean, stdev

from server.domain.calling.lane import Lane, Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.calling.v1 import choose_next

COUNTERS, SERVICE_MIN, SERVICE_CV = 6, 6.0, 0.8
DAYS, OPEN_MIN, SWING, WAVES = 60, 440.0, 0.18, 2
SHARES = {"P": 0.15, "A": 0.45, "W": 0.40}
TARGETS = {"P": 5.0, "A": 10.0, "W": 30.0}
LOADS = (0.93, 1.15)
TOLD = {"P": "priority", "W": "walk-in"}
OPENING = datetime(2026, 1, 5, 9, tzinfo=UTC)
Figures = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Setting:
    """A rule of the table: what a centre would set, and for each load and class the mean, p95 and maximum expected.

    Strict priority of three classes is made of two settings: desks that prefer one class, and a protected second one.
    """

    rule: CallingRule
    expected: Mapping[tuple[float, str], Figures]
    prefers: frozenset[str] = frozenset()
    shipped: bool = True


def _expected(*figures: Figures) -> dict[tuple[float, str], Figures]:
    return dict(zip(((load, klass) for load in LOADS for klass in TOLD), figures, strict=True))


_STRICT = partial(CallingRule, "fifo", protected=frozenset("A"))
SETTINGS = {
    "first come, first served": Setting(
        CallingRule("fifo", quota=0),
        _expected((7.6, 29.8, 58), (7.6, 29.0, 58), (40.5, 91, 138), (40.2, 91, 138)),
    ),
    "strict priority": Setting(
        _STRICT(quota=0),
        _expected((0.8, 2.6, 8), (16.7, 63.6, 139), (1.0, 2.9, 8), (99.0, 210, 293)),
        prefers=frozenset("P"),
        shipped=False,
    ),
    "strict + 1 in 3": Setting(
        _STRICT(quota=3),
        _expected((1.0, 3.3, 10), (13.5, 53.4, 101), (1.5, 4.2, 11), (73.0, 151, 204)),
        prefers=frozenset("P"),
    ),
    "relative age": Setting(
        CallingRule("relative_age", TARGETS, quota=0),
        _expected((2.8, 9.3, 15), (12.5, 48.9, 94), (11.5, 25.7, 38), (72.1, 160, 224)),
    ),
    "relative age + 1 in 3": Setting(
        CallingRule("relative_age", TARGETS, quota=3),
        _expected((3.3, 11.4, 25), (11.2, 44.1, 84), (14.6, 33.8, 59), (63.4, 142, 199)),
    ),
}


@dataclass(slots=True)
class Visitor:
    """Somebody who comes: minutes after opening, class, and minutes of service; then how it went."""

    arrived: float
    klass: str
    service: float
    older: int = 0
    overtaken: int = 0
    wait: float = 0.0


@dataclass(slots=True)
class Hall:
    """The line of a day, oldest first in each class, and the calls since the last that took the longest wait."""

    setting: Setting
    lines: dict[str, deque[tuple[Waiting, Visitor]]] = field(default_factory=lambda: {k: deque() for k in SHARES})
    passes: int = 0
    steps: Iterator[int] = field(default_factory=count)

    def __len__(self) -> int:
        return sum(map(len, self.lines.values()))

    def join(self, visitor: Visitor) -> None:
        """Let somebody wait."""
        visitor.older, step = len(self), next(self.steps)
        since = OPENING + timedelta(minutes=visitor.arrived)
        waiting = Waiting(step, str(step), f"{visitor.klass}{step:03d}", Lane(visitor.klass, "S", "en"), since)
        self.lines[visitor.klass].append((waiting, visitor))

    def call(self, minute: float) -> Visitor:
        """Call whom the rule chooses, and count everybody older as overtaken once."""
        now = OPENING + timedelta(minutes=minute)
        heads = [line[0][0] for line in self.lines.values() if line]
        desk = Profile("C1", prefers=self.setting.prefers)
        choice = choose_next(heads, self.setting.rule, desk, self.passes, lambda since: (now - since).total_seconds())
        if choice is None:
            raise RuntimeError("nobody was called although somebody waits")
        self.passes = choice.passes
        _, called = self.lines[choice.waiting.lane.klass].popleft()
        called.wait = minute - called.arrived
        for line in self.lines.values():
            for _, visitor in line:
                visitor.overtaken += visitor.arrived < called.arrived
        return called


def visitors(load: float, rng: random.Random) -> list[Visitor]:
    """Return who comes on a day: load × counters ÷ mean service a minute, thinned to the waves (Lewis and Shedler)."""
    rate = load * COUNTERS / SERVICE_MIN
    spread = math.sqrt(math.log(1 + SERVICE_CV**2))
    centre = math.log(SERVICE_MIN) - spread**2 / 2
    found, minute = list[Visitor](), 0.0
    while (minute := minute + rng.expovariate(rate * (1 + SWING))) < OPEN_MIN:
        wave = 1 + SWING * math.sin(2 * math.pi * WAVES * minute / OPEN_MIN)
        if rng.random() * (1 + SWING) < wave:
            klass = rng.choices(list(SHARES), list(SHARES.values()))[0]
            found.append(Visitor(minute, klass, rng.lognormvariate(centre, spread)))
    return found


def serve(day: Sequence[Visitor], setting: Setting) -> None:
    """Serve a day to its end; each visitor learns the wait and how often they were overtaken."""
    hall, coming = Hall(setting), deque(day)
    free = [0.0] * COUNTERS
    heapify(free)
    while coming or len(hall):
        minute = free[0] if len(hall) else max(free[0], coming[0].arrived)
        while coming and coming[0].arrived <= minute:
            hall.join(coming.popleft())
        heapreplace(free, minute + hall.call(minute).service)


def draw(load: float, seed: int, names: Sequence[str], days: int = DAYS) -> dict[str, list[Visitor]]:
    """Return the visitors of `days` days under each rule; all rules serve the same days."""
    served: dict[str, list[Visitor]] = {name: [] for name in names}
    for number in range(days):
        for name in names:
            day = visitors(load, random.Random(f"{load} {seed} {number}"))
            serve(day, SETTINGS[name])
            served[name] += day
    return served


def figures(served: Sequence[Visitor], klass: str) -> Figures:
    """Return the mean, p95 and maximum of the waits of a class, in minutes."""
    waits = sorted(visitor.wait for visitor in served if visitor.klass == klass)
    return mean(waits), waits[int(0.95 * len(waits))], waits[-1]


def worst(served: Sequence[Visitor]) -> float:
    """Return the most times that anybody was overtaken for each older one in line and themselves."""
    return max(visitor.overtaken / (visitor.older + 1) for visitor in served)


def _one_draw(job: tuple[float, int]) -> tuple[dict[tuple[str, str], Figures], dict[str, float]]:
    served = draw(*job, list(SETTINGS))
    told = {(name, klass): figures(served[name], klass) for name in SETTINGS for klass in TOLD}
    return told, {name: worst(served[name]) for name in SETTINGS}


def main(draws: int) -> None:
    """Print a line for each rule, load and class: what was found, what was expected, and the ratio of each figure."""
    jobs = [(load, seed) for load in LOADS for seed in range(draws)]
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(_one_draw, jobs))
    print("| rule | load | class | mean / p95 / max | ± in a draw | expected | ratio | worst overtaken ÷ (k + 1) |")
    print("|---|---|---|---|---|---|---|---|")
    for name, setting in SETTINGS.items():
        for (load, klass), expected in setting.expected.items():
            of_load = [result for job, result in zip(jobs, found, strict=True) if job[0] == load]
            columns = list(zip(*(told[name, klass] for told, _ in of_load), strict=True))
            ours = [mean(column) for column in columns]
            spread = [stdev(column) if draws > 1 else 0.0 for column in columns]
            ratios = [f"{a / b:.2f}" for a, b in zip(ours, expected, strict=True)]
            most = max(bound[name] for _, bound in of_load)
            cells = (name, load, TOLD[klass], _row(ours), _row(spread), _row(expected), " / ".join(ratios))
            print(f"| {' | '.join(map(str, cells))} | {most:.1f} |")


def _row(values: Sequence[float]) -> str:
    return " / ".join(f"{value:.1f}" for value in values)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
