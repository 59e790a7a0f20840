"""Numbers given in a series, and blocks that were leased."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base


class SeriesDayTable(Base):
    """The last number given in a series on a business day."""

    __tablename__ = "series_day"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class LeaseTable(Base):
    """Numbers of a series given away in a block, for a paper pad or a kiosk without a link; `id` is its event."""

    __tablename__ = "lease"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day: Mapped[date]
    letter: Mapped[str]
    first: Mapped[int]
    last: Mapped[int]
    holder: Mapped[str]
    void_reason: Mapped[str | None]
