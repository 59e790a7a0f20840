"""The counters of one centre: nobody sees or acts at those of another."""

from server.domain.counters import Counter
from server.domain.errors import UnknownCounter
from server.storage.sql import counters
from server.storage.transaction import Read


def counter_of(read: Read, centre_id: int, counter_id: str) -> Counter:
    """Return a counter of a centre; raises UnknownCounter, also for one that belongs to another centre."""
    counter = counters.counter_by_id(read, counter_id)
    if counter.centre_id != centre_id:
        raise UnknownCounter(f"There is no counter “{counter_id}” here.")
    return counter
