"""When a job that was refused is tried again, and when it is given up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.jobs import Job, JobRules, JobState, Result, Target
from tests.factories import MORNING

RULES = JobRules(
    lease=timedelta(seconds=30),
    patience=timedelta(minutes=2),
    first_rest=timedelta(seconds=1),
    longest_rest=timedelta(seconds=5),
    attempts=3,
)
JOB = Job(1, Target(1, "letter", "box"), None, JobState.LEASED, 1, MORNING, MORNING, None, None, {})
REFUSED = Result(JobState.QUEUED, "the box was shut")


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"), [(1, 0, 0.5), (1, 1, 1), (2, 1, 2), (3, 0.5, 3), (4, 1, 5), (10_000, 1, 5)]
)
def test_a_rest_doubles_up_to_its_longest_and_jitter_spreads_its_second_half(
    attempts: int, jitter: float, seconds: float
) -> None:
    assert RULES.rest(attempts, jitter) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("attempts", "waited_s", "state"),
    [
        (1, 1, JobState.QUEUED),
        (2, 119, JobState.QUEUED),
        (3, 1, JobState.DEAD),
        (1, 120, JobState.DEAD),
    ],
)
def test_a_refused_job_waits_again_until_its_attempts_or_its_time_are_spent(
    attempts: int, waited_s: int, state: JobState
) -> None:
    job, now = replace(JOB, attempts=attempts), MORNING + timedelta(seconds=waited_s)
    assert RULES.after(job, REFUSED, now) is state


def test_a_job_may_be_tried_for_ever_when_no_number_of_attempts_is_set() -> None:
    assert replace(RULES, attempts=None).after(replace(JOB, attempts=999), REFUSED, MORNING) is JobState.QUEUED


def test_what_was_done_is_done_however_late() -> None:
    late = MORNING + timedelta(days=1)
    assert RULES.after(replace(JOB, attempts=9), Result(JobState.DONE, ""), late) is JobState.DONE


@pytest.mark.parametrize(("repeatable", "state"), [(False, JobState.UNCONFIRMED), (True, JobState.QUEUED)])
def test_an_interrupted_act_is_done_again_only_if_it_may_be(repeatable: bool, state: JobState) -> None:
    assert replace(RULES, repeatable=repeatable).interrupted("gone") == Result(state, "gone")
