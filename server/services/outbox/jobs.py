"""The outbox: a job becomes true with the command that queues it, and one worker at a time is at a target."""

from dataclasses import replace
from datetime import datetime

from server.domain.actors import By
from server.domain.events.payloads import JobRetried
from server.domain.jobs import Job, JobRules, JobState, Result, Target
from server.domain.token.token import Token
from server.storage.sql import outbox
from server.storage.transaction import Read, Transaction

GONE = "the worker stopped"
TOO_LATE = "waited too long"


def enqueue(tx: Transaction, kind: str, target: str, content: object, *, token_id: str | None = None) -> None:
    """Queue a job for a target of the centre; `content` is a frozen value of what cannot be found anew later."""
    outbox.insert_job(tx.conn, Target(tx.centre.id, kind, target), token_id, content, tx.now)


def due_targets(read: Read, now: datetime) -> list[Target]:
    """Return the targets at which there is something to do now."""
    return outbox.due_targets(read, now)


def lease_next(tx: Transaction, target: Target, rules: JobRules, worker: str) -> Job | None:
    """Return the next job of a target, leased to `worker`; None when another is at it or its time has not come.

    On the way, what a worker left that is gone is settled as interrupted, and what waited too long is dead.
    """
    for job in outbox.open_jobs(tx.conn, target):
        if job.state is JobState.LEASED:
            if job.leased_until is not None and job.leased_until > tx.now:
                return None
            state = rules.after(job, rules.interrupted(GONE), tx.now)
            _change(tx, job, replace(job, state=state, leased_until=None, detail=GONE))
            if state is JobState.QUEUED:  # it is the first again, whatever queued for this target since
                return _lease(tx, replace(job, state=state), rules, worker)
        elif rules.too_late(job, tx.now):
            _change(tx, job, replace(job, state=JobState.DEAD, detail=_late(job)))
        elif job.next_at > tx.now:
            return None
        else:
            return _lease(tx, job, rules, worker)
    return None


def renew(tx: Transaction, job: Job, rules: JobRules, worker: str) -> Job | None:
    """Return a job with a longer lease; None when `worker` has it no more."""
    until = tx.now + rules.lease
    return replace(job, leased_until=until) if outbox.renew_lease(tx.conn, job.id, worker, until) else None


def settle(tx: Transaction, job: Job, rules: JobRules, worker: str, result: Result, jitter: float) -> None:
    """Note what came of a job, unless it was taken from `worker` meanwhile; one that was refused rests first.

    `jitter`, 0 to 1, spreads the next attempts of many jobs.
    """
    state, rest = rules.after(job, result, tx.now), rules.rest(job.attempts, jitter)
    settled = replace(job, state=state, next_at=tx.now + rest, leased_until=None, detail=result.detail)
    outbox.settle_job(tx.conn, settled, worker)


def dead_jobs(read: Read, centre_id: int) -> list[Job]:
    """Return the latest jobs of a centre that nobody tries any more, newest first."""
    return outbox.dead_jobs(read, centre_id)


def requeue(tx: Transaction, job_id: int, by: By) -> bool:
    """Queue a dead job of the centre once more, as if it were new; returns whether there was such a one."""
    dead = next((job for job in outbox.dead_jobs(tx.conn, tx.centre.id) if job.id == job_id), None)
    if dead is None:
        return False
    again = replace(dead, state=JobState.QUEUED, attempts=0, queued_at=tx.now, next_at=tx.now, detail=None)
    _change(tx, dead, again)
    tx.record(JobRetried(dead.id, dead.target.kind, dead.target.name), by)
    return True


def withdraw(tx: Transaction, job: Job, rules: JobRules, why: str) -> bool:
    """Take a job back that waits for its turn; returns whether it did.

    One that is leased is under way already: if it is refused, it has waited long enough.
    """
    if job.state is JobState.LEASED:
        outbox.end_patience(tx.conn, job.id, tx.now - rules.patience)
    if job.state is not JobState.QUEUED:
        return False
    _change(tx, job, replace(job, state=JobState.WITHDRAWN, detail=why))
    return True


def last_job(read: Read, kind: str, token_id: str) -> Job | None:
    """Return the latest job of a kind for a token, None when there is none."""
    return outbox.last_job(read, kind, token_id)


def latest_at(read: Read, centre_id: int, kind: str, target: str) -> Job | None:
    """Return the latest job that was queued for a target, None when there is none."""
    return outbox.latest_at(read, Target(centre_id, kind, target))


def token_and_job(read: Read, centre_id: int, token_id: str, kind: str) -> tuple[Token, Job | None]:
    """Return a token and its latest job of a kind, both of one instant; raises UnknownToken."""
    return outbox.token_and_job(read, centre_id, token_id, kind)


def _lease(tx: Transaction, job: Job, rules: JobRules, worker: str) -> Job:
    leased = replace(job, state=JobState.LEASED, attempts=job.attempts + 1, leased_until=tx.now + rules.lease)
    _change(tx, job, leased, worker)
    return leased


def _change(tx: Transaction, before: Job, after: Job, worker: str | None = None) -> None:
    """Write a changed job; raises RuntimeError when it does not stand as before, which the centre's lock rules out."""
    if not outbox.change_job(tx.conn, before.state, after, worker):
        raise RuntimeError(f"job {before.id} is not {before.state} any more")


def _late(job: Job) -> str:
    return TOO_LATE if job.detail is None else f"{TOO_LATE}: {job.detail}"
