"""What a kind of event holds beside a token, or without one: the inputs of a command and its result, a value per kind.

A token event holds the token as it is after it. Free text of people (`note`, `holder`) and what a citizen needs are
kept beside the chain, in the purgeable part of the event; see `server.domain.events.stored`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from server.domain.calling.rule import Reason
from server.domain.day import Then
from server.domain.events.kinds import Change, Kind, Payload, TokenChange, TokenEvent
from server.domain.json import JsonObject
from server.domain.leases import Lease
from server.domain.notice import Notice, NoticeKind
from server.domain.token import changes
from server.domain.token.lifecycle import CounterState


@dataclass(frozen=True, slots=True)
class TokenIssued(TokenEvent):
    """A token was given; by `booking` (its row) or for the return slip of the token `return_of`.

    `left_out` are the labels due before its own that somebody of an earlier day has, or may have again; `secret` is a
    commitment to the secret of its slip.
    """

    kind: ClassVar[Kind] = Kind.TOKEN_ISSUED
    only_joins: ClassVar[bool] = True
    undoable: ClassVar[bool] = False
    printer: str | None = None
    booking: int | None = None
    return_of: str | None = None
    left_out: tuple[str, ...] = ()
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class TokenRebuilt(TokenIssued):
    """A token that a restore had lost is in line again, as its slip claims; `epoch` marks the one it was given in."""

    kind: ClassVar[Kind] = Kind.TOKEN_REBUILT
    only_joins: ClassVar[bool] = False
    epoch: str = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class TokenCalled(TokenEvent):
    """A token was called. `passes` is what the group of profiles had before; `officer` who sat at the counter."""

    kind: ClassVar[Kind] = Kind.TOKEN_CALLED
    reason: Reason
    passes: int | None
    officer: str | None


@dataclass(frozen=True, slots=True)
class TokenFinished(TokenEvent):
    """Its service ended with an outcome of the stage."""

    kind: ClassVar[Kind] = Kind.TOKEN_FINISHED
    outcome: str
    return_slip: bool


@dataclass(frozen=True, slots=True)
class TokenPaused(TokenEvent):
    """Its citizen went out for a while; the place is kept."""

    kind: ClassVar[Kind] = Kind.TOKEN_PAUSED


@dataclass(frozen=True, slots=True)
class TokenTransferred(TokenEvent):
    """It was sent elsewhere. `cause` is a code (`take_over`, `nobody_there`), `note` what staff wrote."""

    kind: ClassVar[Kind] = Kind.TOKEN_TRANSFERRED
    cause: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TokenCorrected(TokenEvent):
    """Its service was changed; `was` is the one before."""

    kind: ClassVar[Kind] = Kind.TOKEN_CORRECTED
    was: str


@dataclass(frozen=True, slots=True)
class TokenAttached(TokenEvent):
    """It was given an appointment, `booking` (its row); `was` is the service before."""

    kind: ClassVar[Kind] = Kind.TOKEN_ATTACHED
    booking: int
    was: str


@dataclass(frozen=True, slots=True)
class TokenMerged(TokenEvent):
    """Another token of the same person ended in it: `merged`, whose `booking` goes over to it, if it had one, and
    `further` ones that tokens merged into that one before had brought."""

    kind: ClassVar[Kind] = Kind.TOKEN_MERGED
    merged: str
    booking: int | None
    further: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenRemarked(TokenEvent):
    """What was not known when it was taken was noted."""

    kind: ClassVar[Kind] = Kind.TOKEN_REMARKED


@dataclass(frozen=True, slots=True)
class TokenHelperLeft(TokenEvent):
    """A counter that helped with its party is free again."""

    kind: ClassVar[Kind] = Kind.TOKEN_HELPER_LEFT


@dataclass(frozen=True, slots=True)
class TokenUndone(TokenEvent):
    """Event number `undoes`, of kind `of`, was taken back: the record before it stands again."""

    kind: ClassVar[Kind] = Kind.TOKEN_UNDONE
    undoable: ClassVar[bool] = False
    undoes: int
    of: Kind


@dataclass(frozen=True, slots=True)
class TokenCancelled(TokenChange):
    """It was given up. `cause` is a code (`left`: by the citizen), `note` what staff wrote.

    With the cause `undone` it should never have been given: `undoes` is the event that gave it.
    """

    kind: ClassVar[Kind] = Kind.TOKEN_CANCELLED
    change: ClassVar[Change] = changes.cancel
    cause: str | None = None
    note: str | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class TokenExpired(TokenEvent):
    """The close of a day ended it."""

    kind: ClassVar[Kind] = Kind.TOKEN_EXPIRED
    undoable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """A counter as everybody sees it; `reason` is why it does not call, in the words of staff, `back_at` its return."""

    id: str
    stage: str
    state: CounterState
    reason: str | None
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CounterEvent(Payload):
    """Something that changed a counter."""

    counter: CounterFacts


@dataclass(frozen=True, slots=True)
class CounterOpened(CounterEvent):
    """It takes part in the calling."""

    kind: ClassVar[Kind] = Kind.COUNTER_OPENED


@dataclass(frozen=True, slots=True)
class CounterPaused(CounterEvent):
    """It does not call for a while."""

    kind: ClassVar[Kind] = Kind.COUNTER_PAUSED


@dataclass(frozen=True, slots=True)
class CounterClosed(CounterEvent):
    """It does not call any more."""

    kind: ClassVar[Kind] = Kind.COUNTER_CLOSED


@dataclass(frozen=True, slots=True)
class CounterSeated(Payload):
    """Somebody sat down at a counter, or got up from it (`officer` None)."""

    kind: ClassVar[Kind] = Kind.COUNTER_SEATED
    seat: str
    officer: str | None


@dataclass(frozen=True, slots=True)
class SlipReprinted(Payload):
    """The slip of a token was queued once more, as copy number `copy`, at a printer; `note` is why, as staff wrote it.

    Copy 0 is the original, of which no paper had come.
    """

    kind: ClassVar[Kind] = Kind.SLIP_REPRINTED
    token_id: str
    printer: str
    copy: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PrinterSet(Payload):
    """How a receipt printer is reached, and its model."""

    kind: ClassVar[Kind] = Kind.PRINTER_SET
    printer: str
    settings: JsonObject


@dataclass(frozen=True, slots=True)
class JobRetried(Payload):
    """A dead job (its row) was queued once more; it goes to `target`, a printer or an address of a kind of job."""

    kind: ClassVar[Kind] = Kind.JOB_RETRIED
    job: int
    job_kind: str
    target: str


@dataclass(frozen=True, slots=True)
class NoticeEvent(Payload):
    """A flag of the centre was set or lifted: `notice` is what everybody is told then, `frozen` that the floor stands.

    `note` is what staff wrote when causes were free text.
    """

    flag: NoticeKind
    cause: str
    notice: Notice | None
    frozen: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeSet(NoticeEvent):
    """A flag is set, or has another cause."""

    kind: ClassVar[Kind] = Kind.NOTICE_SET


@dataclass(frozen=True, slots=True)
class NoticeLifted(NoticeEvent):
    """A flag is no longer set; `since` is when it was set. An emergency leaves a pause behind."""

    kind: ClassVar[Kind] = Kind.NOTICE_LIFTED
    since: datetime = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class NumbersLeased(Payload):
    """A block of numbers was given away; `left_out` are the labels before it that are taken."""

    kind: ClassVar[Kind] = Kind.NUMBERS_LEASED
    lease: Lease
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumbersVoided(Payload):
    """The unused numbers of a block will never be given."""

    kind: ClassVar[Kind] = Kind.NUMBERS_VOIDED
    lease: Lease


@dataclass(frozen=True, slots=True)
class BookingsTaken(Payload):
    """Bookings were imported: how many rows were new, were changed, were there already, and were refused."""

    kind: ClassVar[Kind] = Kind.BOOKINGS_TAKEN
    created: int
    changed: int
    unchanged: int
    refused: int


@dataclass(frozen=True, slots=True)
class BookingMoved(Payload):
    """A booking (its row) was taken over from the centre of the code `source`."""

    kind: ClassVar[Kind] = Kind.BOOKING_MOVED
    booking: int
    source: str


@dataclass(frozen=True, slots=True)
class BookingLeft(Payload):
    """A booking (its row) was taken over by the centre of the code `target`."""

    kind: ClassVar[Kind] = Kind.BOOKING_LEFT
    booking: int
    target: str


@dataclass(frozen=True, slots=True)
class PolicyChanged(Payload):
    """A rule of a kind holds from a day on; `number` is the version of the set-up that it made (None: not counted)."""

    kind: ClassVar[Kind] = Kind.POLICY_CHANGED
    policy: str
    valid_from: date
    body: JsonObject
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ClockDoubted(Payload):
    """The wall clock went wrong, or may have: the floor's own went on from `floor`, and a person has to choose.

    `why` is one of `server.domain.steady.steady.Why`, `wall` what the wall clock said.
    """

    kind: ClassVar[Kind] = Kind.CLOCK_DOUBTED
    why: str
    floor: datetime
    wall: datetime


@dataclass(frozen=True, slots=True)
class ClockFollowed(Payload):
    """The floor's clock, which said `was`, followed a large step of the wall clock, while nobody was there."""

    kind: ClassVar[Kind] = Kind.CLOCK_FOLLOWED
    was: datetime


