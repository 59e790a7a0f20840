"""The centre: lock, event counter and head of the event chain."""

from datetime import date, datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Array, Base, Object


class CentreTable(Base):
    """A service centre; its row is the lock, the event counter and the head of the event chain.

    `plan_version` is the latest version of its set-up, `plans` those in force now and later as `[number, day]`.
    `open_day` is the business day that is open, `closed_day` the last that was closed (see `CentreState`).
    `day_start` is when its business day begins, `last_at` the time of its last event, `freezes` the `[begin, end]` of
    its latest freezes, `notices` the flags that are set as `[kind, cause, since]`, the strongest first, `clock` how the
    floor's clock stands to those of its machines (None: no machine was seen yet),
    `forgotten_seq` the last event up to which nothing stands any more that people wrote beside events of no token.
    """

    __tablename__ = "centre"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[Object]
    timezone: Mapped[str]
    languages: Mapped[list[str]]
    demo: Mapped[bool]
    epoch: Mapped[str]
    event_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    head: Mapped[str] = mapped_column(default="")
    plan_version: Mapped[int] = mapped_column(default=1)
    plans: Mapped[Array] = mapped_column(default=list)
    closed_day: Mapped[date | None]
    open_day: Mapped[date | None]
    opened_at: Mapped[datetime | None]
    serve_until: Mapped[datetime | None]
    carried_at: Mapped[datetime | None]
    sealed_seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    taken_numbers: Mapped[Object | None]
    day_start: Mapped[str] = mapped_column(default="00:00")
    last_at: Mapped[datetime | None]
    freezes: Mapped[Array] = mapped_column(default=list)
    notices: Mapped[Array] = mapped_column(default=list)
    clock: Mapped[Object | None]
    forgotten_seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
