"""Bookings."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base


class BookingTable(Base):
    """A booking: its slot, and a keyed hash of its reference with the last characters to find it by."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("centre_id", "reference_hash"),
        Index("ix_appointment_slot", "centre_id", "day", "tail"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    reference_hash: Mapped[str] = mapped_column(index=True)
    tail: Mapped[str]
    day: Mapped[date]
    slot: Mapped[datetime]
    service: Mapped[str]
    need: Mapped[str | None]
    token_id: Mapped[str | None]
