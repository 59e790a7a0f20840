"""Reads and writes of what second persons were asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from server.domain.approvals import Approval, Asked, Guarded
from server.storage.tables.people import ApprovalTable

TABLE = ApprovalTable
APPROVAL = select(
    *(TABLE.id, TABLE.act, TABLE.about, TABLE.detail, TABLE.asked_by, TABLE.asked_at, TABLE.expires_at)
).add_columns(TABLE.decided_by, TABLE.decided_at, TABLE.approved, TABLE.used_at)


def approvals_of(conn: Connection, centre_id: int, count: int) -> list[Approval]:
    """Return the last `count` approvals of a centre, the last that was asked for first."""
    query = APPROVAL.where(TABLE.centre_id == centre_id).order_by(TABLE.id.desc()).limit(count)
    return [_approval(row) for row in conn.execute(query)]


def approval_by_id(conn: Connection, centre_id: int, number: int) -> Approval | None:
    """Return an approval of a centre by its number, None when there is none."""
    row = conn.execute(APPROVAL.where(TABLE.centre_id == centre_id, TABLE.id == number)).one_or_none()
    return None if row is None else _approval(row)


def open_approvals(conn: Connection, centre_id: int, asked: Asked, now: datetime) -> list[Approval]:
    """Return what was asked for at a centre and is pending or approved at a moment, the last first."""
    same = (TABLE.act == asked.act.value, TABLE.about == asked.about, TABLE.detail == asked.detail)
    still = (TABLE.used_at.is_(None), TABLE.expires_at > now, TABLE.approved.is_not(False))
    query = APPROVAL.where(TABLE.centre_id == centre_id, *same, *still).order_by(TABLE.id.desc())
    return [_approval(row) for row in conn.execute(query)]


def add_approval(conn: Connection, centre_id: int, asked: Asked, by: str, now: datetime, until: datetime) -> int:
    """Write what somebody asks a second person for, and return its number."""
    what = {"act": asked.act.value, "about": asked.about, "detail": asked.detail}
    when = {"asked_at": now, "expires_at": until}
    row = insert(TABLE).values(centre_id=centre_id, asked_by=by, **what, **when)
    return int(conn.execute(row.returning(TABLE.id)).scalar_one())


def decide(conn: Connection, number: int, approved: bool, by: str, now: datetime) -> None:
    """Write what a second person says."""
    values = {"approved": approved, "decided_by": by, "decided_at": now}
    conn.execute(update(TABLE).where(TABLE.id == number).values(values))


def note_used(conn: Connection, number: int, now: datetime) -> None:
    """Write that what was approved is done."""
    conn.execute(update(TABLE).where(TABLE.id == number).values(used_at=now))


def _approval(row: Sequence[Any]) -> Approval:  # as the columns have it
    number, act, about, detail, *rest = row
    return Approval(number, Asked(Guarded(act), about, detail), *rest)
