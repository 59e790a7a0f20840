"""The event log."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, Object, partial_index

WHERE_CLOCK_IS_SET = "kind IN ('clock.chosen', 'clock.followed')"


class EventTable(Base):
    """One committed change, numbered without gaps in its centre and chained by hash.

    `token_id` repeats what `data` says, so that the way of a token is found. `private` holds what must be forgotten one
    day, notes and needs: no hash covers it. See `server.domain.events.event.StoredEvent`.
    """

    __tablename__ = "event"
    __table_args__ = (
        partial_index("ix_event_token", "centre_id", "token_id", "seq", where="token_id IS NOT NULL"),
        partial_index("ix_event_desk", "centre_id", "desk", "seq", where="desk IS NOT NULL"),
        partial_index("ix_event_day_end", "centre_id", "seq", where="kind = 'day.closed'"),
        partial_index("ix_event_day_begin", "centre_id", "at", where="kind = 'day.opened'"),
        partial_index("ix_event_clock", "centre_id", "seq", where=WHERE_CLOCK_IS_SET),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    token_id: Mapped[str | None]
    desk: Mapped[str | None]
    act: Mapped[int] = mapped_column(BigInteger)
    plan: Mapped[int]
    rule: Mapped[str]
    v: Mapped[int]
    data: Mapped[Object]
    private: Mapped[Object | None]
    hash: Mapped[str]


class InstallationEventTable(Base):
    """One act of the installation, in a chain of its own; see `server.domain.events.installation`."""

    __tablename__ = "installation_event"
    __table_args__ = (partial_index("ix_installation_event_refused", "at", where="kind = 'sign_in.refused'"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    desk: Mapped[str | None]
    act: Mapped[int] = mapped_column(BigInteger)
    plan: Mapped[int]
    rule: Mapped[str]
    v: Mapped[int]
    data: Mapped[Object]
    private: Mapped[Object | None]
    hash: Mapped[str]
