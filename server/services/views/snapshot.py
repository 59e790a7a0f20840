"""What a screen starts from, and how it catches up: a snapshot and numbered events."""

from dataclasses import dataclass

from server.domain.centre import CentreState
from server.domain.events.views import (
    CounterView,
    EventView,
    PublicCounter,
    PublicToken,
    StaffToken,
    counter_view,
    event_view,
    public_counter,
    public_view,
    staff_view,
)
from server.domain.notice import Notice, strongest
from server.domain.token.token import Token
from server.services.views.floor import Floor
from server.storage.sql import centres
from server.storage.sql.events import events_between
from server.storage.transaction import Read

CATCH_UP = 500


@dataclass(frozen=True, slots=True)
class SnapshotView:
    """A centre at one instant, `seq` the number of the last event in it; ended tokens are not in it.

    Its times are those of the floor's own clock, which is `ahead_s` seconds ahead of what people are shown.
    """

    centre: str
    epoch: str
    seq: int
    frozen: bool
    notice: Notice | None
    ahead_s: int
    tokens: tuple[PublicToken | StaffToken, ...]
    counters: tuple[CounterView | PublicCounter, ...]


@dataclass(frozen=True, slots=True)
class EventsView:
    """The events after a number."""

    epoch: str
    seq: int
    events: tuple[EventView, ...]


@dataclass(frozen=True, slots=True)
class ReloadView:
    """Says that a screen is too far away for events: it has to load a new snapshot."""

    epoch: str
    seq: int
    reload: bool = True


CatchUp = EventsView | ReloadView


def snapshot(floor: Floor, *, staff: bool) -> SnapshotView:
    """Return the snapshot of a centre as everybody, or staff, may see it."""
    centre = floor.centre
    return SnapshotView(
        centre=centre.code,
        epoch=centre.epoch,
        seq=centre.event_seq,
        frozen=centre.frozen,
        notice=strongest(centre.flags),
        ahead_s=centre.ahead_s,
        tokens=tuple(token_view(token, staff=staff) for token in floor.ordered()),
        counters=tuple(map(counter_view if staff else public_counter, floor.counters.values())),
    )


def catch_up_of(read: Read, code: str, *, after: int, epoch: str | None, staff: bool) -> CatchUp:
    """Return what a screen of a centre has missed; raises UnknownCentre."""
    return catch_up(read, centres.centre_by_code(read, code), after=after, epoch=epoch, staff=staff)


def catch_up(read: Read, centre: CentreState, *, after: int, epoch: str | None, staff: bool) -> CatchUp:
    """Return the events after number `after`; none when the epoch is another, or it is too far away."""
    reachable = 0 <= after <= centre.event_seq <= after + CATCH_UP
    if (epoch is not None and epoch != centre.epoch) or not reachable:
        return ReloadView(centre.epoch, centre.event_seq)
    events = events_between(read, centre.id, after, centre.event_seq)
    views = tuple(event_view(e, centre=centre.code, epoch=centre.epoch, staff=staff) for e in events)
    return EventsView(centre.epoch, centre.event_seq, views)


def token_view(token: Token, *, staff: bool) -> PublicToken | StaffToken:
    """Return what a screen sees of a token."""
    return staff_view(token) if staff else public_view(token)
