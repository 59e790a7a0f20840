"""Reads and writes of the kept reports of days."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, text
from sqlalchemy.types import Date

from server.storage.statements import Statement
from server.storage.tables.figures import DayReportTable
from server.storage.types import UtcDateTime

KEPT = Statement(
    select(DayReportTable.body).where(
        *(getattr(DayReportTable, name) == bindparam(name) for name in ("centre_id", "day", "seq", "definition"))
    )
)
KEEP = Statement(
    text(
        """
        INSERT INTO day_report (centre_id, day, seq, definition, body, made_at)
        VALUES (:centre_id, :day, :seq, :definition, :body, :made_at)
        ON CONFLICT (centre_id, day, seq, definition) DO NOTHING
        """
    ).bindparams(bindparam("day", type_=Date), bindparam("made_at", type_=UtcDateTime))
)


class ReportKey(NamedTuple):
    """Which report: of a centre's day, closed by event `seq`, under a definition of the figures."""

    centre_id: int
    day: date
    seq: int
    definition: int


def kept_report(conn: Connection, key: ReportKey) -> str | None:
    """Return the kept report of a day, None when there is none."""
    row = KEPT.row(conn, **key._asdict())
    return None if row is None else str(row[0])


def keep_report(conn: Connection, key: ReportKey, body: str, now: datetime) -> None:
    """Keep the report of a day in place of those of earlier seals and definitions; another process may be faster."""
    forget_reports(conn, key.centre_id, key.day)
    KEEP.send(conn, **key._asdict(), body=body, made_at=now)


def forget_reports(conn: Connection, centre_id: int, day: date | None = None) -> None:
    """Delete the kept reports of a day of a centre; of all days when `day` is None."""
    reports = delete(DayReportTable).where(DayReportTable.centre_id == centre_id)
    conn.execute(reports if day is None else reports.where(DayReportTable.day == day))
