"""The outbox: in order, one at a time, retried with rests, given up in the end, and never by two workers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.domain.errors import QueueEmpty
from server.domain.jobs import JobState, Target
from server.services.outbox import jobs
from server.storage.sql import outbox
from server.storage.transaction import Transaction
from tests.factories import MORNING, TEST, Floor, at_time
from tests.services.outbox.letters import LETTER, REPEATABLE, RULES, Letter, Postman, post, said, states

SECOND = timedelta(seconds=1)


@pytest.fixture
def one(floor: Floor) -> Postman:
    return Postman(floor, "one")


@pytest.fixture
def other(floor: Floor) -> Postman:
    return Postman(floor, "other")


def due(floor: Floor, seconds: float) -> list[Target]:
    return floor.db.read(lambda read: jobs.due_targets(read, MORNING + seconds * SECOND))


def test_jobs_of_a_target_are_done_in_order_and_one_at_a_time_whoever_works(
    floor: Floor, one: Postman, other: Postman
) -> None:
    for says in ("first", "second", "third"):
        post(floor, MORNING, says)
    first = one.lease(MORNING)
    assert first is not None
    assert said(first) == "first"
    assert other.lease(MORNING) is None
    assert one.lease(MORNING) is None
    one.settle(MORNING, first, JobState.DONE)
    second = other.lease(MORNING)
    assert said(second) == "second"
    assert one.lease(MORNING) is None


def test_another_target_does_not_wait(floor: Floor, one: Postman, other: Postman) -> None:
    post(floor, MORNING, "here", "box")
    post(floor, MORNING, "there", "chest")
    assert said(one.lease(MORNING, "box")) == "here"
    assert said(other.lease(MORNING, "chest")) == "there"


def test_the_table_itself_lets_no_two_workers_at_a_target(floor: Floor, one: Postman) -> None:
    post(floor, MORNING, "first")
    post(floor, MORNING, "second")
    assert one.lease(MORNING) is not None
    with pytest.raises(IntegrityError):
        floor.write(lambda tx: tx.conn.execute(text("UPDATE job SET state = 'leased' WHERE state = 'queued'")))


def test_a_job_is_queued_with_its_command_or_not_at_all(floor: Floor, one: Postman) -> None:
    def refuse(tx: Transaction) -> None:
        jobs.enqueue(tx, LETTER, "box", Letter("never"))
        raise QueueEmpty("undone")

    with pytest.raises(QueueEmpty):
        floor.write(refuse)
    assert one.lease(MORNING) is None


def test_a_refused_job_rests_longer_each_time_and_those_behind_it_wait(floor: Floor, one: Postman) -> None:
    post(floor, MORNING, "first")
    post(floor, MORNING, "second")
    job = one.lease(MORNING)
    assert job is not None
    one.settle(MORNING, job, JobState.QUEUED, "shut", jitter=0.5)
    assert (due(floor, 2.9), due(floor, 3)) == ([], [one.target("box")])
    assert one.lease(MORNING + 2.9 * SECOND) is None
    again = one.lease(MORNING + 3 * SECOND)
    assert again is not None
    assert (said(again), again.attempts, again.detail) == ("first", 2, "shut")
    one.settle(MORNING + 3 * SECOND, again, JobState.QUEUED, "shut")
    assert (due(floor, 10.9), due(floor, 11)) == ([], [one.target("box")])


def test_what_waited_too_long_is_dead_says_why_and_lets_the_next_pass(floor: Floor, one: Postman) -> None:
    post(floor, MORNING, "first")
    job = one.lease(MORNING)
    assert job is not None
    one.settle(MORNING, job, JobState.QUEUED, "shut")
    late = MORNING + RULES.patience
    post(floor, late, "second")
    assert said(one.lease(late)) == "second"
    (dead,) = floor.db.read(lambda read: jobs.dead_jobs(read, floor.centre_id))
    assert (said(dead), dead.state, dead.detail) == ("first", JobState.DEAD, "waited too long: shut")


def test_a_dead_job_can_be_queued_again_once_and_has_its_whole_time(floor: Floor, one: Postman) -> None:
    post(floor, MORNING, "first")
    late = MORNING + RULES.patience
    assert one.lease(late) is None
    (dead,) = floor.db.read(lambda read: jobs.dead_jobs(read, floor.centre_id))
    assert dead.detail == "waited too long"
    assert floor.write(lambda tx: jobs.requeue(at_time(tx, late), dead.id, TEST))
    assert not floor.write(lambda tx: jobs.requeue(at_time(tx, late), dead.id, TEST))
    assert floor.db.read(lambda read: jobs.dead_jobs(read, floor.centre_id)) == []
    again = one.lease(late + RULES.patience - SECOND)
    assert again is not None
    assert (said(again), again.attempts) == ("first", 1)


def test_one_that_is_queued_again_waits_while_a_younger_one_is_done(floor: Floor, one: Postman, other: Postman) -> None:
    post(floor, MORNING, "old")
    late = MORNING + RULES.patience
    post(floor, late, "young")
    assert said(one.lease(late)) == "young"
    (dead,) = floor.db.read(lambda read: jobs.dead_jobs(read, floor.centre_id))
    floor.write(lambda tx: jobs.requeue(at_time(tx, late), dead.id, TEST))
    assert other.lease(late) is None
    assert floor.db.read(lambda read: jobs.due_targets(read, late)) == []


def test_a_job_of_another_centre_cannot_be_queued_again(floor: Floor, one: Postman) -> None:
    post(floor, MORNING, "first")
    one.lease(MORNING + RULES.patience)
    (dead,) = floor.db.read(lambda read: jobs.dead_jobs(read, floor.centre_id))

    def elsewhere(tx: Transaction) -> bool:
        tx.state = replace(tx.centre, id=floor.centre_id + 1)
        return jobs.requeue(tx, dead.id, TEST)

    assert floor.write(elsewhere) is False


def test_a_worker_that_is_gone_leaves_its_job_unconfirmed_and_the_next_goes_on(
    floor: Floor, one: Postman, other: Postman
) -> None:
    post(floor, MORNING, "first")
    post(floor, MORNING, "second")
    one.lease(MORNING)
    assert (due(floor, 29.9), due(floor, 30)) == ([], [one.target("box")])
    assert other.lease(MORNING + 29.9 * SECOND) is None
    assert said(other.lease(MORNING + 30 * SECOND)) == "second"
    assert states(floor) == ["unconfirmed", "leased"]


def test_what_may_be_repeated_is_done_again_when_its_worker_is_gone_and_counts_as_an_attempt(floor: Floor) -> None:
    post(floor, MORNING, "first")
    one, other = Postman(floor, "one", REPEATABLE), Postman(floor, "other", REPEATABLE)
    one.lease(MORNING)
    again = other.lease(MORNING + 30 * SECOND)
    assert again is not None
    assert (said(again), again.attempts) == ("first", 2)


def test_what_may_be_repeated_is_dead_when_it_was_interrupted_too_often(floor: Floor) -> None:
    post(floor, MORNING, "first")
    one = Postman(floor, "one", replace(REPEATABLE, attempts=2))
    assert one.lease(MORNING) is not None
    assert one.lease(MORNING + 30 * SECOND) is not None
    assert one.lease(MORNING + 60 * SECOND) is None
    assert states(floor) == ["dead"]


def test_a_lease_that_is_renewed_holds_longer_and_one_that_was_lost_is_not_renewed(
    floor: Floor, one: Postman, other: Postman
) -> None:
    post(floor, MORNING, "first")
    job = one.lease(MORNING)
    assert job is not None

    def renewed(by: Postman, seconds: int) -> bool:
        at = MORNING + seconds * SECOND
        return floor.write(lambda tx: jobs.renew(at_time(tx, at), job, RULES, by.name)) is not None

    assert renewed(one, 20)
    assert not renewed(other, 21)
    assert due(floor, 49.9) == []
    assert other.lease(MORNING + 50 * SECOND) is None
    assert states(floor) == ["unconfirmed"]
    assert not renewed(one, 51)


def test_a_settlement_by_a_worker_that_lost_its_job_changes_nothing(floor: Floor, one: Postman, other: Postman) -> None:
    post(floor, MORNING, "first")
    job = one.lease(MORNING)
    assert job is not None
    other.settle(MORNING, job, JobState.DONE)
    assert states(floor) == ["leased"]
    other.lease(MORNING + 30 * SECOND)
    one.settle(MORNING + 31 * SECOND, job, JobState.QUEUED)
    assert states(floor) == ["unconfirmed"]


def test_more_than_fit_into_one_look_are_all_given_up_in_the_end(floor: Floor, one: Postman) -> None:
    for number in range(25):
        post(floor, MORNING, str(number))
    late = MORNING + RULES.patience
    assert (one.lease(late), one.lease(late)) == (None, None)
    assert set(states(floor)) == {"dead"}


def test_a_job_that_does_not_stand_as_it_was_seen_is_not_changed(floor: Floor, one: Postman) -> None:
    post(floor, MORNING, "x")
    job = one.lease(MORNING)
    assert job is not None
    dead = replace(job, state=JobState.DEAD)
    assert not floor.write(lambda tx: outbox.change_job(tx.conn, JobState.QUEUED, dead))
    assert states(floor) == ["leased"]
    assert floor.write(lambda tx: outbox.change_job(tx.conn, JobState.LEASED, dead))
    assert states(floor) == ["dead"]
