"""The tables of Baari. Policy is data: what a centre does stands in rows, not in code."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, MetaData, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from server.domain.lifecycle import AT_COUNTER, OPEN_STEP_STATES, StepState
from server.storage.types import UtcDateTime

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base: one naming convention, one way to write times, dates and JSON."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy as a class attribute
        datetime: UtcDateTime,
        date: Date,
        dict[str, Any]: JSON,
        list[str]: JSON,
        str: String,
    }


WAITING = "state = 'waiting'"


def _state_in(states: frozenset[StepState]) -> str:
    return f"state IN ({', '.join(repr(state.value) for state in sorted(states))})"


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over the rows of `where` only, the same on both databases."""
    clause = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=clause, postgresql_where=clause)


class Centre(Base):
    """A service centre; its row is the lock, the event counter and the head of the event chain."""

    __tablename__ = "centre"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[dict[str, Any]]
    timezone: Mapped[str]
    languages: Mapped[list[str]]
    demo: Mapped[bool]
    epoch: Mapped[str]
    event_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    head: Mapped[str] = mapped_column(default="")
    plan_version: Mapped[int] = mapped_column(default=1)
    closed_day: Mapped[date | None]


class Zone(Base):
    """A part of the hall with its own board."""

    __tablename__ = "zone"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[dict[str, Any]]


class Stage(Base):
    """A stage of the floor with its outcomes (see `server.domain.journey.Outcome`)."""

    __tablename__ = "stage"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str]
    name: Mapped[dict[str, Any]]
    position: Mapped[int]
    ok: Mapped[str]
    outcomes: Mapped[dict[str, Any]]
    service_min: Mapped[float]


class Route(Base):
    """The stages that a service passes, in order."""

    __tablename__ = "route"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    stages: Mapped[list[str]]


class Series(Base):
    """A letter under which numbers are given."""

    __tablename__ = "series"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    letter: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[dict[str, Any]]
    first: Mapped[int]
    last: Mapped[int]
    overflow: Mapped[str | None]


class Service(Base):
    """What a citizen comes for; its route and its series."""

    __tablename__ = "service"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[dict[str, Any]]
    icon: Mapped[str]
    route: Mapped[str]
    series: Mapped[str]
    position: Mapped[int]


class Policy(Base):
    """A rule of a centre from a day on; `kind` is `calling`, `needs`, `hours`, `slots`, `missed` and the like."""

    __tablename__ = "policy"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]


class Counter(Base):
    """A desk of a stage; `operator` is the person who works there (a principal's id)."""

    __tablename__ = "counter"

    id: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    stage: Mapped[str]
    position: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str | None]
    since: Mapped[datetime | None]
    operator: Mapped[str | None]


class Device(Base):
    """A kiosk, a board or a printer; `printer` is the device that prints what this one issues."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    zone: Mapped[str | None]
    printer: Mapped[str | None]
    settings: Mapped[dict[str, Any]]


class Staff(Base):
    """A person who signs in; the password is an argon2id hash."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    user: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_hash: Mapped[str]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSession(Base):
    """A person who is signed in; the cookie's secret is kept as a SHA-256 hash."""

    __tablename__ = "staff_session"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class AccessKey(Base):
    """A bearer key of a role, kept as a SHA-256 hash; it may be bound to a device or to a counter."""

    __tablename__ = "access_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    name: Mapped[str]
    role: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    counter_id: Mapped[str | None] = mapped_column(ForeignKey("counter.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SeriesDay(Base):
    """The last number given in a series on a business day."""

    __tablename__ = "series_day"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Token(Base):
    """A citizen's turn; where it is now stands in its latest step."""

    __tablename__ = "token"
    __table_args__ = (
        UniqueConstraint("centre_id", "day", "series", "number"),
        _partial("ix_token_open", "centre_id", "id", where="ended_at IS NULL"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    day: Mapped[date]
    series: Mapped[str]
    number: Mapped[int]
    label: Mapped[str]
    klass: Mapped[str]
    service: Mapped[str]
    route: Mapped[str]
    language: Mapped[str]
    need: Mapped[str | None]
    step_seq: Mapped[int] = mapped_column(BigInteger)
    decision: Mapped[str | None]
    ends: Mapped[str]
    secret: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class TokenPrivate(Base):
    """Personal data of a token, kept outside the event chain so that it can be purged."""

    __tablename__ = "token_private"

    token_id: Mapped[str] = mapped_column(ForeignKey("token.id"), primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    phone: Mapped[str | None]
    appointment_hash: Mapped[str | None]


class Step(Base):
    """One stage of a token's way, named by the event that opened it."""

    __tablename__ = "step"
    __table_args__ = (
        Index("ix_step_token_id", "token_id"),
        _partial("ix_step_one_open", "token_id", where=_state_in(OPEN_STEP_STATES), unique=True),
        _partial("ix_step_one_at_counter", "centre_id", "counter", where=_state_in(AT_COUNTER), unique=True),
        _partial("ix_step_waiting", "centre_id", "stage", "klass", "entered_at", "seq", where=WAITING),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    token_id: Mapped[str] = mapped_column(ForeignKey("token.id"))
    klass: Mapped[str]
    stage: Mapped[str]
    state: Mapped[str]
    entered_at: Mapped[datetime]
    back_to: Mapped[str | None]
    counter: Mapped[str | None]
    call: Mapped[str | None]
    calls: Mapped[int]
    called_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class Event(Base):
    """One committed change, numbered without gaps in its centre and chained by hash."""

    __tablename__ = "event"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    data: Mapped[dict[str, Any]]
    hash: Mapped[str]


class PrintJob(Base):
    """A slip to print, the outbox of the print worker; a worker leases the jobs of a printer while it prints."""

    __tablename__ = "print_job"
    __table_args__ = (Index("ix_print_job_printer_state", "printer", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    token_id: Mapped[str] = mapped_column(ForeignKey("token.id"))
    printer: Mapped[str] = mapped_column(ForeignKey("device.id"))
    state: Mapped[str]
    copy: Mapped[int]
    content: Mapped[dict[str, Any]]
    detail: Mapped[str | None]
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Idempotency(Base):
    """The first answer to a command, given again to every retry with the same key."""

    __tablename__ = "idempotency"

    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    body_hash: Mapped[str]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)
