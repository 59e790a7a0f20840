"""What a screen starts from, and how it catches up: a snapshot and numbered events."""

from dataclasses import dataclass
from typing import Any

from server.domain.centre import CentreState
from server.domain.events.views import (
    EventView,
    PublicToken,
    StaffToken,
    counter_view,
    event_view,
    public_view,
    staff_view,
)
from server.domain.token.token import Token
from server.services.floor.token_rows import facts_of
from server.storage.sql import centres, counters
from server.storage.sql.events import events_between
from server.storage.sql.tokens import open_tokens, token_by_id
from server.storage.transaction import Read

CATCH_UP = 500


@dataclass(frozen=True, slots=True)
class CatchUp:
    """The events after a number, or None when the screen has to load a new snapshot."""

    epoch: str
    seq: int
    events: list[EventView] | None

    def view(self) -> dict[str, Any]:
        """Return what a screen is told."""
        told: dict[str, Any] = {"epoch": self.epoch, "seq": self.seq}
        return told | ({"reload": True} if self.events is None else {"events": self.events})


def snapshot_of(read: Read, code: str, *, staff: bool) -> dict[str, Any]:
    """Return the snapshot of a centre; raises UnknownCentre."""
    return snapshot(read, centres.centre_by_code(read, code), staff=staff)


def catch_up_of(read: Read, code: str, *, after: int, epoch: str | None, staff: bool) -> CatchUp:
    """Return what a screen of a centre has missed; raises UnknownCentre."""
    return catch_up(read, centres.centre_by_code(read, code), after=after, epoch=epoch, staff=staff)


def token_of(read: Read, centre_id: int, token_id: str, *, staff: bool) -> PublicToken | StaffToken:
    """Return the view of one token, ended or not; raises UnknownToken."""
    return token_view(token_by_id(read, centre_id, token_id), staff=staff)


def snapshot(read: Read, centre: CentreState, *, staff: bool) -> dict[str, Any]:
    """Return `{centre, epoch, seq, frozen, tokens, counters}` of one instant; ended tokens are not in it."""
    tokens = [token_view(t, staff=staff) for t in open_tokens(read, centre.id)]
    return {
        "centre": centre.code,
        "epoch": centre.epoch,
        "seq": centre.event_seq,
        "frozen": centre.frozen,
        "tokens": tokens,
        "counters": [counter_view(facts_of(c)) for c in counters.counters_of(read, centre.id)],
    }


def catch_up(read: Read, centre: CentreState, *, after: int, epoch: str | None, staff: bool) -> CatchUp:
    """Return the events after number `after`; none when the epoch is another, or it is too far away."""
    reachable = 0 <= after <= centre.event_seq <= after + CATCH_UP
    if (epoch is not None and epoch != centre.epoch) or not reachable:
        return CatchUp(centre.epoch, centre.event_seq, None)
    events = events_between(read, centre.id, after, centre.event_seq)
    views = [event_view(e, centre=centre.code, epoch=centre.epoch, staff=staff) for e in events]
    return CatchUp(centre.epoch, centre.event_seq, views)


def token_view(token: Token, *, staff: bool) -> PublicToken | StaffToken:
    """Return what a screen sees of a token."""
    return staff_view(token) if staff else public_view(token)
