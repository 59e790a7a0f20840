"""What a screen starts from, and how it catches up: a snapshot and numbered events."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from server.domain.events import Event, Kind, event_view, token_view
from server.domain.token_records import to_record
from server.services.records import counter_view
from server.storage import counter_rows, models, queries
from server.storage.statements import Statement
from server.storage.transaction import CentreState

CATCH_UP = 500
BLOCK = 500
TABLE = models.Event
EVENTS = Statement(
    select(TABLE.seq, TABLE.at, TABLE.kind, TABLE.actor, TABLE.data, TABLE.hash)
    .where(TABLE.centre_id == bindparam("centre"), TABLE.seq > bindparam("begin"), TABLE.seq <= bindparam("last"))
    .order_by(TABLE.seq)
)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """The events after a number, or None when the screen has to load a new snapshot."""

    epoch: str
    seq: int
    events: list[dict[str, Any]] | None

    def view(self) -> dict[str, Any]:
        """Return what a screen is told."""
        told: dict[str, Any] = {"epoch": self.epoch, "seq": self.seq}
        return told | ({"reload": True} if self.events is None else {"events": self.events})


def snapshot_of(conn: Connection, code: str, *, staff: bool) -> dict[str, Any]:
    """Return the snapshot of a centre; raises UnknownCentre."""
    return snapshot(conn, queries.centre_by_code(conn, code), staff=staff)


def catch_up_of(conn: Connection, code: str, *, after: int, epoch: str | None, staff: bool) -> CatchUp:
    """Return what a screen of a centre has missed; raises UnknownCentre."""
    return catch_up(conn, queries.centre_by_code(conn, code), after=after, epoch=epoch, staff=staff)


def token_of(conn: Connection, centre_id: int, token_id: str, *, staff: bool) -> dict[str, Any]:
    """Return the view of one token, ended or not; raises UnknownToken."""
    return token_view(to_record(queries.token_by_id(conn, centre_id, token_id)), staff=staff)


def snapshot(conn: Connection, centre: CentreState, *, staff: bool) -> dict[str, Any]:
    """Return `{centre, epoch, seq, frozen, tokens, counters}` of one instant; ended tokens are not in it."""
    tokens = [token_view(to_record(t), staff=staff) for t in queries.open_tokens(conn, centre.id)]
    return {
        "centre": centre.code,
        "epoch": centre.epoch,
        "seq": centre.event_seq,
        "frozen": centre.frozen,
        "tokens": tokens,
        "counters": [counter_view(c) for c in counter_rows.counters(conn, centre.id)],
    }


def catch_up(conn: Connection, centre: CentreState, *, after: int, epoch: str | None, staff: bool) -> CatchUp:
    """Return the events after number `after`; none when the epoch is another, or it is too far away."""
    reachable = 0 <= after <= centre.event_seq <= after + CATCH_UP
    if (epoch is not None and epoch != centre.epoch) or not reachable:
        return CatchUp(centre.epoch, centre.event_seq, None)
    events = events_between(conn, centre.id, after, centre.event_seq)
    views = [event_view(e, centre=centre.code, epoch=centre.epoch, staff=staff) for e in events]
    return CatchUp(centre.epoch, centre.event_seq, views)


def events_between(conn: Connection, centre_id: int, after: int, until: int) -> Iterator[Event]:
    """Return the stored events after+1 … until, in order; read in blocks, so that memory does not grow with them."""
    for begin in range(after, until, BLOCK):
        rows = EVENTS.rows(conn, centre=centre_id, begin=begin, last=min(until, begin + BLOCK))
        for seq, at, kind, actor, data, head in rows:
            yield Event(seq, at, Kind(kind), actor, data, head)
