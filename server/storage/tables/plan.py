"""The set-up of a centre as rows. Policy is data: what a centre does stands in rows, not in code."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, Object


class PlanVersionTable(Base):
    """A version of the set-up of a centre, whole, and the business day from which it is in force."""

    __tablename__ = "plan_version"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    begins: Mapped[date]
    sha256: Mapped[str]
    document: Mapped[Object]


class ZoneTable(Base):
    """A part of the hall with its own board."""

    __tablename__ = "zone"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Object]


class StageTable(Base):
    """A stage of the floor with its outcomes (see `server.domain.token.route.Outcome`)."""

    __tablename__ = "stage"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str]
    name: Mapped[Object]
    position: Mapped[int]
    ok: Mapped[str]
    outcomes: Mapped[Object]
    service_min: Mapped[float]


class RouteTable(Base):
    """The stages that a service passes, in order."""

    __tablename__ = "route"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    stages: Mapped[list[str]]


class SeriesTable(Base):
    """A letter under which numbers are given."""

    __tablename__ = "series"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    letter: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Object]
    first: Mapped[int]
    last: Mapped[int]
    overflow: Mapped[str | None]


class ServiceTable(Base):
    """What a citizen comes for; its route and its series."""

    __tablename__ = "service"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Object]
    icon: Mapped[str]
    route: Mapped[str]
    series: Mapped[str]
    position: Mapped[int]


class PolicyTable(Base):
    """A rule of a centre from a day on; `kind` is `calling`, `needs`, `hours`, `slots`, `missed` and the like."""

    __tablename__ = "policy"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    body: Mapped[Object]
