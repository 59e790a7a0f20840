"""What happens by itself, and in one process only."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from apscheduler.schedulers import base
from sqlalchemy import delete

from server import clock, scheduler
from server.clock import ScaledClock, SystemClock
from server.domain.actors import By
from server.domain.errors import Unavailable
from server.domain.permissions import Role
from server.scheduler import Scheduler
from server.services.command import Answer, Attempt, forget_expired, once
from server.services.figures.cells import centres_behind
from server.services.floor.opening import enter_day
from server.services.people.presence import Place, known_at
from server.services.people.principal import secret_hash
from server.storage.database import Database
from server.storage.leader import Leader
from server.storage.tables.plan import PolicyTable
from server.storage.transaction import Transaction
from tests.factories import MORNING, Floor, second_centre
from tests.services.people.people import add_person, signed_in

ROOT = Path(__file__).parents[1]
SOON_S = 8.0
SCHEDULE = """
import sys, time
from server import scheduler
from server.clock import SystemClock
from server.storage.database import Database
from server.storage.leader import Leader
class Telling(scheduler.Scheduler):
    def keep_house(self):
        print("kept", flush=True)

scheduler.HOUSE_SECONDS = 0.2
db = Database(sys.argv[1])
Telling(db, SystemClock(), Leader(db.url)).start()
time.sleep(60)
"""


class Counted(Scheduler):
    """A scheduler that counts how often it kept house."""

    kept = 0

    def keep_house(self) -> None:
        self.kept += 1
        super().keep_house()


def scheduler_on(db: Database) -> Counted:
    return Counted(db, SystemClock(), Leader(db.url))


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "HOUSE_SECONDS", 0.2)


def wait_for(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not check():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def test_tidying_forgets_what_is_over_and_keeps_the_rest(sqlite_floor: Floor) -> None:
    now = SystemClock().now()
    old = now - timedelta(hours=25)
    add_person(sqlite_floor, "asha", Role.MANAGER)
    sessions = [Place(True, secret_hash(signed_in(sqlite_floor, "asha", at))) for at in (old, now)]
    for key, at in (("old", old), ("new", now)):
        attempt = Attempt("key:1", key, ("hash",), at)
        sqlite_floor.write(lambda tx, a=attempt: once(tx, a, lambda: Answer(200, {})))  # type: ignore[misc]
    running = scheduler_on(sqlite_floor.db)
    running.start()
    running.tidy()
    running.stop()
    assert sqlite_floor.write(lambda tx: forget_expired(tx, now)) == 0
    assert sqlite_floor.write(lambda tx: forget_expired(tx, now + timedelta(hours=25))) == 1
    over, still = (sqlite_floor.db.read(lambda read, place=place: known_at(read, place)) for place in sessions)  # type: ignore[misc]
    assert over is None
    assert still is not None


@pytest.mark.usefixtures("often")
def test_a_pause_that_is_over_ends_by_itself(floor: Floor) -> None:
    token = floor.issue()
    floor.pause(token)
    assert floor.token(token).state == "paused"
    floor.db.clock = ScaledClock(MORNING + timedelta(minutes=30), 1.0)
    running = Counted(floor.db, SystemClock(), Leader(floor.db.url))
    running.start()
    wait_for(lambda: floor.token(token).state == "waiting")
    running.stop()


class SetBack(datetime):
    """The time of the machine, once its clock was set back by `by`."""

    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Return what the clock says."""
        return datetime.now(tz) - cls.by


@pytest.mark.usefixtures("often")
def test_nothing_waits_until_a_clock_that_was_set_back_is_as_late_again(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (base, clock):
        monkeypatch.setattr(module, "datetime", SetBack)
    monkeypatch.setattr(SetBack, "by", timedelta())
    running = scheduler_on(sqlite_floor.db)
    running.start()
    wait_for(lambda: running.kept > 1)
    monkeypatch.setattr(SetBack, "by", timedelta(hours=3))
    time.sleep(0.5)
    seen = running.kept
    running.keep_pace()
    wait_for(lambda: running.kept > seen + 2)
    running.stop()


@pytest.mark.usefixtures("often")
def test_of_two_on_one_database_one_runs_and_the_other_takes_over_when_it_stops(floor: Floor) -> None:
    second_db = Database(floor.db.url)
    first, second = scheduler_on(floor.db), scheduler_on(second_db)
    first.start()
    wait_for(lambda: first.kept > 0)
    second.start()
    seen = first.kept
    wait_for(lambda: first.kept > seen + 3)
    assert second.kept == 0
    first.stop()
    wait_for(lambda: second.kept > 0)
    second.stop()
    second_db.close()


@pytest.fixture
def leading(floor: Floor) -> Iterator[subprocess.Popen[str]]:
    """Return a process in which the scheduler runs."""
    command = [sys.executable, "-c", SCHEDULE, floor.db.url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.usefixtures("often")
def test_a_process_that_is_killed_is_followed_by_another_within_seconds(
    floor: Floor, leading: subprocess.Popen[str]
) -> None:
    assert leading.stdout is not None
    assert leading.stdout.readline() == "kept\n"
    other = scheduler_on(floor.db)
    other.start()
    time.sleep(1)
    assert other.kept == 0
    leading.kill()
    wait_for(lambda: other.kept > 0)
    other.stop()


@pytest.mark.usefixtures("often")
def test_a_round_that_is_refused_is_logged_in_a_sentence_and_the_next_runs(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = [Unavailable("The database did not answer.")]

    def refused(_read: object, _now: object) -> list[int]:
        if refusals:
            raise refusals.pop()
        return []

    monkeypatch.setattr(scheduler, "due_centres", refused)
    running = scheduler_on(sqlite_floor.db)
    running.start()
    wait_for(lambda: running.kept > 1)
    running.stop()
    assert [r.message for r in caplog.records if r.name == "server.scheduler"] == [
        "what runs by itself waits for the next round: The database did not answer."
    ]


def _without_rules(tx: Transaction) -> None:
    tx.conn.execute(delete(PolicyTable).where(PolicyTable.centre_id == tx.centre.id))
    tx.change_centre(plan_version=tx.centre.plan_version + 1)


def test_a_centre_whose_rules_are_gone_does_not_hold_up_the_others(
    sqlite_floor: Floor, caplog: pytest.LogCaptureFixture
) -> None:
    floor = sqlite_floor
    other = second_centre(floor)
    floor.open("G1")
    floor.db.write(other, lambda tx: enter_day(tx, MORNING.date(), By("test")))
    floor.db.write(other, _without_rules)
    token = floor.issue()
    floor.pause(token)
    floor.db.clock = ScaledClock(MORNING + timedelta(minutes=30), 1.0)
    scheduler_on(floor.db).keep_house()
    assert floor.token(token).state == "waiting"
    assert [r.message.partition(":")[2] for r in caplog.records if r.name == "server.scheduler"] == [
        " The set-up of this centre says nothing of 24-11-2026: needs."
    ]


def test_figures_are_counted_by_the_scheduler_a_part_in_each_round(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.services.figures.cells.BLOCK", 1)
    monkeypatch.setattr("server.scheduler.BLOCKS_A_ROUND", 2)
    for _ in range(3):
        sqlite_floor.issue()
    scheduler = Scheduler(sqlite_floor.db, SystemClock(), Leader(sqlite_floor.db.url))
    behind = []
    for _ in range(2):
        scheduler.count_figures()
        behind.append(sqlite_floor.db.read(centres_behind))
    assert behind == [[sqlite_floor.centre_id], []]
