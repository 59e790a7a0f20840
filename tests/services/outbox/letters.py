"""A kind of job for tests: letters into boxes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import text

from server.domain.jobs import Job, JobRules, JobState, Result, Target
from server.services.outbox import jobs
from server.storage.transaction import Read
from tests.factories import Floor, at_time

LETTER = "letter"
RULES = JobRules(
    lease=timedelta(seconds=30),
    patience=timedelta(minutes=2),
    first_rest=timedelta(seconds=4),
    longest_rest=timedelta(seconds=60),
)
REPEATABLE = replace(RULES, repeatable=True)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says."""

    says: str


@dataclass(frozen=True, slots=True)
class Postman:
    """A worker by hand: leases and settles at the times it is told."""

    floor: Floor
    name: str
    rules: JobRules = RULES

    def target(self, box: str) -> Target:
        """Return a box as a target."""
        return Target(self.floor.centre_id, LETTER, box)

    def lease(self, now: datetime, box: str = "box") -> Job | None:
        """Take the next letter for a box."""
        return self.floor.write(lambda tx: jobs.lease_next(at_time(tx, now), self.target(box), self.rules, self.name))

    def settle(self, now: datetime, job: Job, state: JobState, detail: str = "", *, jitter: float = 1.0) -> None:
        """Say what came of a letter."""
        result = Result(state, detail)
        self.floor.write(lambda tx: jobs.settle(at_time(tx, now), job, self.rules, self.name, result, jitter))


def post(floor: Floor, now: datetime, says: str, box: str = "box") -> None:
    """Queue a letter."""
    floor.write(lambda tx: jobs.enqueue(at_time(tx, now), LETTER, box, Letter(says)))


def said(job: Job | None) -> str | None:
    """Return what a letter says, None when there is none."""
    return None if job is None else str(job.content["says"])


def states(floor: Floor) -> list[str]:
    """Return the state of each letter, the first first."""

    def read(conn: Read) -> list[str]:
        return list(conn.execute(text("SELECT state FROM job ORDER BY id")).scalars())

    return floor.db.read(read)
