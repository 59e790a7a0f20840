"""What is to be done behind the commit."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, Object, partial_index

OPEN_JOB = "state IN ('leased', 'queued')"


class JobTable(Base):
    """A job of the outbox; see `server.domain.jobs.Job`. The tables themselves let no two workers at one target."""

    __tablename__ = "job"
    __table_args__ = (
        partial_index("ix_job_open", "centre_id", "kind", "target", "state", "id", where=OPEN_JOB),
        partial_index("ix_job_one_leased", "centre_id", "kind", "target", where="state = 'leased'", unique=True),
        partial_index("ix_job_dead", "centre_id", "id", where="state = 'dead'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    kind: Mapped[str]
    target: Mapped[str]
    token_id: Mapped[str | None] = mapped_column(ForeignKey("token.id"), index=True)
    state: Mapped[str]
    attempts: Mapped[int]
    queued_at: Mapped[datetime]
    next_at: Mapped[datetime]
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    detail: Mapped[str | None]
    content: Mapped[Object]
