"""The loop over the outbox: prepared from what is true, done once, by one worker at a target, whatever goes wrong."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from server.clock import ScaledClock
from server.domain.errors import Unavailable
from server.domain.events.kinds import Payload
from server.domain.events.payloads import TokenIssued
from server.domain.jobs import Job, JobRules, JobState, Result
from server.services.outbox import jobs
from server.services.outbox.kinds import Withdrawn, kind_of
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.transaction import Read
from server.workers import outbox
from server.workers.outbox import OutboxWorker
from tests.factories import MORNING, Floor
from tests.services.outbox.letters import LETTER, REPEATABLE, RULES, post, said, states

SOON_S = 10.0
QUICK = replace(RULES, first_rest=timedelta(milliseconds=50), longest_rest=timedelta(milliseconds=100))


def wait_for(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not check():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


class Postbox:
    """What letters do in a test: notes what was done, and whether two were ever at one box."""

    def __init__(self, *results: JobState, lasts_s: float = 0.0) -> None:
        self.done: list[str] = []
        self.boxes: list[str] = []
        self.together = False
        self._results, self._lasts_s = list(results), lasts_s
        self._at: set[str] = set()
        self._lock = threading.Lock()

    def prepare(self, read: Read, job: Job) -> tuple[str, str]:
        """Take the letter as it is."""
        return job.target.name, str(said(job))

    def perform(self, letter: tuple[str, str]) -> Result:
        """Put it into its box."""
        box, says = letter
        with self._lock:
            self.together = self.together or box in self._at
            self._at.add(box)
            self.done.append(says)
            self.boxes.append(box)
            state = self._results.pop(0) if self._results else JobState.DONE
        time.sleep(self._lasts_s)
        with self._lock:
            self._at.discard(box)
        return Result(state, state.value)


@contextmanager
def working(
    db: Database,
    postbox: Postbox,
    rules: JobRules = QUICK,
    *,
    prepare: Callable[[Read, Job], tuple[str, str]] | None = None,
    wakes: Callable[[Payload], bool] = lambda _: False,
) -> Iterator[OutboxWorker]:
    """Run a worker for letters."""
    kind = kind_of(LETTER, rules, prepare or postbox.prepare, postbox.perform, wakes=wakes)
    worker = OutboxWorker(db, [kind], lambda: 1.0)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


@pytest.fixture(autouse=True)
def running_clock(request: pytest.FixtureRequest) -> None:
    """Let the time of the floor run from the morning on."""
    name = "floor" if "floor" in request.fixturenames else "sqlite_floor"
    request.getfixturevalue(name).db.clock = ScaledClock(MORNING, 1.0)


def test_two_workers_on_one_database_are_never_at_one_target_together_and_do_each_job_once_in_order(
    floor: Floor,
) -> None:
    second = Database(floor.db.url, clock=floor.db.clock)
    postbox = Postbox(lasts_s=0.03)
    with working(floor.db, postbox), working(second, postbox):
        for number in range(12):
            post(floor, floor.db.clock.now(), f"{number:02d}", f"box {number % 2}")
        wait_for(lambda: states(floor) == ["done"] * 12)
    second.close()
    assert not postbox.together
    for box in ("box 0", "box 1"):
        letters = [says for says, at in zip(postbox.done, postbox.boxes, strict=True) if at == box]
        assert letters == sorted(set(letters))
    assert len(postbox.done) == 12


def test_no_two_workers_have_the_name_by_which_a_lease_is_theirs(sqlite_floor: Floor) -> None:
    assert len({OutboxWorker(sqlite_floor.db, [], lambda: 1.0)._name for _ in range(10)}) == 10


def test_boxes_are_served_side_by_side(sqlite_floor: Floor) -> None:
    postbox, both = Postbox(), threading.Barrier(2, timeout=SOON_S)

    def meet(read: Read, job: Job) -> tuple[str, str]:
        both.wait()
        return postbox.prepare(read, job)

    with working(sqlite_floor.db, postbox, prepare=meet):
        for box in ("here", "there"):
            post(sqlite_floor, MORNING, "x", box)
        wait_for(lambda: states(sqlite_floor) == ["done", "done"])


def test_a_refused_job_is_tried_again_before_those_behind_it(floor: Floor) -> None:
    postbox = Postbox(JobState.QUEUED, JobState.QUEUED)
    with working(floor.db, postbox):
        post(floor, MORNING, "first")
        post(floor, MORNING, "second")
        wait_for(lambda: states(floor) == ["done", "done"])
    assert postbox.done == ["first", "first", "first", "second"]


def test_an_act_is_composed_from_what_is_true_when_its_turn_comes(sqlite_floor: Floor) -> None:
    postbox = Postbox(JobState.QUEUED)

    def prepare(read: Read, job: Job) -> tuple[str, str]:
        return job.target.name, str(centres.centre_by_id(read, job.target.centre_id).event_seq)

    with working(sqlite_floor.db, postbox, replace(QUICK, first_rest=timedelta(seconds=2)), prepare=prepare):
        post(sqlite_floor, MORNING, "x")
        wait_for(lambda: postbox.done == ["0"])
        sqlite_floor.issue()
        sqlite_floor.db.clock = ScaledClock(MORNING + timedelta(minutes=1), 1.0)
        wait_for(lambda: states(sqlite_floor) == ["done"])
    assert postbox.done == ["0", "2"]  # the first token opened the day


def test_a_job_whose_reason_is_gone_is_withdrawn_and_not_done(floor: Floor) -> None:
    postbox = Postbox()

    def prepare(read: Read, job: Job) -> tuple[str, str]:
        raise Withdrawn("nobody waits for it")

    with working(floor.db, postbox, prepare=prepare):
        post(floor, MORNING, "x")
        wait_for(lambda: states(floor) == ["withdrawn"])
    assert postbox.done == []


@pytest.mark.provokes("letter job 1 could not be prepared ZeroDivisionError")
def test_what_cannot_be_prepared_is_tried_again_since_nothing_was_done(
    sqlite_floor: Floor, caplog: pytest.LogCaptureFixture
) -> None:
    postbox, failures = Postbox(), [ZeroDivisionError(), Unavailable("not now")]

    def prepare(read: Read, job: Job) -> tuple[str, str]:
        if failures:
            raise failures.pop(0)
        return postbox.prepare(read, job)

    with working(sqlite_floor.db, postbox, prepare=prepare):
        post(sqlite_floor, MORNING, "x")
        wait_for(lambda: states(sqlite_floor) == ["done"])
    assert postbox.done == ["x"]
    assert [record.exc_info is not None for record in caplog.records] == [True]


@pytest.mark.provokes("letter job 1 failed OSError")
@pytest.mark.parametrize(
    ("rules", "state", "times"),
    [(QUICK, "unconfirmed", 1), (replace(QUICK, repeatable=True, attempts=3), "dead", 3)],
)
def test_an_act_that_breaks_is_repeated_only_if_it_may_be(
    sqlite_floor: Floor, rules: JobRules, state: str, times: int
) -> None:
    begun: list[str] = []

    class Broken(Postbox):
        def perform(self, letter: tuple[str, str]) -> Result:
            begun.append(letter[1])
            raise OSError("torn")

    with working(sqlite_floor.db, Broken(), rules):
        post(sqlite_floor, MORNING, "x")
        wait_for(lambda: states(sqlite_floor) == [state])
    assert begun == ["x"] * times


def test_a_long_act_keeps_its_lease_so_that_nobody_comes_to_its_target(floor: Floor) -> None:
    second = Database(floor.db.url, clock=floor.db.clock)
    postbox = Postbox(lasts_s=3.0)
    brief = replace(QUICK, lease=timedelta(seconds=1.5))
    with working(floor.db, postbox, brief), working(second, postbox, brief):
        post(floor, MORNING, "long")
        wait_for(lambda: states(floor) == ["done"])
    second.close()
    assert (postbox.done, postbox.together) == (["long"], False)


def test_what_was_done_while_the_database_was_away_is_noted_when_it_is_back(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SETTLE_S", 0.05)
    away, settle = [1, 2, 3], jobs.settle

    def late(*values: object) -> None:
        if away:
            away.pop()
            raise Unavailable("away")
        settle(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "settle", late)
    postbox = Postbox()
    with working(sqlite_floor.db, postbox):
        post(sqlite_floor, MORNING, "x")
        wait_for(lambda: states(sqlite_floor) == ["done"])
    assert postbox.done == ["x"]


@pytest.mark.provokes("a look into the outbox failed ZeroDivisionError")
def test_the_worker_lives_on_when_a_look_fails(sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    failures, due = [Unavailable("away"), ZeroDivisionError()], jobs.due_targets

    def failing(read: Read, now: object) -> object:
        if failures:
            raise failures.pop(0)
        return due(read, now)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "due_targets", failing)
    with working(sqlite_floor.db, Postbox()):
        post(sqlite_floor, MORNING, "x")
        wait_for(lambda: states(sqlite_floor) == ["done"])
    assert failures == []


def test_an_event_that_queues_a_job_wakes_the_worker_and_jobs_of_a_kind_it_does_not_know_stay(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LOOK_S", 60.0)
    postbox = Postbox()
    with working(sqlite_floor.db, postbox, wakes=lambda payload: isinstance(payload, TokenIssued)):
        sqlite_floor.write(lambda tx: jobs.enqueue(tx, "telegram", "box", {}))
        post(sqlite_floor, MORNING, "x")
        time.sleep(0.2)
        assert states(sqlite_floor) == ["queued", "queued"]
        sqlite_floor.issue()
        wait_for(lambda: states(sqlite_floor) == ["queued", "done"])


def test_stopping_finishes_what_is_under_way_and_begins_no_more(sqlite_floor: Floor) -> None:
    postbox = Postbox(lasts_s=0.5)
    with working(sqlite_floor.db, postbox, REPEATABLE) as worker:
        post(sqlite_floor, MORNING, "first")
        post(sqlite_floor, MORNING, "second")
        wait_for(lambda: postbox.done == ["first"])
        worker.stop()
    assert states(sqlite_floor) == ["done", "queued"]
