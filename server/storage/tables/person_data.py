"""What is known of citizens once it is off the floor, and what must be kept all the same."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, partial_index


class SealedDayTable(Base):
    """A day whose personal data is sealed: for which recipient of age, and the identity that opens it, sealed itself.

    Without this row what was sealed for it can be opened no more, wherever a copy stands.
    """

    __tablename__ = "sealed_day"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    identity: Mapped[str]


class SealedPersonTable(Base):
    """What was known by a token or a booking (`subject`), sealed for its day; keyed hashes say how it is asked for."""

    __tablename__ = "sealed_person"
    __table_args__ = (
        ForeignKeyConstraint(["centre_id", "day"], ["sealed_day.centre_id", "sealed_day.day"]),
        partial_index("ix_sealed_person_phone", "phone_hash", where="phone_hash IS NOT NULL"),
        partial_index("ix_sealed_person_reference", "reference_hash", where="reference_hash IS NOT NULL"),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    phone_hash: Mapped[str | None]
    reference_hash: Mapped[str | None]
    content: Mapped[str]


class LegalHoldTable(Base):
    """A day (or one token of it) of which nothing is sealed, ended or erased until the hold is lifted, and why."""

    __tablename__ = "legal_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    day: Mapped[date]
    token_id: Mapped[str | None]
    reason: Mapped[str]
    placed_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
