"""What people are told of their wait beside what came: `python -m bench.told 10`.

Days of preset M, normal ones and such with two granting officers absent, through the real services. Whoever joins a
line is told a range as the phone tells it; it is kept beside the wait until the first call. The seeds are not those of
any test. Printed for each stage: people, the share that was called inside the range, and the median width.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from statistics import median
from typing import Any

from sqlalchemy import text

from server.domain.token.lifecycle import StepState
from server.services.setup.presets import install_centre, load_preset
from server.services.views import phone
from server.simulation import day
from server.simulation.floor import Floor
from server.storage.sql import tokens
from server.storage.transaction import Transaction
from server.storage.types import from_ms

FIRST_SEED = 4711
DAYS: dict[str, dict[str, int]] = {"six granting officers": {}, "two absent": {"C": 4}}
VISIT = "whole visit"
CAME = "SELECT s.seq, s.first_called, t.ended_at FROM step AS s JOIN token AS t ON t.id = s.token_id"


@dataclass(frozen=True, slots=True)
class Told:
    """A range that somebody was told when they joined a line, of the wait there or of their whole visit (`VISIT`)."""

    stage: str
    at: datetime
    low_min: int
    high_min: int


@dataclass(frozen=True, slots=True)
class Found:
    """A range and the minutes that it became."""

    stage: str
    low_min: int
    high_min: int
    minutes: float

    @property
    def inside(self) -> bool:
        """Whether it came as it was told."""
        return self.low_min <= self.minutes <= self.high_min

    @property
    def width(self) -> int:
        """How wide the range was."""
        return self.high_min - self.low_min

    @property
    def sharp(self) -> bool:
        """Whether the range is no wider than ten minutes, or than 60 % of its middle."""
        return self.width <= max(10, 0.6 * (self.low_min + self.high_min) / 2)


class Listening(Floor):
    """A floor on which everybody who joins a line is told their wait, before anybody is called."""

    def __init__(self, *args: Any, **settings: Any) -> None:  # those of a floor
        super().__init__(*args, **settings)
        self.told: dict[int, list[Told]] = {}

    def _dispatch(self, tx: Transaction, stage: str, now: datetime, newcomers: int | None = None) -> None:
        for token in tokens.open_tokens(tx.conn, tx.centre.id):
            step = token.step
            if step.state is StepState.WAITING and step.stage == stage and step.seq not in self.told:
                status = phone.status_now(tx.conn, tx.centre, token, now)
                ranges = {stage: status.wait, VISIT: status.visit}
                # What was told before there was a range for the whole visit has none.
                ends = [(of, getattr(r, "low_min", None), getattr(r, "high_min", None)) for of, r in ranges.items()]
                self.told[step.seq] = [
                    Told(of, now, low, high) for of, low, high in ends if low is not None and high is not None
                ]
        super()._dispatch(tx, stage, now, newcomers)


def one_day(job: tuple[int, str]) -> list[Found]:
    """Live one day and return every range that was told, beside what came."""
    seed, name = job
    preset, rng = load_preset("M"), random.Random(seed)
    with day.temporary_database(None) as db:
        epoch = rng.randbytes(4).hex()
        centre = db.write(None, lambda tx: install_centre(tx, preset, day.DAY, epoch, demo=True))
        floor = Listening(db, centre, preset, rng, DAYS[name])
        day.live(floor, day.DAY)
        rows = db.read(lambda read: read.execute(text(CAME)).all())
    came = {seq: (called, ended) for seq, called, ended in rows}
    return [found for seq, told in floor.told.items() for one in told for found in _found(one, *came[seq])]


def _found(told: Told, called: int | None, ended: int | None) -> Iterator[Found]:
    until = from_ms(ended if told.stage == VISIT else called)
    if until is not None:
        yield Found(told.stage, told.low_min, told.high_min, (until - told.at).total_seconds() / 60)


def main(seeds: int) -> None:
    """Print a line for each day and stage."""
    print("| day | stage | people | inside | median width | within 10 min or 60 % |")
    print("|---|---|---|---|---|---|")
    for name in DAYS:
        with ProcessPoolExecutor() as pool:
            days = pool.map(one_day, [(FIRST_SEED + number, name) for number in range(seeds)])
            by_stage: dict[str, list[Found]] = defaultdict(list)
            for found in (found for one in days for found in one):
                by_stage[found.stage].append(found)
        for stage, all_of in by_stage.items():
            inside, sharp = (sum(map(ask, all_of)) / len(all_of) for ask in (attrgetter("inside"), attrgetter("sharp")))
            width = median(found.width for found in all_of)
            print(f"| {name} | {stage} | {len(all_of)} | {inside:.1%} | {width:g} | {sharp:.1%} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
