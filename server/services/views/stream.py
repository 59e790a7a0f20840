"""What goes out to screens: the centres as they stand, and the events between two numbers."""

from collections.abc import Iterator

from server.domain.centre import CentreState
from server.domain.events.event import Event
from server.storage.sql import centres, events
from server.storage.transaction import Read


def centres_now(read: Read) -> list[CentreState]:
    """Return all centres in the order of their ids."""
    return centres.all_centres(read)


def events_between(read: Read, centre_id: int, after: int, until: int) -> Iterator[Event]:
    """Return the committed events after + 1 … until, in order."""
    return events.events_between(read, centre_id, after, until)
