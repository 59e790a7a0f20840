"""Figures counted from the event log, and reports of days computed from it: all of it can be made anew."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base


class FigureCellTable(Base):
    """A count (see `server.domain.figures.cells`) under a definition of the figures, at three grains.

    `grain` is `quarter`, `day` or `month`; `begins` the business day, or the first of its month; `quarter` counts for
    the first grain only, else it is 0. Days and months are sums that are kept so that a long period costs no more than
    a short one.
    """

    __tablename__ = "figure_cell"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - read by SQLAlchemy as a class attribute

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    definition: Mapped[int] = mapped_column(primary_key=True)
    grain: Mapped[str] = mapped_column(primary_key=True)
    begins: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    klass: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    bin: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quarter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int]


class FigureCursorTable(Base):
    """The last event of a centre that its cells hold, under a definition of the figures."""

    __tablename__ = "figure_cursor"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    definition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    figures_seq: Mapped[int] = mapped_column(BigInteger)


class DayReportTable(Base):
    """The report of a closed day as JSON, as it was computed once; `seq` is the event that closed the day."""

    __tablename__ = "day_report"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    definition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str]
    made_at: Mapped[datetime]
