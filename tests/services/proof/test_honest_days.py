"""Random honest days, with changes of the rules and of who sits where, are accepted as they are."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.domain.day import Then
from server.domain.errors import Refused
from server.services.proof.installation import verify_installation
from server.storage.database import Database
from tests.conftest import new_database
from tests.factories import MORNING, Floor, install_floor
from tests.services.proof.test_equivalence import COMMANDS, COUNTERS

FEW, MANY = 4, 200
DAYS, COMMANDS_A_DAY = 2, 120
# What happens most, so that people get through; all else comes at random.
USUAL = ("issue", "issue", "issue_first", "call", "call", "start", "start", "finish", "finish")
NOT_HERE = frozenset({"clock", "close_day", "reopen_day"})
CLOSINGS = (Then.END, Then.CARRY_OVER)
RULES: tuple[tuple[str, Any], ...] = (
    ("missed", {"calls": 2, "minutes": 4}),
    ("calling", {"rule": "fifo", "quota": 2}),
    ("calling", {"rule": "relative_age", "protected": ["F"], "quota": 4, "targets": {"N": 20, "F": 5}}),
    ("profiles", {"G1": {"reserved": ["F", "T"]}, "A1": {"languages": ["mr"], "prefers": ["P"]}}),
    ("profiles", {"G2": {"services": ["NORMAL"]}, "B1": {"step_free": False}}),
    ("floor", {"undo_min": 8, "pause_min": 20, "emergencies_per_hour": 2}),
)


def publish(floor: Floor, rng: random.Random) -> None:
    """Change a rule from the next day on."""
    kind, body = rng.choice(RULES)
    if kind == "floor":
        body = floor.preset.floor.model_dump(mode="json") | body
    floor.set_policy(kind, body)


def sit(floor: Floor, rng: random.Random) -> None:
    """Let one of three people sit down somewhere."""
    floor.sit(rng.choice(COUNTERS), f"staff:{rng.randint(1, 3)}")


def live(floor: Floor, rng: random.Random, day: int) -> None:
    """Let a day pass as it comes: what is refused is refused."""
    floor.begin = MORNING + timedelta(days=day) - timedelta(minutes=next(floor.minutes))
    for counter in COUNTERS:
        with suppress(Refused):
            COMMANDS["open"](floor, counter)
    work(floor, rng, COMMANDS_A_DAY)
    floor.close_day(rng.choice(CLOSINGS))
    if rng.random() < 0.3:
        with suppress(Refused):
            floor.reopen_day((MORNING + timedelta(days=day)).date())
            work(floor, rng, COMMANDS_A_DAY // 4)
            floor.close_day()


def work(floor: Floor, rng: random.Random, count: int) -> None:
    """Do what comes."""
    others = sorted(COMMANDS.keys() - NOT_HERE)
    for _ in range(count):
        with suppress(Refused):
            draw = rng.random()
            if draw < 0.03:
                publish(floor, rng)
            elif draw < 0.08:
                sit(floor, rng)
            else:
                COMMANDS[rng.choice(USUAL if draw < 0.7 else others)](floor, rng.choice(COUNTERS))
    with suppress(Refused):
        COMMANDS["unfreeze"](floor, "")


@pytest.mark.proof
def test_honest_days_are_accepted(tmp_path: Path, migrated: Callable[[str], str], long: bool) -> None:
    for seed in range(MANY if long else FEW):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with new_database("sqlite", folder, migrated("sqlite")) as url:
            db = Database(url, synchronous="OFF")
            floor, rng = install_floor(db), random.Random(seed)
            for day in range(DAYS):
                live(floor, rng, day)
            verdict = floor.verdict()
            of_people = db.read(partial(verify_installation, anchors=verdict.people))
            db.close()
        assert verdict.faults == [], f"seed {seed}: {verdict.faults[:3]}"
        assert of_people.faults == []
        assert verdict.tokens > 10
