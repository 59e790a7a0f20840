"""A party under one number: one slip, one token, several counters, and one may leave."""

from collections.abc import Callable

import pytest

from server.domain.errors import CounterBusy, InvalidInput, QueueEmpty
from server.domain.token.lifecycle import CounterState
from server.domain.token.token import Token
from server.services.setup.presets import load_preset
from server.services.setup.rules import ProfileShape
from server.storage.database import Database
from server.storage.sql import counters
from tests.factories import MORNING, Floor, install_floor, install_shape


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database; the last test runs on both."""
    return sqlite_floor


def called_party(floor: Floor, size: int, *open_counters: str) -> Token:
    """Return a party that was called to the first of the counters."""
    floor.open(*open_counters)
    floor.issue(party=size)
    return floor.call(open_counters[0]).token


def test_a_party_is_called_to_neighbouring_counters(floor: Floor) -> None:
    token = called_party(floor, 3, "G3", "G1", "G2", "G4", "G6")
    assert (token.party, token.step.counter, token.step.beside) == (3, "G3", ("G2", "G4"))
    assert floor.verdict().faults == []


def test_a_party_takes_the_counters_there_are_and_no_busy_ones(floor: Floor) -> None:
    floor.open("G1", "G2", "G3")
    floor.issue()
    floor.call("G2")
    floor.issue(party=5)
    assert floor.call("G1").token.step.beside == ("G3",)
    assert floor.verdict().faults == []


def test_a_counter_that_helps_is_busy_until_it_is_done_and_the_party_stays(floor: Floor) -> None:
    called_party(floor, 2, "G1", "G2")
    floor.issue()
    with pytest.raises(CounterBusy, match="still has N001"):
        floor.call("G2")
    with pytest.raises(CounterBusy):
        floor.set_state("G2", CounterState.CLOSED)
    floor.start("G2")
    left = floor.finish("G2")
    assert (left.state, left.step.counter, left.step.beside) == ("serving", "G1", ())
    assert floor.call("G2").token.label == "N002"
    assert floor.finish("G1").step.stage == "A"
    assert floor.verdict().faults == []


def test_the_counter_that_called_ends_the_service_of_the_whole_party(floor: Floor) -> None:
    called_party(floor, 2, "G1", "G2")
    floor.start("G1")
    after = floor.finish("G1")
    assert (after.step.stage, after.step.beside, after.party) == ("A", (), 2)
    with pytest.raises(QueueEmpty):
        floor.call("G2")
    floor.open("A1", "A2", "A3")
    assert floor.call("A2").token.step.beside == ("A1",)
    assert floor.verdict().faults == []


@pytest.mark.parametrize("leave", ["hold", "lose", "undo", "cancel", "correct", "transfer"])
def test_every_way_to_leave_a_counter_frees_those_beside_it(floor: Floor, leave: str) -> None:
    token = called_party(floor, 3, "G1", "G2", "G3")
    ways: dict[str, Callable[[], Token]] = {
        "hold": lambda: floor.hold("G1"),
        "lose": lambda: floor.lose("G1"),
        "undo": lambda: floor.undo("G1"),
        "cancel": lambda: floor.cancel(token),
        "correct": lambda: floor.correct(token, "ENQUIRY"),
        "transfer": lambda: floor.transfer("G1", "A"),
    }
    ways[leave]()
    states = [floor.set_state(counter, CounterState.CLOSED).state for counter in ("G1", "G2", "G3")]
    assert states == [CounterState.CLOSED] * 3
    assert floor.verdict().faults == []


def test_a_finish_of_a_party_is_undone_only_while_its_counters_are_free(floor: Floor) -> None:
    called_party(floor, 2, "G1", "G2")
    floor.start("G1")
    floor.finish("G1")
    finished = floor.centre.event_seq
    floor.issue()
    floor.call("G2")
    with pytest.raises(CounterBusy, match="Counter G2 has N002"):
        floor.undo("G1", finished)
    floor.undo("G2")
    assert floor.undo("G1", finished).step.beside == ("G2",)
    with pytest.raises(CounterBusy):
        floor.call("G2")
    assert floor.verdict().faults == []


def test_a_counter_that_left_too_soon_takes_its_part_back(floor: Floor) -> None:
    called_party(floor, 3, "G1", "G2", "G3")
    floor.start("G1")
    floor.finish("G3")
    assert floor.undo("G3").step.beside == ("G2", "G3")
    assert floor.verdict().faults == []


def test_a_party_goes_on_at_another_counter_with_new_neighbours(floor: Floor) -> None:
    called_party(floor, 2, "G1", "G2")
    floor.open("G4", "G5")
    taken = floor.take_over("G1", "G5").token
    assert (taken.step.counter, taken.step.beside) == ("G5", ("G4",))
    assert floor.verdict().faults == []


def test_one_may_leave_a_party_and_its_size_is_seen_before_the_next_call(floor: Floor) -> None:
    token = called_party(floor, 3, "G1", "G2", "G3")
    floor.start("G1")
    assert floor.remark(token, party=2).party == 2
    floor.finish("G1")
    floor.open("A1", "A2", "A3")
    assert floor.call("A1").token.step.beside == ("A2",)
    assert floor.verdict().faults == []


@pytest.mark.parametrize("size", [0, -1, 21])
def test_a_party_has_a_size_that_can_be(floor: Floor, size: int) -> None:
    with pytest.raises(InvalidInput):
        floor.issue(party=size)
    with pytest.raises(InvalidInput):
        floor.remark(floor.issue(), party=size)


def test_a_party_is_served_and_undone_alike_on_each_database(db: Database) -> None:
    floor = install_floor(db)
    called_party(floor, 3, "G1", "G2", "G3")
    floor.start("G2")
    floor.finish("G3")
    floor.finish("G1")
    assert floor.undo("G1").step.beside == ("G2",)
    assert floor.finish("G1").step.stage == "A"
    assert floor.verdict().faults == []


def test_a_party_is_gathered_at_counters_that_may_take_it(db: Database) -> None:
    shape = load_preset("M")
    floor = install_shape(db, shape.model_copy(update={"profiles": {"G2": ProfileShape(reserved=["F"])}}), MORNING)
    floor.open("G1", "G2", "G3")
    floor.issue(party=3)
    assert floor.call("G1").token.step.beside == ("G3",)
    assert floor.verdict().faults == []


def test_a_counter_that_was_taken_over_is_paused_and_not_gathered(db: Database) -> None:
    floor = install_shape(db, load_preset("M"), MORNING)
    floor.open("G1")
    floor.issue(party=2)
    floor.call("G1")
    floor.open("G2")
    assert floor.take_over("G1", "G2").token.step.beside == ()
    assert floor.db.read(lambda conn: counters.counter_by_id(conn, floor.centre_id, "G1")).state is CounterState.PAUSED
    assert floor.verdict().faults == []
