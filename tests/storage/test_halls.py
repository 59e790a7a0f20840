"""What calls at a stage is read once, and again when an event has changed it."""

from collections.abc import Callable
from functools import partial

import pytest

from server.domain.actors import By
from server.domain.errors import QueueEmpty
from server.domain.forecast import HallFacts
from server.domain.token.lifecycle import CounterState
from server.services.floor import call, counters
from server.services.floor.issue import Issued, issue
from server.storage.database import Database
from server.storage.sql import line
from server.storage.transaction import Transaction
from tests.factories import MORNING, TEST, Floor, at_time
from tests.storage.test_database import together

NOBODY = HallFacts((), {}, {}, {})
GATE = ("G", False)


def issued(floor: Floor, tx: Transaction) -> Issued:
    return issue(at_time(tx, MORNING), floor.order(), TEST)


def kept(floor: Floor) -> list[str]:
    """Return the counters that call at the gate as the next command would know them without a look."""
    return floor.write(lambda tx: [counter.id for counter in tx.halls.get(GATE, NOBODY).counters])


def test_who_comes_next_is_told_of_the_same_counters_without_another_look(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.open("G1")
    first = floor.write(partial(issued, floor)).forecast
    monkeypatch.delattr(line, "hall")
    second = floor.write(partial(issued, floor)).forecast
    assert (first.ahead, second.ahead) == (0, 1)
    assert kept(floor) == ["G1"]


CHANGES: dict[str, Callable[[Transaction], object]] = {
    "a call": lambda tx: call.call_next(at_time(tx, MORNING), By("test", "G1")),
    "another counter opens": lambda tx: counters.set_state(at_time(tx, MORNING), "G2", CounterState.OPEN, TEST),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_read_anew_after(floor: Floor, change: str) -> None:
    floor.open("G1")
    floor.write(partial(issued, floor))
    floor.write(CHANGES[change])
    assert kept(floor) == []


def test_it_is_read_anew_after_what_another_process_did(floor: Floor) -> None:
    floor.open("G1")
    floor.write(partial(issued, floor))
    other = Database(floor.db.url, clock=floor.db.clock)
    other.write(floor.centre_id, CHANGES["another counter opens"])
    other.close()
    assert kept(floor) == []
    floor.write(partial(issued, floor))
    assert sorted(kept(floor)) == ["G1", "G2"]


def test_what_a_command_saw_that_was_undone_is_forgotten(floor: Floor) -> None:
    """The next event has the number of the one that was undone."""
    floor.open("G1")

    def undone(tx: Transaction) -> None:
        CHANGES["another counter opens"](tx)
        issued(floor, tx)
        raise QueueEmpty("undone")

    with pytest.raises(QueueEmpty):
        floor.write(undone)
    assert kept(floor) == []


def test_what_a_commit_saw_that_failed_is_forgotten(floor: Floor) -> None:
    floor.open("G1")

    def broken(tx: Transaction) -> None:
        issued(floor, tx)
        tx.recorded.append(tx.recorded[0])

    with pytest.raises(Exception, match=r"(?i)unique"):
        floor.write(broken)
    assert kept(floor) == []


def test_what_a_batch_saw_that_is_tried_again_is_forgotten(floor: Floor) -> None:
    """Between the two tries another process may write: its events have the numbers of those that were undone."""
    floor.open("G1")
    seen: list[dict[tuple[str, bool], HallFacts]] = []

    def first(tx: Transaction) -> None:
        seen.append(dict(floor.db._halls[floor.centre_id]._halls))
        issued(floor, tx)

    def refused_behind_a_change(tx: Transaction) -> None:
        issued(floor, tx)
        raise QueueEmpty("undone")

    together(floor, first, refused_behind_a_change)
    assert seen == [{}, {}]
