"""Work that is done behind the commit: the states of a job, and when one that was refused is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.json import JsonObject

DOUBLINGS = 20


class JobState(StrEnum):
    """Where a job is. The first two are open: there is something to do; the others are how it ended.

    DONE: the other side said so. SENT: it took everything, and never says so. UNCONFIRMED: it was begun, and nobody can
    be sure. DEAD: it was refused too often or waited too long; a person may queue it again. WITHDRAWN: there was
    nothing to do any more when its turn came, or it was taken back before.
    """

    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Target:
    """Where jobs go, a printer or an address: those of one target are done in order and one at a time."""

    centre_id: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. `attempts` counts those begun, `queued_at` is since when it waits, `next_at` when it may be
    tried, `leased_until` when the worker that has it is taken for gone, `detail` what came of it last.
    """

    id: int
    target: Target
    token_id: str | None
    state: JobState
    attempts: int
    queued_at: datetime
    next_at: datetime
    leased_until: datetime | None
    detail: str | None
    content: JsonObject


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an attempt; QUEUED says that it was refused before anything was done. `detail` is for people."""

    state: JobState
    detail: str


@dataclass(frozen=True, slots=True)
class JobRules:
    """How a kind of job is done.

    A worker that has not been heard of for `lease` is taken for gone. A job that waits for `patience`, or was refused
    so many `attempts`, is dead. Between attempts it rests, `first_rest` at first and `longest_rest` at most. An act
    that was interrupted is done again only if it is `repeatable`: then it may happen twice, else once at most.
    """

    lease: timedelta
    patience: timedelta
    first_rest: timedelta
    longest_rest: timedelta
    attempts: int | None = None
    repeatable: bool = False

    def rest(self, attempts: int, jitter: float) -> timedelta:
        """Return the rest after so many attempts: twice as long each time, and `jitter` (0–1) spreads its second half.

        "Equal jitter" of M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015.
        """
        whole = min(self.longest_rest, self.first_rest * (1 << min(attempts - 1, DOUBLINGS)))
        return whole / 2 * (1 + jitter)

    def too_late(self, job: Job, now: datetime) -> bool:
        """Whether a job has waited too long."""
        return now - job.queued_at >= self.patience

    def interrupted(self, detail: str) -> Result:
        """Return what came of an attempt that was begun and of which nothing was heard."""
        return Result(JobState.QUEUED if self.repeatable else JobState.UNCONFIRMED, detail)

    def after(self, job: Job, result: Result, now: datetime) -> JobState:
        """Return where a job is after an attempt: one that was refused waits again, or is dead."""
        if result.state is not JobState.QUEUED:
            return result.state
        spent = self.attempts is not None and job.attempts >= self.attempts
        return JobState.DEAD if spent or self.too_late(job, now) else JobState.QUEUED
