"""Bookings."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, partial_index

KNOWN = "tail <> ''"


class BookingTable(Base):
    """A booking: its slot, and a keyed hash of its reference with the last characters to find it by.

    `key_number` says under which derived key it is hashed; 0 is the form of before there was one. Without a `slot` it
    was not imported: its reference fitted a service for which no list is connected. One that is
    forgotten has neither `tail` nor reference.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("centre_id", "reference_hash"),
        partial_index("ix_appointment_token", "token_id", where="token_id IS NOT NULL"),
        Index("ix_appointment_service", "centre_id", "service"),
        Index("ix_appointment_slot", "centre_id", "day", "tail"),
        partial_index("ix_appointment_known", "centre_id", "day", where=KNOWN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    reference_hash: Mapped[str] = mapped_column(index=True)
    key_number: Mapped[int] = mapped_column(server_default=text("0"))
    tail: Mapped[str]
    day: Mapped[date]
    slot: Mapped[datetime | None]
    service: Mapped[str]
    need: Mapped[str | None]
    cancelled: Mapped[bool] = mapped_column(server_default=false())
    token_id: Mapped[str | None]
