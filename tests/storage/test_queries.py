"""Rows are written as the values of the domain are, and no more of them than differs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.factories import Floor

CALLED = {"state", "counter", "call", "calls", "first_called", "last_called", "called_by"}
CALLED |= {"state_since", "waiting", "waited"}


@contextmanager
def columns_set(floor: Floor) -> Iterator[list[str]]:
    """Give the columns of steps that are set while the block runs."""
    seen: list[str] = []

    def note(statement: str) -> None:
        if found := re.match(r"UPDATE step SET (.*) WHERE", statement, re.DOTALL):
            seen.extend(re.findall(r'"?(\w+)"?=', found[1]))

    with floor.db.writing.transaction() as connection:
        driver: Any = connection.connection.dbapi_connection
    driver.set_trace_callback(note)
    try:
        yield seen
    finally:
        driver.set_trace_callback(None)


def test_of_a_step_only_what_differs_is_written(sqlite_floor: Floor) -> None:
    sqlite_floor.open("G1")
    sqlite_floor.issue()
    with columns_set(sqlite_floor) as called:
        sqlite_floor.call("G1")
    assert set(called) == CALLED
    with columns_set(sqlite_floor) as started:
        sqlite_floor.start("G1")
    assert set(started) == {"state", "started_at", "state_since", "coming"}
