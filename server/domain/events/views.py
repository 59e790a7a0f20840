"""What the public and the staff see of a token, of a counter and of an event."""

from dataclasses import dataclass
from datetime import date, datetime

from server.domain.events.event import Event
from server.domain.events.kinds import Kind, TokenEvent
from server.domain.events.payloads import CounterEvent, CounterFacts, NoticeEvent
from server.domain.instants import to_iso
from server.domain.notice import Notice
from server.domain.token.lifecycle import CounterState
from server.domain.token.token import Step, Token, TokenState

VERSION = 1


@dataclass(frozen=True, slots=True)
class PublicToken:
    """A token as everybody may see it: nothing personal, no need, no service.

    `state` is that of the open step, else the terminal one; `stage` to `last_called` are of the open step.
    """

    id: str
    label: str
    party: int
    state: TokenState
    stage: str | None
    counter: str | None
    beside: tuple[str, ...]
    call: str | None
    calls: int
    last_called: str | None
    ended: bool


@dataclass(frozen=True, slots=True)
class StaffPart:
    """What staff see of a token beside the public view; `need` and `access` are gone once they were purged."""

    klass: str
    service: str
    then: tuple[str, ...]
    route: str
    language: str
    need: str | None
    access: tuple[str, ...]
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


@dataclass(frozen=True, slots=True)
class StaffToken(PublicToken):
    """A token as staff see it."""

    staff: StaffPart


@dataclass(frozen=True, slots=True)
class PublicCounter:
    """A counter as everybody may see it: not why it does not call, which staff wrote in their own words."""

    id: str
    stage: str
    state: CounterState


@dataclass(frozen=True, slots=True)
class CounterView(PublicCounter):
    """A counter as staff see it; `back_at` is when one that pauses is expected to call again."""

    reason: str | None
    back_at: str | None


@dataclass(frozen=True, slots=True)
class EventView:
    """The message that goes to screens for one event.

    Where a flag was set or lifted `frozen` tells whether the floor stands, and `notice` what everybody is told now.
    """

    v: int
    centre: str
    epoch: str
    seq: int
    type: Kind
    at: str
    token: StaffToken | PublicToken | None
    counter: CounterView | PublicCounter | None
    frozen: bool | None
    notice: Notice | None


def public_view(token: Token) -> PublicToken:
    """Return what everybody may see of a token."""
    return PublicToken(*_public(token))


def staff_view(token: Token) -> StaffToken:
    """Return what staff see of a token."""
    step = token.step
    part = StaffPart(
        klass=token.klass,
        service=token.service,
        then=token.then,
        route=token.route,
        language=token.language,
        need=token.need,
        access=token.access,
        emergency=token.emergency_at is not None,
        slot=_iso(token.slot),
        issued_at=to_iso(token.issued_at),
        waiting_since=to_iso(step.since),
        first_called=_iso(step.first_called),
        started_at=_iso(step.started_at),
        until=_iso(step.until),
        only=step.only,
        return_until=_day(token.return_until),
        decision=token.decision,
        ended_at=_iso(token.ended_at),
    )
    return StaffToken(*_public(token), part)


def event_view(event: Event, *, centre: str, epoch: str, staff: bool) -> EventView:
    """Return the message that goes to screens for one event."""
    payload = event.payload
    token: PublicToken | StaffToken | None = None
    if isinstance(payload, TokenEvent):
        token = (staff_view if staff else public_view)(payload.token)
    flagged = payload if isinstance(payload, NoticeEvent) else None
    return EventView(
        v=VERSION,
        centre=centre,
        epoch=epoch,
        seq=event.seq,
        type=event.kind,
        at=to_iso(event.at),
        token=token,
        counter=_counter(payload.counter, staff=staff) if isinstance(payload, CounterEvent) else None,
        frozen=None if flagged is None else flagged.frozen,
        notice=None if flagged is None else flagged.notice,
    )


def public_counter(counter: CounterFacts) -> PublicCounter:
    """Return what everybody may see of a counter."""
    return PublicCounter(counter.id, counter.stage, counter.state)


def counter_view(counter: CounterFacts) -> CounterView:
    """Return what staff see of a counter."""
    back_at = None if counter.back_at is None else to_iso(counter.back_at)
    return CounterView(counter.id, counter.stage, counter.state, counter.reason, back_at)


def _counter(counter: CounterFacts, *, staff: bool) -> CounterView | PublicCounter:
    return counter_view(counter) if staff else public_counter(counter)


def _public(
    token: Token,
) -> tuple[str, str, int, TokenState, str | None, str | None, tuple[str, ...], str | None, int, str | None, bool]:
    step: Step = token.step
    if token.ended:
        return token.id, token.label, token.party, token.state, None, None, (), None, 0, None, True
    called = _iso(step.last_called)
    state = step.state
    return (
        token.id,
        token.label,
        token.party,
        state,
        step.stage,
        step.counter,
        step.beside,
        step.call,
        step.calls,
        called,
        False,
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else to_iso(moment)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