@dataclass(frozen=True, slots=True)
class ClockChosen(Payload):
    """A person said which clock is right; the floor's had said `was`, the wall clock `wall`.

    `shown` is what people are shown from now on as the time of the event.
    """

    kind: ClassVar[Kind] = Kind.CLOCK_CHOSEN
    choice: str
    was: datetime
    wall: datetime
    shown: datetime


@dataclass(frozen=True, slots=True)
class ClockConfirmed(Payload):
    """A person said that the present time is right, as they did before floors had clocks of their own.

    `was` is the time of the event before. It is only read.
    """

    kind: ClassVar[Kind] = Kind.CLOCK_CONFIRMED
    was: datetime | None


@dataclass(frozen=True, slots=True)
class DayOpened(Payload):
    """A business day began; `carried_at` is when people were carried over into the night before it."""

    kind: ClassVar[Kind] = Kind.DAY_OPENED
    day: date
    carried_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayExtended(Payload):
    """People of the day are served on until a moment."""

    kind: ClassVar[Kind] = Kind.DAY_EXTENDED
    day: date
    until: datetime


@dataclass(frozen=True, slots=True)
class DayClosed(Payload):
    """A business day ended, with how many tokens expired or were no-shows, and how many people are still here.

    `then` is what became of who was live, of whom a person was shown `shown` (ids of tokens). `people` is how far the
    chain of the installation had come, so that a seal of the day stands for both.
    """

    kind: ClassVar[Kind] = Kind.DAY_CLOSED
    day: date
    expired: int
    no_show: int
    still_here: int = 0
    then: Then = Then.END
    shown: tuple[str, ...] = ()
    note: str | None = None
    people: str | None = None

    @property
    def carries_over(self) -> bool:
        """Whether people were carried over into a night that counts for nobody."""
        return self.then is Then.CARRY_OVER and self.still_here > 0


@dataclass(frozen=True, slots=True)
class DayReopened(Payload):
    """A closed day goes on; event number `superseded` had closed it at `closed_at`."""

    kind: ClassVar[Kind] = Kind.DAY_REOPENED
    day: date
    superseded: int
    closed_at: datetime
    until: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class CentreRestored(Payload):
    """The centre goes on from a backup of `made_at`, in a new epoch (`was` is the one before).

    `numbers` says after which number a series goes on, by day and letter, where that is not the last that was given.
    """

    kind: ClassVar[Kind] = Kind.CENTRE_RESTORED
    made_at: datetime
    was: str
    numbers: JsonObject


def brought_by(payload: Payload) -> tuple[int, ...]:
    """Return the bookings that an event brings to its token."""
    if isinstance(payload, TokenMerged):
        brought = (payload.booking, *payload.further)
    elif isinstance(payload, TokenIssued | TokenAttached):
        brought = (payload.booking,)
    else:
        return ()
    return tuple(booking for booking in brought if booking is not None)
