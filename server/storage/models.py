"""The tables of the floor. Policy is data: what a centre does stands in rows, not in code."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.domain.lifecycle import AT_COUNTER
from server.storage.base import WAITING, Base, partial_index, state_in


class Centre(Base):
    """A service centre; its row is the lock, the event counter and the head of the event chain.

    `day_start` is when its business day begins, `last_at` the time of its last event, `freezes` the `[begin, end]` of
    its latest freezes.
    """

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
    day_start: Mapped[str] = mapped_column(default="00:00")
    last_at: Mapped[datetime | None]
    freezes: Mapped[list[Any]] = mapped_column(default=list)


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
        partial_index("ix_token_open", "centre_id", "id", where="ended_at IS NULL"),
        partial_index("ix_token_emergency", "centre_id", "emergency_at", where="emergency_at IS NOT NULL"),
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
    aged_from: Mapped[datetime]
    then: Mapped[tuple[str, ...]]
    party: Mapped[int]
    access: Mapped[tuple[str, ...]]
    slot: Mapped[datetime | None]
    emergency_at: Mapped[datetime | None]
    entered_by_hand: Mapped[bool]
    return_until: Mapped[date | None]
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
    return_of: Mapped[str | None] = mapped_column(index=True)


class Step(Base):
    """One stage of a token's way, named by the event that opened it."""

    __tablename__ = "step"
    __table_args__ = (
        Index("ix_step_token_id", "token_id"),
        partial_index("ix_step_one_open", "token_id", where="ended_at IS NULL", unique=True),
        partial_index("ix_step_one_at_counter", "centre_id", "counter", where=state_in(AT_COUNTER), unique=True),
        partial_index("ix_step_waiting", "centre_id", "stage", "lane", "since", "seq", where=WAITING),
        partial_index("ix_step_held", "centre_id", "counter", where="state = 'held'"),
        partial_index("ix_step_paused", "centre_id", "until", where="state = 'paused'"),
        partial_index("ix_step_jumped", "centre_id", "stage", "called_at", where="jumped"),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    token_id: Mapped[str] = mapped_column(ForeignKey("token.id"))
    klass: Mapped[str]
    lane: Mapped[str]
    stage: Mapped[str]
    state: Mapped[str]
    entered_at: Mapped[datetime]
    since: Mapped[datetime]
    back_to: Mapped[str | None]
    back_only: Mapped[str | None]
    only: Mapped[str | None]
    counter: Mapped[str | None]
    beside: Mapped[tuple[str, ...]]
    call: Mapped[str | None]
    calls: Mapped[int]
    first_call: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    called_by: Mapped[str | None]
    jumped: Mapped[bool]
    started_at: Mapped[datetime | None]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class Event(Base):
    """One committed change, numbered without gaps in its centre and chained by hash.

    `token_id` and `desk` repeat what `data` says, so that the way of a token and the work of a counter are found.
    """

    __tablename__ = "event"
    __table_args__ = (
        partial_index("ix_event_token", "centre_id", "token_id", "seq", where="token_id IS NOT NULL"),
        partial_index("ix_event_desk", "centre_id", "desk", "seq", where="desk IS NOT NULL"),
        partial_index("ix_event_day_end", "centre_id", "seq", where="kind = 'day.closed'"),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    token_id: Mapped[str | None]
    desk: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    hash: Mapped[str]


class CallGroup(Base):
    """How many calls in a row of the desks that may take the same tokens have passed over the longest wait."""

    __tablename__ = "call_group"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    desks: Mapped[str] = mapped_column(primary_key=True)
    passes: Mapped[int]


class Helper(Base):
    """A counter that serves a party together with the counter that called it."""

    __tablename__ = "helper"

    counter: Mapped[str] = mapped_column(ForeignKey("counter.id"), primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    token_id: Mapped[str] = mapped_column(ForeignKey("token.id"))


class Lease(Base):
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


class Appointment(Base):
    """A booking: its slot, and a keyed hash of its reference with the last characters to find it by."""

    __tablename__ = "appointment"
    __table_args__ = (Index("ix_appointment_slot", "centre_id", "day", "tail"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    reference_hash: Mapped[str] = mapped_column(unique=True)
    tail: Mapped[str]
    day: Mapped[date]
    slot: Mapped[datetime]
    service: Mapped[str]
    need: Mapped[str | None]
    token_id: Mapped[str | None]
