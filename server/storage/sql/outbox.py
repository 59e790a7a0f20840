"""Reads and writes of the outbox. Whatever looks for work goes by an index of the open jobs only."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, text, update
from sqlalchemy.orm import aliased

from server.domain.errors import UnknownToken
from server.domain.jobs import Job, JobState, Target
from server.domain.token.token import Token
from server.storage.base import Row
from server.storage.sql.tokens import TOKEN, token_of_row
from server.storage.statements import Statement
from server.storage.tables.floor import TokenTable
from server.storage.tables.outbox import OPEN_JOB, JobTable
from server.storage.types import UtcDateTime

AT_ONCE = 20
SHOWN = 100
HEAD = (JobTable.id, JobTable.centre_id, JobTable.kind, JobTable.target)
REST = ("token_id", "state", "attempts", "queued_at", "next_at", "leased_until", "detail", "content")
JOB = select(*HEAD, *(getattr(JobTable, name) for name in REST))
OF_TARGET = (
    JobTable.centre_id == bindparam("centre"),
    JobTable.kind == bindparam("of_kind"),
    JobTable.target == bindparam("at"),
)
INSERT_JOB = Statement(
    insert(JobTable).values(state=JobState.QUEUED.value, attempts=0),
    ["centre_id", "kind", "target", "token_id", "state", "attempts", "queued_at", "next_at", "content"],
)
# The first open job of each target, a leased one before those that wait, if its time has come.
DUE_TARGETS = Statement(
    text(
        f"""
        SELECT j.centre_id, j.kind, j.target FROM job AS j
        WHERE j.{OPEN_JOB} AND CASE j.state WHEN 'leased' THEN j.leased_until ELSE j.next_at END <= :now
            AND NOT EXISTS (
                SELECT 1 FROM job AS e
                WHERE e.{OPEN_JOB} AND e.centre_id = j.centre_id AND e.kind = j.kind AND e.target = j.target
                    AND (e.state, e.id) < (j.state, j.id))
        """
    )
    .bindparams(bindparam("now", type_=UtcDateTime))
    .columns(JobTable.centre_id, JobTable.kind, JobTable.target)
)
# As texts, so that both databases see that a partial index serves them.
OPEN_JOBS = Statement(
    JOB.where(*OF_TARGET, text(f"job.{OPEN_JOB}")).order_by(JobTable.state, JobTable.id).limit(AT_ONCE)
)
DEAD_JOBS = Statement(
    JOB.where(JobTable.centre_id == bindparam("centre"), text("job.state = 'dead'"))
    .order_by(JobTable.id.desc())
    .limit(SHOWN)
)
LAST_JOB = Statement(
    JOB.where(JobTable.token_id == bindparam("token"), JobTable.kind == bindparam("of_kind"))
    .order_by(JobTable.id.desc())
    .limit(1)
)
LATEST_AT = Statement(JOB.where(*OF_TARGET).order_by(JobTable.id.desc()).limit(1))
LATEST = aliased(JobTable)
LATEST_ID = (
    select(func.max(LATEST.id))
    .where(LATEST.token_id == TokenTable.id, LATEST.kind == bindparam("of_kind"))
    .correlate(TokenTable)
    .scalar_subquery()
)
TOKEN_AND_JOB = Statement(
    TOKEN.add_columns(*JOB.selected_columns)
    .outerjoin(JobTable, JobTable.id == LATEST_ID)
    .where(TokenTable.centre_id == bindparam("centre"), TokenTable.id == bindparam("token"))
)
IN_STATE = update(JobTable).where(JobTable.id == bindparam("job"), JobTable.state == bindparam("before"))
CHANGE_JOB = Statement(IN_STATE, ["state", "attempts", "queued_at", "next_at", "leased_by", "leased_until", "detail"])
HELD = IN_STATE.where(JobTable.leased_by == bindparam("worker"))
SETTLE_JOB = Statement(HELD, ["state", "next_at", "leased_by", "leased_until", "detail"])
RENEW_LEASE = Statement(HELD, ["leased_until"])
END_PATIENCE = Statement(IN_STATE, ["queued_at"])


def insert_job(conn: Connection, target: Target, token_id: str | None, content: object, now: datetime) -> None:
    """Queue a job; `content` is a frozen value, kept as a JSON object of its fields."""
    at = {"centre_id": target.centre_id, "kind": target.kind, "target": target.name}
    INSERT_JOB.send(conn, **at, token_id=token_id, queued_at=now, next_at=now, content=content)


def due_targets(conn: Connection, now: datetime) -> list[Target]:
    """Return the targets whose first open job can be tried, or was left by its worker."""
    return [Target(*row) for row in DUE_TARGETS.rows(conn, now=now)]


def open_jobs(conn: Connection, target: Target) -> list[Job]:
    """Return the first open jobs of a target, AT_ONCE at most: one that is leased, then those that wait, in order."""
    return [_job(row) for row in OPEN_JOBS.rows(conn, centre=target.centre_id, of_kind=target.kind, at=target.name)]


def dead_jobs(conn: Connection, centre_id: int) -> list[Job]:
    """Return the dead jobs of a centre, newest first, SHOWN at most."""
    return [_job(row) for row in DEAD_JOBS.rows(conn, centre=centre_id)]


def last_job(conn: Connection, kind: str, token_id: str) -> Job | None:
    """Return the latest job of a kind for a token, None when there is none."""
    row = LAST_JOB.row(conn, of_kind=kind, token=token_id)
    return None if row is None else _job(row)


def latest_at(conn: Connection, target: Target) -> Job | None:
    """Return the latest job of a target, None when there is none: for kinds of which there are few."""
    row = LATEST_AT.row(conn, centre=target.centre_id, of_kind=target.kind, at=target.name)
    return None if row is None else _job(row)


def token_and_job(conn: Connection, centre_id: int, token_id: str, kind: str) -> tuple[Token, Job | None]:
    """Return a token of the centre and its latest job of a kind, if there is one; raises UnknownToken."""
    row = TOKEN_AND_JOB.row(conn, centre=centre_id, token=token_id, of_kind=kind)
    if row is None:
        raise UnknownToken("There is no such token here.")
    token, job = row[: -len(JOB.selected_columns)], row[-len(JOB.selected_columns) :]
    return token_of_row(token), None if job[0] is None else _job(job)


def change_job(conn: Connection, before: JobState, job: Job, worker: str | None = None) -> bool:
    """Write a job that stood as `before`, held by `worker` now; returns whether it still stood so."""
    own = {name: getattr(job, name) for name in ("state", "attempts", "queued_at", "next_at", "leased_until", "detail")}
    return CHANGE_JOB.run(conn, job=job.id, before=before, leased_by=worker, **own) == 1


def settle_job(conn: Connection, job: Job, worker: str) -> bool:
    """Write what came of a job that `worker` had; returns whether it had it still."""
    own = {name: getattr(job, name) for name in ("state", "next_at", "leased_until", "detail")}
    return SETTLE_JOB.run(conn, job=job.id, before=JobState.LEASED, worker=worker, leased_by=None, **own) == 1


def renew_lease(conn: Connection, job_id: int, worker: str, until: datetime) -> bool:
    """Lengthen the lease of a job that `worker` has; returns whether it has it still."""
    return RENEW_LEASE.run(conn, job=job_id, before=JobState.LEASED, worker=worker, leased_until=until) == 1


def leave_open_jobs(conn: Connection, centre_id: int, detail: str) -> None:
    """Let all open jobs of a centre be over, of which nobody can be sure."""
    ended = {"state": JobState.UNCONFIRMED.value, "leased_by": None, "leased_until": None, "detail": detail}
    conn.execute(update(JobTable).where(JobTable.centre_id == centre_id, text(OPEN_JOB)).values(**ended))


def end_patience(conn: Connection, job_id: int, queued_at: datetime) -> None:
    """Let a leased job have waited since so long that it is not tried again."""
    END_PATIENCE.run(conn, job=job_id, before=JobState.LEASED, queued_at=queued_at)


def _job(row: Row) -> Job:
    job_id, centre, kind, name, token_id, state, *rest = row
    return Job(job_id, Target(centre, kind, name), token_id, JobState(state), *rest)
