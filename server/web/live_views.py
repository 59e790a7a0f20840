"""What a live screen is told, name by name: tokens, counters, snapshot, events, as they go out in JSON."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from server.domain.events.kinds import Kind
from server.domain.token.lifecycle import CounterState, StepState, TokenEnd


class Answer(BaseModel):
    """Strict about names: a test compares each of these with what the server really answers."""

    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=True)


class PublicTokenOut(Answer):
    """A token as everybody may see it."""

    id: str
    label: str
    party: int
    state: StepState | TokenEnd
    stage: str | None
    counter: str | None
    beside: list[str]
    call: str | None
    calls: int
    last_called: str | None
    ended: bool


class StaffPartOut(Answer):
    """What only staff see of a token."""

    klass: str
    service: str
    then: list[str]
    route: str
    language: str
    need: str | None
    access: list[str]
    emergency: bool
    slot: str | None
    issued_at: str
    waiting_since: str
    first_called: str | None
    started_at: str | None
    until: str | None
    only: str | None
    return_until: str | None
    decision: str | None
    ended_at: str | None


class StaffTokenOut(PublicTokenOut):
    """A token as staff see it."""

    staff: StaffPartOut


class CounterOut(Answer):
    """A counter as it stands."""

    id: str
    stage: str
    state: CounterState
    reason: str | None


class SnapshotOut(Answer):
    """The floor at one instant: `seq` is the number of the last event in it; staff see more of each token."""

    centre: str
    epoch: str
    seq: int
    now: str
    frozen: bool
    tokens: list[PublicTokenOut | StaffTokenOut]
    counters: list[CounterOut]


class EventOut(Answer):
    """One committed change, numbered: what it made of a token, of a counter, or whether the floor stands still."""

    v: int
    centre: str
    epoch: str
    seq: int
    type: Kind
    at: str
    token: PublicTokenOut | StaffTokenOut | None
    counter: CounterOut | None
    frozen: bool | None


class EventsOut(Answer):
    """The events after a number, or `reload` when a new snapshot is needed."""

    epoch: str
    seq: int
    events: list[EventOut] | None = None
    reload: bool | None = None


class HeartbeatOut(Answer):
    """That the server lives: the number of its last event, and its clock."""

    centre: str
    epoch: str
    seq: int
    now: str


class HintOut(Answer):
    """Something that staff should know and that may be lost: the trouble of a printer, or its end."""

    centre: str
    kind: Literal["printer"]
    device: str
    state: str
