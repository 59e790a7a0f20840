"""What an issue looks at of a floor is read once, and again when an event has changed it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from server.domain import forecast
from server.domain.actors import By
from server.domain.calling.ahead import LaneCount
from server.domain.calling.lane import Lane
from server.domain.errors import QueueEmpty
from server.domain.forecast import HallFacts, LineFacts
from server.domain.token.lifecycle import CounterState, StepState
from server.domain.token.token import Step
from server.services.floor import call, counters
from server.services.floor.issue import Issued, issue
from server.storage.database import Database
from server.storage.known_floor import KnownLine
from server.storage.sql import line, numbers
from server.storage.statements import settle
from server.storage.transaction import Transaction
from tests.factories import MORNING, TEST, Floor, at_time
from tests.storage.test_database import together

NOBODY = HallFacts((), {}, {}, {})
GATE = ("G", False)


def issued(floor: Floor, tx: Transaction) -> Issued:
    return issue(at_time(tx, MORNING), floor.order(), TEST)


def kept(floor: Floor) -> list[str]:
    """Return the counters that call at the gate as the next command would know them without a look."""
    return floor.write(lambda tx: [counter.id for counter in tx.known.halls.get(GATE, NOBODY).counters])


def test_who_comes_next_is_told_of_the_same_floor_without_another_look(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.open("G1")
    first = floor.write(partial(issued, floor)).forecast
    for module, name in ((line, "hall"), (line, "in_line"), (numbers, "take_number")):
        monkeypatch.delattr(module, name)
    second = floor.write(partial(issued, floor)).forecast
    assert (first.ahead, second.ahead) == (0, 1)
    assert kept(floor) == ["G1"]


def test_a_line_that_is_counted_grows_by_who_joins_it(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.open("G1")
    monkeypatch.setattr(line, "MOST_CALLS", 2)
    monkeypatch.setattr(forecast, "MOST_CALLS", 2)
    for _ in range(3):
        floor.write(partial(issued, floor))
    assert floor.write(partial(issued, floor)).forecast.ahead == 3  # counted, and kept
    monkeypatch.delattr(line, "in_line")
    assert [floor.write(partial(issued, floor)).forecast.ahead for _ in range(2)] == [4, 5]


def test_a_counted_line_tells_nothing_to_who_is_older_than_the_last() -> None:
    counts = [LaneCount(Lane("N", "NORMAL", "en"), 3, 3)]
    known = KnownLine(LineFacts((), counts, {}), (MORNING, 5))
    step = Step(6, "G", StepState.WAITING, MORNING, MORNING, MORNING)
    assert known.tells(step)
    assert not known.tells(replace(step, since=MORNING - timedelta(minutes=1)))


def test_a_number_that_is_not_the_next_one_is_refused(floor: Floor) -> None:
    token = floor.write(partial(issued, floor)).token

    def past_the_next(tx: Transaction) -> None:
        numbers.take_next_number(tx.conn, floor.centre_id, token.day, token.series, token.number + 2)
        settle(tx.conn)

    with pytest.raises(RuntimeError, match="rows were changed"):
        floor.write(past_the_next)


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
        seen.append(dict(floor.db._floors[floor.centre_id]._known.halls))
        issued(floor, tx)

    def refused_behind_a_change(tx: Transaction) -> None:
        issued(floor, tx)
        raise QueueEmpty("undone")

    together(floor, first, refused_behind_a_change)
    assert seen == [{}, {}]
