"""Counters, tokens and their steps."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.domain.token.lifecycle import AT_COUNTER
from server.domain.token.ways_back import Ways
from server.storage.base import WAITING, Base, partial_index, state_in

ON_FLOOR = "forgotten_at IS NULL AND ended_at IS NOT NULL"


class CounterTable(Base):
    """A counter of a stage; `operator` is the person who works there (a principal's id), `back_at` a planned return."""

    __tablename__ = "counter"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str]
    position: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str | None]
    since: Mapped[datetime | None]
    operator: Mapped[str | None]
    back_at: Mapped[datetime | None]


class TokenTable(Base):
    """A citizen's turn; where it is now stands in its latest step. A merged one leads to the token that stays.

    `forgotten_at` is when what was known of its citizen, and the secret of its slip, left the floor.
    """

    __tablename__ = "token"
    __table_args__ = (
        UniqueConstraint("centre_id", "day", "series", "number"),
        partial_index("ix_token_open", "centre_id", "id", where="ended_at IS NULL"),
        partial_index("ix_token_on_floor", "centre_id", "ended_at", where=ON_FLOOR),
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
    step_free: Mapped[bool]
    needs_seal: Mapped[str | None]
    slot: Mapped[datetime | None]
    emergency_at: Mapped[datetime | None]
    entered_by_hand: Mapped[bool]
    return_until: Mapped[date | None]
    step_seq: Mapped[int] = mapped_column(BigInteger)
    decision: Mapped[str | None]
    ends: Mapped[str]
    secret: Mapped[str] = mapped_column(unique=True)
    merged_into: Mapped[str | None]
    issued_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    stayed: Mapped[int] = mapped_column(BigInteger, server_default="0")
    forgotten_at: Mapped[datetime | None]


class TokenPrivateTable(Base):
    """Personal data of a token, kept outside the event chain so that it can be purged.

    `claim_hash` is the keyed hash of a reference that was shown and not known.
    """

    __tablename__ = "token_private"
    __table_args__ = (
        Index("ix_token_private_return_of", "centre_id", "return_of"),
        partial_index("ix_token_private_claim", "centre_id", "claim_hash", where="claim_hash IS NOT NULL"),
    )

    token_id: Mapped[str] = mapped_column(ForeignKey("token.id"), primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    phone: Mapped[str | None]
    appointment_hash: Mapped[str | None]
    claim_hash: Mapped[str | None]
    return_of: Mapped[str | None]


class StepTable(Base):
    """One stage of a token's way, named by the event that opened it; sums of spans are whole milliseconds."""

    __tablename__ = "step"
    __table_args__ = (
        Index("ix_step_token_id", "token_id"),
        partial_index("ix_step_one_open", "token_id", where="ended_at IS NULL", unique=True),
        partial_index("ix_step_one_at_counter", "centre_id", "counter", where=state_in(AT_COUNTER), unique=True),
        partial_index("ix_step_waiting", "centre_id", "stage", "lane", "since", "seq", where=WAITING),
        partial_index("ix_step_held", "centre_id", "counter", where="state = 'held'"),
        partial_index("ix_step_paused", "centre_id", "until", where="state = 'paused'"),
        partial_index("ix_step_jumped", "centre_id", "stage", "jumped_at", where="jumped_at IS NOT NULL"),
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
    state_since: Mapped[datetime] = mapped_column(server_default="0")
    ways_back: Mapped[Ways] = mapped_column(server_default=text("''"))
    only: Mapped[str | None]
    counter: Mapped[str | None]
    beside: Mapped[tuple[str, ...]]
    call: Mapped[str | None]
    calls: Mapped[int]
    first_called: Mapped[datetime | None]
    last_called: Mapped[datetime | None]
    called_by: Mapped[str | None]
    jumped_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    waiting: Mapped[int] = mapped_column(BigInteger, server_default="0")
    coming: Mapped[int] = mapped_column(BigInteger, server_default="0")
    serving: Mapped[int] = mapped_column(BigInteger, server_default="0")
    parked: Mapped[int] = mapped_column(BigInteger, server_default="0")
    away: Mapped[int] = mapped_column(BigInteger, server_default="0")
    stopped: Mapped[int] = mapped_column(BigInteger, server_default="0")
    waited: Mapped[int | None] = mapped_column(BigInteger)


class CallGroupTable(Base):
    """How many calls in a row of the counters that may take the same tokens have passed over the longest wait.

    `profiles` names them; see `server.domain.calling.profile.Profile.group`.
    """

    __tablename__ = "call_group"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    profiles: Mapped[str] = mapped_column(primary_key=True)
    passes: Mapped[int]


class HelperTable(Base):
    """A counter that serves a party together with the counter that called it."""

    __tablename__ = "helper"
    __table_args__ = (ForeignKeyConstraint(["centre_id", "counter"], ["counter.centre_id", "counter.id"]),)

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    counter: Mapped[str] = mapped_column(primary_key=True)
    token_id: Mapped[str] = mapped_column(ForeignKey("token.id"))
