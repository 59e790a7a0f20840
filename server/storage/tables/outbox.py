"""What is to be printed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, partial_index

OPEN_JOB = "state IN ('printing', 'queued')"


class PrintJobTable(Base):
    """A slip to print, the outbox of the print worker; a worker leases the jobs of a printer while it prints."""

    __tablename__ = "print_job"
    __table_args__ = (
        ForeignKeyConstraint(["centre_id", "printer"], ["device.centre_id", "device.id"]),
        partial_index("ix_print_job_open", "printer", "centre_id", where=OPEN_JOB),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    token_id: Mapped[str] = mapped_column(ForeignKey("token.id"), index=True)
    printer: Mapped[str]
    state: Mapped[str]
    copy: Mapped[int]
    content: Mapped[dict[str, Any]]
    detail: Mapped[str | None]
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
