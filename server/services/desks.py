"""The counters of one centre: nobody sees or acts at those of another."""

from sqlalchemy import Connection

from server.domain.errors import UnknownCounter
from server.storage import counter_rows
from server.storage.counter_rows import CounterRow


def counter_of(conn: Connection, centre_id: int, counter_id: str) -> CounterRow:
    """Return a counter of a centre; raises UnknownCounter, also for one that belongs to another centre."""
    counter = counter_rows.counter_by_id(conn, counter_id)
    if counter.centre_id != centre_id:
        raise UnknownCounter(f"There is no counter “{counter_id}” here.")
    return counter
