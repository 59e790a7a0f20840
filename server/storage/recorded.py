"""How the events of a commit are written, and the centre moved on."""

from collections.abc import Sequence
from operator import attrgetter

from sqlalchemy import Connection, bindparam, insert, update

from server.domain.centre import CentreState
from server.domain.events.event import Event, StoredEvent
from server.domain.events.kinds import TokenEvent
from server.domain.events.stored import data_of, private_of
from server.domain.frozen import changed
from server.storage.chains import chained
from server.storage.statements import Statement
from server.storage.tables.centre import CentreTable
from server.storage.tables.events import EventTable
from server.storage.transaction import Recorded

COLUMNS = StoredEvent.__slots__
VALUES_OF = attrgetter(*COLUMNS)
INSERT_EVENTS = Statement(insert(EventTable), ["centre_id", "token_id", *COLUMNS])
MOVE_CENTRE = Statement(
    update(CentreTable).where(CentreTable.id == bindparam("centre")), ["event_seq", "head", "last_at"]
)


def write_events(
    connection: Connection, centre: CentreState, recorded: Sequence[Recorded]
) -> tuple[CentreState, Sequence[Event]]:
    """Bind the events that a command recorded to those before them, and write them; the next of the batch may look.

    Returns the centre as it stands behind them, and the events.
    """
    if not recorded:
        return centre, ()
    rows, head = [], centre.head
    for event, answer in recorded:
        row = chained(_stored(event, answer), head)
        head = row.hash
        rows.append(row)
    of_centre = [_columns(centre.id, event, row) for (event, _), row in zip(recorded, rows, strict=True)]
    INSERT_EVENTS.send_many(connection, of_centre)
    events = [changed(event, hash=row.hash) for (event, _), row in zip(recorded, rows, strict=True)]
    return changed(centre, head=head), events


def move_centre(connection: Connection, state: CentreState) -> None:
    """Move a centre on behind the events of a batch."""
    MOVE_CENTRE.send(connection, centre=state.id, event_seq=state.event_seq, head=state.head, last_at=state.last_at)


def _stored(event: Event, answer: str | None) -> StoredEvent:
    """Return the row of an event, which holds the hash of an answer, without the hash of its own."""
    data, private = data_of(event.payload), private_of(event.payload) or None
    if answer is not None:
        data["answer"] = answer
    told = (event.act, event.plan, event.rule, event.v, data, private)
    return StoredEvent(event.seq, event.at, event.kind.value, event.by.actor, event.by.desk, *told, hash="")


def _columns(centre_id: int, event: Event, row: StoredEvent) -> dict[str, object]:
    """Return an event as its table keeps it; the token it is found by stands in a column of its own."""
    token = event.payload.token.id if isinstance(event.payload, TokenEvent) else None
    return {**dict(zip(COLUMNS, VALUES_OF(row), strict=True)), "centre_id": centre_id, "token_id": token}
