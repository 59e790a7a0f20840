"""How the events of a commit are written, and the centre moved on."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, update

from server.domain.centre import CentreState
from server.domain.events.event import StoredEvent
from server.domain.events.kinds import TokenEvent
from server.storage.statements import Statement
from server.storage.tables.centre import CentreTable
from server.storage.tables.events import EventTable
from server.storage.transaction import Recorded

INSERT_EVENTS = Statement(insert(EventTable), ["centre_id", "token_id", *StoredEvent.__slots__])
MOVE_CENTRE = Statement(
    update(CentreTable).where(CentreTable.id == bindparam("centre")), ["event_seq", "head", "last_at"]
)


def write_events(connection: Connection, centre_id: int, recorded: Sequence[Recorded]) -> None:
    """Write the events that a command recorded in a centre: the next one of the batch may look for them."""
    if recorded:
        INSERT_EVENTS.send_many(connection, [_row(centre_id, record) for record in recorded])


def move_centre(connection: Connection, state: CentreState) -> None:
    """Move a centre on behind the events of a batch."""
    MOVE_CENTRE.send(connection, centre=state.id, event_seq=state.event_seq, head=state.head, last_at=state.last_at)


def _row(centre_id: int, recorded: Recorded) -> dict[str, object]:
    """Return an event as a row; the token it is found by stands in a column of its own."""
    payload = recorded.event.payload
    token = payload.token.id if isinstance(payload, TokenEvent) else None
    columns = {name: getattr(recorded.stored, name) for name in StoredEvent.__slots__}
    return {**columns, "centre_id": centre_id, "token_id": token}
