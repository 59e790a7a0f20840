"""The line of a stage as its counters see it: who comes next, why, and everybody after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.calling.lane import Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import Reason
from server.domain.calling.v1_order import order_of
from server.domain.events.views import StaffToken, staff_view
from server.domain.json import Stored
from server.domain.token.lifecycle import AT_COUNTER, CounterState, StepState
from server.services.floor.acts import ActView
from server.services.views.floor import Floor, StageNow
from server.services.views.ready import json_bytes
from server.wording.catalogue import SOURCE
from server.wording.reasons import next_sentence

SHOWN = 30
MINUTE = timedelta(minutes=1)
AWAY = (StepState.MISSED, StepState.PAUSED)


@dataclass(frozen=True, slots=True)
class LineKey:
    """What tells the line of one counter from that of another: counters of one key see the same line.

    `profile` is without its counter and officer; `names` are those of the two for whom alone somebody waits.
    """

    stage: str
    profile: Profile
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class NextReason:
    """Why the first of a line is the first: the rule, its figures, and one sentence in English."""

    rule: str
    params: Stored
    text: str


@dataclass(frozen=True, slots=True)
class SharedLine:
    """What all counters of a key see of a stage after event `seq`.

    `line` is who may be called, in the order in which the rule would call, thirty at most; `more` counts the others;
    `next` is why the first is the first, with `since` in the place of ages; `away` are the missed and the paused,
    `stranded` those of the stage who wait for no counter that is open.
    """

    epoch: str
    seq: int
    frozen: bool
    next: NextReason | None
    line: tuple[StaffToken, ...]
    more: int
    away: tuple[StaffToken, ...]
    stranded: tuple[StaffToken, ...]


@dataclass(frozen=True, slots=True)
class OwnCounter:
    """A counter, and who sits there."""

    id: str
    stage: str
    state: CounterState
    reason: str | None
    operator: str | None


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What a counter alone sees: itself, the token that is there, those parked there, the acts it can take back."""

    counter: OwnCounter
    current: StaffToken | None
    held: tuple[StaffToken, ...]
    acts: tuple[ActView, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits at a counter, and what was done there last."""

    operator: str | None
    acts: tuple[ActView, ...]


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A shared line as it was made, and until when time alone leaves it so (None: always)."""

    view: SharedLine
    json: bytes
    made_at: datetime
    until: datetime | None

    def holds_at(self, now: datetime) -> bool:
        """Whether it is still the line at `now`, if nothing has happened."""
        return now == self.made_at or (self.made_at < now and (self.until is None or now < self.until))


def key_of(stage: StageNow, profile: Profile) -> LineKey:
    """Return the key of a profile at a stage."""
    names = stage.sent_to & {profile.counter, profile.officer or ""}
    return LineKey(stage.code, profile.for_anybody(), names)


def shared_line(
    floor: Floor, stage: StageNow, profile: Profile, passes: int, now: datetime, alone: Sequence[Waiting] = ()
) -> KeptLine:
    """Return the line of a stage for a counter and all others of its key; `passes` are those of its group.

    `alone` are those of the stage who are stranded.
    """
    centre = floor.centre
    order = order_of(stage.waiting, floor.plan.calling, profile, passes, centre.moment(now), most=SHOWN)
    view = SharedLine(
        epoch=centre.epoch,
        seq=centre.event_seq,
        frozen=centre.frozen,
        next=None if order.reason is None else _next(order.reason),
        line=tuple(staff_view(floor.tokens[waiting.token]) for waiting in order.first),
        more=order.more,
        away=tuple(map(staff_view, stage.those(*AWAY))),
        stranded=tuple(staff_view(floor.tokens[waiting.token]) for waiting in alone[:SHOWN]),
    )
    # Those who are not in this line may become stranded by time alone.
    others = len(stage.waiting) > len(order.first) + order.more
    until = min(order.until or now + MINUTE, now + MINUTE) if others else order.until
    return KeptLine(view, json_bytes(view), now, until)


def own_part(floor: Floor, stage: StageNow, counter_id: str, seat: Seat) -> OwnPart:
    """Return what a counter alone sees of its stage."""
    counter = floor.counters[counter_id]
    here = (t for t in stage.those(*AT_COUNTER) if counter_id in (t.step.counter, *t.step.beside))
    held = (t for t in stage.those(StepState.HELD) if t.step.counter == counter_id)
    return OwnPart(
        OwnCounter(counter.id, counter.stage, counter.state, counter.reason, seat.operator),
        next(map(staff_view, here), None),
        tuple(map(staff_view, held)),
        seat.acts,
    )


def _next(reason: Reason) -> NextReason:
    return NextReason(reason.rule, reason.params, next_sentence(reason, SOURCE))
