"""The kinds of events, and those of tokens that hold nothing but the token: each is what one function makes of it.

What the other kinds hold stands in `server.domain.events.payloads`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from server.domain.freezes import Moment
from server.domain.token import changes
from server.domain.token.token import Token

Change = Callable[[Token, Moment], Token]
"""What an action makes of a token at a moment; raises IllegalTransition where its state does not allow it."""


class Kind(StrEnum):
    """Every kind of event; kinds only grow."""

    TOKEN_ISSUED = "token.issued"
    TOKEN_REBUILT = "token.rebuilt"
    TOKEN_CALLED = "token.called"
    TOKEN_RECALLED = "token.recalled"
    TOKEN_STARTED = "token.started"
    TOKEN_FINISHED = "token.finished"
    TOKEN_MISSED = "token.missed"
    TOKEN_HELD = "token.held"
    TOKEN_RESUMED = "token.resumed"
    TOKEN_PAUSED = "token.paused"
    TOKEN_RETURNED = "token.returned"
    TOKEN_PUT_BACK = "token.put_back"
    TOKEN_TRANSFERRED = "token.transferred"
    TOKEN_CORRECTED = "token.corrected"
    TOKEN_REMARKED = "token.remarked"
    TOKEN_ATTACHED = "token.attached"
    TOKEN_MERGED = "token.merged"
    TOKEN_HELPER_LEFT = "token.helper_left"
    TOKEN_UNDONE = "token.undone"
    TOKEN_CANCELLED = "token.cancelled"
    TOKEN_EXPIRED = "token.expired"
    COUNTER_OPENED = "counter.opened"
    COUNTER_PAUSED = "counter.paused"
    COUNTER_CLOSED = "counter.closed"
    COUNTER_SEATED = "counter.seated"
    SLIP_REPRINTED = "slip.reprinted"
    PRINTER_SET = "printer.set"
    JOB_RETRIED = "job.retried"
    NOTICE_SET = "notice.set"
    NOTICE_LIFTED = "notice.lifted"
    CENTRE_FROZEN = "centre.frozen"  # as stored before there were three flags; read as the two above
    CENTRE_RESUMED = "centre.resumed"
    NUMBERS_LEASED = "numbers.leased"
    NUMBERS_VOIDED = "numbers.voided"
    BOOKINGS_TAKEN = "bookings.taken"
    BOOKING_MOVED = "booking.moved"
    BOOKING_LEFT = "booking.left"
    POLICY_CHANGED = "policy.changed"
    CLOCK_CONFIRMED = "clock.confirmed"
    CLOCK_DOUBTED = "clock.doubted"
    CLOCK_FOLLOWED = "clock.followed"
    CLOCK_CHOSEN = "clock.chosen"
    DAY_OPENED = "day.opened"
    DAY_EXTENDED = "day.extended"
    DAY_CLOSED = "day.closed"
    DAY_REOPENED = "day.reopened"
    CENTRE_RESTORED = "centre.restored"


STORED_ONLY = frozenset({Kind.CENTRE_FROZEN, Kind.CENTRE_RESUMED, Kind.CLOCK_CONFIRMED})
"""Kinds that nothing writes any more; they are read as others, and go nowhere."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What an event holds; `kind` names it."""

    kind: ClassVar[Kind]


@dataclass(frozen=True, slots=True)
class TokenEvent(Payload):
    """Something that changed a token; `undoable` when a person can take it back.

    One that `only_joins` lets the token stand in a line, by the next number of its series or by one that was leased,
    and changes neither counters, nor who is at one, nor what their groups have passed over, nor any other line.
    `ages_kept` is False in records of before ages were kept, `spans_kept` in those of before spans were.
    """

    undoable: ClassVar[bool] = True
    only_joins: ClassVar[bool] = False
    token: Token
    ages_kept: bool = field(default=True, kw_only=True)
    spans_kept: bool = field(default=True, kw_only=True)


@dataclass(frozen=True, slots=True)
class TokenChange(TokenEvent):
    """An action that makes of a token what `change` says, and leaves nothing open; ask the class for it."""

    change: ClassVar[Change]


@dataclass(frozen=True, slots=True)
class TokenRecalled(TokenChange):
    """A token was called once more."""

    kind: ClassVar[Kind] = Kind.TOKEN_RECALLED
    change: ClassVar[Change] = changes.recall


@dataclass(frozen=True, slots=True)
class TokenStarted(TokenChange):
    """Its service began."""

    kind: ClassVar[Kind] = Kind.TOKEN_STARTED
    change: ClassVar[Change] = changes.start


@dataclass(frozen=True, slots=True)
class TokenHeld(TokenChange):
    """It was parked at its counter."""

    kind: ClassVar[Kind] = Kind.TOKEN_HELD
    change: ClassVar[Change] = changes.hold


@dataclass(frozen=True, slots=True)
class TokenResumed(TokenChange):
    """The counter went on with it."""

    kind: ClassVar[Kind] = Kind.TOKEN_RESUMED
    change: ClassVar[Change] = changes.resume


@dataclass(frozen=True, slots=True)
class TokenMissed(TokenChange):
    """It was called and nobody came."""

    kind: ClassVar[Kind] = Kind.TOKEN_MISSED
    change: ClassVar[Change] = changes.miss


@dataclass(frozen=True, slots=True)
class TokenReturned(TokenChange):
    """Its citizen is back, after they were missed or away."""

    kind: ClassVar[Kind] = Kind.TOKEN_RETURNED
    change: ClassVar[Change] = changes.return_to_line


@dataclass(frozen=True, slots=True)
class TokenPutBack(TokenChange):
    """It was called or served when its day closed, and its citizen is carried over: it waits again at its place."""

    kind: ClassVar[Kind] = Kind.TOKEN_PUT_BACK
    undoable: ClassVar[bool] = False
    change: ClassVar[Change] = changes.put_back
