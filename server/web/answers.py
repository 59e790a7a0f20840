"""What a screen reads beside the live floor, name by name: lines, citizens' status, explanations, the outlook."""

from typing import Annotated, Literal

from pydantic import Field

from server.domain.events.kinds import Kind
from server.domain.plan.plan import Names
from server.domain.token.lifecycle import StepState, TokenEnd
from server.web.live_views import Answer, CounterOut, PublicTokenOut, StaffTokenOut


class PassedOut(Answer):
    """Somebody who waits, with the figures that the calling rule compares."""

    label: str
    klass: Annotated[str, Field(alias="class")]
    waited_s: int | None = None
    since: str | None = None
    target_s: int


class ReasonParamsOut(Answer):
    """The figures of a decision; which of them there are depends on the rule."""

    label: str | None = None
    klass: Annotated[str | None, Field(alias="class")] = None
    waited_s: int | None = None
    since: str | None = None
    target_s: int | None = None
    passed_over: list[PassedOut] | None = None
    older: int | None = None
    quota: int | None = None
    why: str | None = None
    from_: Annotated[str | None, Field(alias="from")] = None


class ReasonOut(Answer):
    """Why this token: the rule, its figures, and one sentence."""

    rule: str
    params: ReasonParamsOut
    text: str


class SeatedCounterOut(CounterOut):
    """A counter, and who sits there."""

    operator: str | None


class ActionOut(Answer):
    """Something done at a counter that can be undone, by the number of its event."""

    event: int
    kind: Kind
    label: str
    at: str


class LineOut(Answer):
    """The line of a counter's stage, in the order in which it would be called."""

    epoch: str
    seq: int
    counter: SeatedCounterOut
    frozen: bool
    current: StaffTokenOut | None
    next: ReasonOut | None
    line: list[StaffTokenOut]
    more: int
    missed: list[StaffTokenOut]
    held: list[StaffTokenOut]
    actions: list[ActionOut]


class WaitOut(Answer):
    """Minutes until the call; both null while no counter is open."""

    low_min: int | None
    high_min: int | None


class StopOut(Answer):
    """A stage of a citizen's way: passed, present or ahead."""

    stage: str
    name: Names
    state: Literal["done", "here", "ahead"]
    minutes: int | None
    since: str | None


class VisitOut(Answer):
    """A citizen's visit: its stages in their order."""

    stops: list[StopOut]


class OvertakenOut(Answer):
    """How often others were called first, the latest of them and why; `limit` is how many more can be."""

    count: int
    label: str
    why: str
    text: str
    limit: int | None


class StatusOut(Answer):
    """A citizen's own token, and nothing of anyone else."""

    label: str
    party: int
    services: list[Names]
    language: str
    state: StepState | TokenEnd
    frozen: bool
    stage: str | None
    counter: str | None
    beside: list[str]
    call: str | None
    calls: int
    ahead: int
    wait: WaitOut | None
    visit: VisitOut
    overtaken: OvertakenOut | None
    until: str | None
    return_until: str | None
    decision: str | None
    ended: bool
    as_of: str


class PrintStateOut(Answer):
    """Where the latest copy of a slip is; copy 0 is the original."""

    state: str
    copy_number: Annotated[int, Field(alias="copy")]
    detail: str | None


class TokenNow(Answer):
    """A token as it is, and its slip."""

    token: PublicTokenOut | StaffTokenOut
    print: PrintStateOut


class BookingOut(Answer):
    """An appointment of today, with only the end of its reference."""

    id: int
    tail: str
    slot: str
    service: str
    need: str | None
    checked_in: bool


class FoundOut(Answer):
    """The bookings of today that fit."""

    bookings: list[BookingOut]


class ExplainedCallOut(Answer):
    """A call of a token, and why it was made."""

    seq: int
    at: str
    stage: str
    counter: str
    rule: str
    text: str
    undone: bool


class CalledFirstOut(Answer):
    """Somebody younger who was called first, and why, as everybody may know it."""

    label: str
    why: str
    text: str


class ExplainOut(Answer):
    """Each call of a token with its reason, and who was called before it."""

    label: str
    day: str
    state: StepState | TokenEnd
    stage: str
    calls: list[ExplainedCallOut]
    overtaken: list[CalledFirstOut]


class SentenceParamsOut(Answer):
    """What stands in the manager's sentence; which of them there are depends on its kind."""

    people: int | None = None
    stage: str | None = None
    minutes: int | None = None
    by: str | None = None


class SentenceOut(Answer):
    """The manager's sentence."""

    kind: Literal["empty", "on_time", "late"]
    params: SentenceParamsOut


class RiskOut(Answer):
    """How many will stay longer than each clock."""

    promise: int
    breach: int


class BottleneckOut(Answer):
    """The stage that holds everybody up."""

    stage: str
    wait_min: int
    waiting: int
    open: int


class OfferOut(Answer):
    """What one counter more would do to the stay that one in ten exceeds."""

    counter: str
    before_min: int
    after_min: int


class PersonAtRiskOut(Answer):
    """Somebody whose stay will be too long."""

    label: str
    stage: str
    stay_min: int
    expected_min: int


class OutlookOut(Answer):
    """The floor projected at present lines and counters; times in minutes."""

    now: str
    people: int
    sentence: SentenceOut
    at_risk: RiskOut
    bottleneck: BottleneckOut | None
    offer: OfferOut | None
    people_at_risk: list[PersonAtRiskOut]
