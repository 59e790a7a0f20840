"""How an event is bound to the one before it: by the same code for a centre and for the installation."""

from server.domain.events.event import StoredEvent, fingerprint
from server.domain.frozen import changed
from server.storage.json_text import canonical


def chained(row: StoredEvent, head: str) -> StoredEvent:
    """Return a row with its hash, bound to the event before it by the hash of that."""
    return changed(row, hash=fingerprint(row, canonical(row.data), head))
