"""A token and its open step as values."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter

from server.domain.calling.lane import Lane, Waiting
from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.ways_back import Ways

TokenState = StepState | TokenEnd
"""The state of a token: of its open step, or how it has ended."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a token's way. `seq` is the number of the event that opened it: its name in the centre.

    `since` is the moment from which its age counts. `state_since` is when its state began, or its life; up to then
    `waiting` to `stopped` hold how many milliseconds it was so (`server.domain.token.spans`), and `waited` those of
    waiting before the first call. `jumped_at` is when a call of it passed over somebody older. `only` is a counter or
    an officer who alone may call it, `beside` the counters that serve a party together with `counter`. `ways_back`
    say where its errands lead back, the last first.
    """

    seq: int
    stage: str
    state: StepState
    entered_at: datetime
    since: datetime
    state_since: datetime
    ways_back: Ways = ()
    only: str | None = None
    counter: str | None = None
    beside: tuple[str, ...] = ()
    call: str | None = None
    calls: int = 0
    first_called: datetime | None = None
    last_called: datetime | None = None
    called_by: str | None = None
    jumped_at: datetime | None = None
    started_at: datetime | None = None
    until: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    waiting: int = 0
    coming: int = 0
    serving: int = 0
    parked: int = 0
    away: int = 0
    stopped: int = 0
    waited: int | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A citizen's turn. `klass` is the series it is called in, `label` what is printed, `ends` how it will end.

    `aged_from` is the moment from which its age in the centre counts (the slot, else the arrival), `then` the
    services that follow the present one, `party` how many people share the number, `access` what they need to be
    reached and served; `step_free` says that the way to the counter must have no step, `needs_seal` commits to need and
    access once they were purged. `return_until` is the last day on which a return slip is good. `stayed` counts the
    milliseconds of the steps before the present one, without the time in which the centre stood.
    """

    id: str
    day: date
    series: str
    number: int
    label: str
    klass: str
    service: str
    route: str
    language: str
    need: str | None
    issued_at: datetime
    aged_from: datetime
    step: Step
    then: tuple[str, ...] = ()
    party: int = 1
    access: tuple[str, ...] = ()
    step_free: bool = False
    needs_seal: str | None = None
    slot: datetime | None = None
    emergency_at: datetime | None = None
    entered_by_hand: bool = False
    return_until: date | None = None
    decision: str | None = None
    ends: TokenEnd = TokenEnd.DONE
    ended_at: datetime | None = None
    stayed: int = 0

    @property
    def ended(self) -> bool:
        """Whether the token has reached a terminal state."""
        return self.ended_at is not None

    @property
    def state(self) -> TokenState:
        """The state of the open step, else the terminal state."""
        return self.ends if self.ended else self.step.state

    @property
    def lane(self) -> Lane:
        """What decides which counters may take it."""
        return Lane(
            self.klass,
            self.service,
            self.language,
            self.step_free,
            self.emergency_at is not None,
            self.step.only or "",
        )

    @property
    def waiting(self) -> Waiting:
        """What the calling rule needs to know of it."""
        return Waiting(self.step.seq, self.id, self.label, self.lane, self.step.since)


# `attrgetter` over all fields at once: every command and every replayed event copies a token.
STEP_NAMES = tuple(field.name for field in fields(Step))
TOKEN_NAMES = tuple(field.name for field in fields(Token) if field.name != "step")
of_step, of_token = attrgetter(*STEP_NAMES), attrgetter(*TOKEN_NAMES)
