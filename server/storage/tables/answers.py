"""Answers kept for retries."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, Object, partial_index


class AnswerTable(Base):
    """The first answer to a command, given again to every retry with the same key.

    `event_seq` is the event that holds its hash, None for a command that changed nothing.
    """

    __tablename__ = "idempotency"
    __table_args__ = (partial_index("ix_idempotency_event", "centre_id", "event_seq", where="event_seq IS NOT NULL"),)

    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    body_hash: Mapped[str]
    status: Mapped[int]
    answer: Mapped[Object]
    created_at: Mapped[datetime]
    event_seq: Mapped[int | None] = mapped_column(BigInteger)
