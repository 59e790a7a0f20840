"""Random days on the real services keep every promise, on both databases."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from server.storage import schema
from server.storage.database import Database
from tests.services.machine.round import RoundMachine
from tests.services.machine.rules import FloorMachine

# at a centre of days, and at one that never closes
SHORT = {FloorMachine: {"sqlite": 30, "postgresql": 6}, RoundMachine: {"sqlite": 15, "postgresql": 4}}
LONG = {FloorMachine: 1000, RoundMachine: 500}


@pytest.fixture
def quick_db(database_url: str) -> Iterator[Database]:
    """Return a migrated database that need not survive a power cut."""
    schema.migrate(database_url, synchronous="OFF")
    database = Database(database_url, synchronous="OFF")
    yield database
    database.close()


@pytest.mark.proof
@pytest.mark.parametrize("machine", [FloorMachine, RoundMachine])
def test_whatever_happens_on_a_floor_its_promises_are_kept(
    quick_db: Database, backend: str, machine: type[FloorMachine], long: bool
) -> None:
    class Machine(machine):  # type: ignore[valid-type, misc]
        db = quick_db

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=LONG[machine] if long else SHORT[machine][backend],
            stateful_step_count=50,
            derandomize=not long,
            database=None,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
