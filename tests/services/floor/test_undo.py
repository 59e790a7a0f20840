"""Undo: a clerk's action is taken back while nothing came of it, and the record keeps both."""

from collections.abc import Callable

import pytest

from server.domain.actors import By
from server.domain.day import Then
from server.domain.errors import CounterBusy, CounterNotOpen, LaterAct, NothingToUndo
from server.domain.token.lifecycle import CounterState
from server.domain.token.record import to_record
from server.domain.token.token import Token
from server.services.floor import acts, serve, undo
from server.storage.database import Database
from server.storage.sql import centres
from tests.factories import Floor, at_time, install_floor

Act = Callable[[Floor, Token], object]

# Each action of a counter: what leads to it, and the action itself.
ACTIONS: dict[str, tuple[list[Act], Act]] = {
    "call": ([], lambda f, t: f.call("G1")),
    "recall": ([lambda f, t: f.call("G1")], lambda f, t: f.recall("G1")),
    "start": ([lambda f, t: f.call("G1")], lambda f, t: f.start("G1")),
    "hold": ([lambda f, t: f.call("G1")], lambda f, t: f.hold("G1")),
    "resume": ([lambda f, t: f.call("G1"), lambda f, t: f.hold("G1")], lambda f, t: f.resume("G1")),
    "miss": ([lambda f, t: f.call("G1"), lambda f, t: repeat(f)], lambda f, t: f.miss("G1")),
    "finish": ([lambda f, t: f.call("G1"), lambda f, t: f.start("G1")], lambda f, t: f.finish("G1")),
    "refuse": ([lambda f, t: f.call("G1"), lambda f, t: f.start("G1")], lambda f, t: f.finish("G1", "refused")),
    "transfer": ([lambda f, t: f.call("G1")], lambda f, t: f.transfer("G1", "A", returns=True)),
}
# Actions on a token that is at no counter; a manager takes them back.
ON_TOKEN: dict[str, tuple[list[Act], Act]] = {
    "pause": ([], lambda f, t: f.pause(t)),
    "here": ([lambda f, t: f.pause(t)], lambda f, t: f.here(t)),
    "cancel": ([], lambda f, t: f.cancel(t)),
    "correct": ([], lambda f, t: f.correct(t, "TATKAAL")),
    "correct to another route": ([], lambda f, t: f.correct(t, "ENQUIRY")),
    "remark": ([], lambda f, t: f.remark(t, party=3, access=("wheelchair",), need="senior", emergency=True)),
}


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database; the last test runs on both."""
    return sqlite_floor


def repeat(floor: Floor) -> None:
    """Call often and long enough for somebody to be missed."""
    floor.recall("G1")
    floor.recall("G1")
    floor.wait(4)


def ready(floor: Floor) -> Token:
    floor.open("G1", "A1")
    return floor.issue()


@pytest.mark.parametrize("name", ACTIONS)
def test_each_action_of_a_counter_can_be_taken_back_to_the_letter(floor: Floor, name: str) -> None:
    token = ready(floor)
    led_to_it, act = ACTIONS[name]
    for step in led_to_it:
        step(floor, token)
    before = floor.token(token)
    act(floor, token)
    assert to_record(floor.token(token)) != to_record(before)
    assert floor.undo("G1") == before == floor.token(token)
    assert floor.verdict().faults == []


@pytest.mark.parametrize("name", ON_TOKEN)
def test_each_action_on_a_token_can_be_taken_back_to_the_letter(floor: Floor, name: str) -> None:
    token = ready(floor)
    led_to_it, act = ON_TOKEN[name]
    for step in led_to_it:
        step(floor, token)
    before = floor.token(token)
    act(floor, token)
    assert to_record(floor.token(token)) != to_record(before)
    assert floor.undo_of(token) == before == floor.token(token)
    assert floor.verdict().faults == []


def test_what_was_taken_back_can_be_done_again(floor: Floor) -> None:
    token = ready(floor)
    floor.call("G1")
    floor.start("G1")
    floor.finish("G1")
    floor.undo("G1")
    floor.undo("G1")
    floor.undo("G1")
    assert floor.token(token).state == "waiting"
    with pytest.raises(NothingToUndo):
        floor.undo("G1")
    assert floor.serve("G1").step.stage == "A"
    assert floor.verdict().faults == []


def test_a_finish_is_not_taken_back_once_the_next_stage_has_called(floor: Floor) -> None:
    token = ready(floor)
    floor.serve("G1")
    floor.call("A1")
    with pytest.raises(LaterAct, match=r"N001 since, by counter A1: it is called now\. Undo that first") as refused:
        floor.undo("G1")
    told = refused.value.details
    assert (told["label"], told["kind"], told["counter"]) == ("N001", "token.called", "A1")
    assert told["act"] == floor.centre.event_seq
    floor.undo("A1")
    assert floor.undo("G1").state == "serving"
    assert floor.token(token).step.counter == "G1"
    assert floor.verdict().faults == []


def test_a_finish_is_not_taken_back_while_the_next_citizen_is_at_the_counter(floor: Floor) -> None:
    ready(floor)
    floor.issue()
    floor.serve("G1")
    finished = floor.centre.event_seq
    floor.call("G1")
    with pytest.raises(CounterBusy, match="has N002 now"):
        floor.undo("G1", finished)
    floor.undo("G1")
    assert floor.undo("G1", finished).label == "N001"
    assert floor.verdict().faults == []


def test_nobody_comes_back_to_a_counter_that_has_closed_since(floor: Floor) -> None:
    token = ready(floor)
    floor.serve("G1")
    finished = floor.centre.event_seq
    floor.set_state("G1", CounterState.CLOSED)
    with pytest.raises(CounterNotOpen, match="Open G1 first") as refused:
        floor.undo("G1", finished)
    assert refused.value.details == {"counter": "G1", "state": "closed"}
    assert floor.token(token).step.stage == "A"
    floor.open("G1")
    assert floor.undo("G1", finished).step.state == "serving"
    assert floor.verdict().faults == []


def test_somebody_comes_back_to_a_counter_that_only_pauses(floor: Floor) -> None:
    token = ready(floor)
    floor.serve("G1")
    floor.set_state("G1", CounterState.PAUSED)
    assert floor.undo_of(token).step.state == "serving"


@pytest.mark.parametrize("then", [Then.END, Then.CARRY_OVER])
def test_nobody_comes_back_to_a_counter_that_the_end_of_the_day_has_closed(floor: Floor, then: Then) -> None:
    ready(floor)
    floor.call("G1")
    floor.hold("G1")
    held = floor.centre.event_seq
    floor.close_day(then)
    floor.reopen_day()
    with pytest.raises(CounterNotOpen, match="Open G1 first"):
        floor.undo("G1", held)
    floor.open("G1")
    assert floor.undo("G1", held).step.state == "called"
    assert floor.verdict().faults == []


def test_the_last_finish_of_a_token_is_taken_back_and_the_citizen_is_there_again(floor: Floor) -> None:
    floor.open("E1")
    token = floor.issue("ENQUIRY")
    assert floor.serve("E1").ended
    assert floor.undo("E1").state == "serving"
    assert floor.finish("E1").state == "done"
    assert floor.token(token).ended
    assert floor.verdict().faults == []


def test_an_action_can_be_taken_back_for_five_minutes(floor: Floor) -> None:
    ready(floor)
    floor.call("G1")
    floor.wait(4)
    floor.undo("G1")
    floor.call("G1")
    floor.wait(5)
    with pytest.raises(NothingToUndo, match="for 5 minutes"):
        floor.undo("G1")


def test_frozen_time_does_not_run_against_the_time_to_undo(floor: Floor) -> None:
    """After two hours of evacuation the last action can still be taken back, even that of a token that has ended."""
    floor.open("E1")
    token = floor.issue("ENQUIRY")
    floor.serve("E1")
    floor.freeze()
    floor.wait(120)
    floor.unfreeze()
    floor.issue()
    assert floor.undo_of(token).state == "serving"
    assert floor.verdict().faults == []


def test_a_counter_takes_back_its_own_actions_only(floor: Floor) -> None:
    ready(floor)
    floor.open("G2")
    floor.issue()
    floor.call("G1")
    floor.call("G2")
    with pytest.raises(NothingToUndo):
        floor.undo("A1")
    assert floor.undo("G1").label == "N001"
    assert floor.undo("G2").label == "N002"


def test_what_a_kiosk_gave_is_cancelled_and_not_undone(floor: Floor) -> None:
    token = ready(floor)
    with pytest.raises(NothingToUndo):
        floor.undo_of(token)


def test_a_missed_citizen_who_has_come_back_is_not_at_the_counter_again(floor: Floor) -> None:
    token = ready(floor)
    floor.call("G1")
    floor.lose("G1")
    floor.here(token)
    with pytest.raises(LaterAct):
        floor.undo("G1")
    assert floor.undo_of(token).state == "missed"
    assert floor.undo("G1").state == "called"
    assert floor.verdict().faults == []


def test_an_undone_call_gives_the_longest_wait_its_turn_back(floor: Floor) -> None:
    """F, F, then the longest wait is due; a call that is undone and made again does not cost it its turn."""
    floor.open("G1")
    floor.issue()
    for _ in range(4):
        floor.issue(need="senior")
    called = []
    for _ in range(3):
        called.append(floor.call("G1").token.label)
        floor.undo("G1")
        assert floor.call("G1").token.label == called[-1]
        floor.start("G1")
        floor.finish("G1")
    assert "N001" in called
    assert floor.verdict().faults == []


def test_a_whole_chain_of_recalls_can_be_taken_back_one_by_one(floor: Floor) -> None:
    """Eighteen recalls and as many undos in one minute; the replay remembers them all."""
    token = ready(floor)
    floor.call("G1")
    now = floor.now()
    for _ in range(18):
        floor.write(lambda tx: serve.recall(at_time(tx, now), By("test", "G1")))
    for left in range(18, 0, -1):
        floor.write(lambda tx: undo.undo_at(at_time(tx, now), By("test", "G1")))
        assert floor.token(token).step.calls == left
    assert floor.verdict().faults == []


def test_the_acts_of_a_counter_are_told_newest_first_without_those_taken_back(floor: Floor) -> None:
    ready(floor)
    floor.call("G1")
    floor.start("G1")
    floor.finish("G1")
    floor.undo("G1")
    told = floor.db.read(lambda conn: acts.acts_at(conn, centres.centre_by_id(conn, floor.centre_id), "G1"))
    assert [(one.kind, one.label) for one in told] == [("token.started", "N001"), ("token.called", "N001")]


def test_all_that_a_counter_did_is_taken_back_alike_on_each_database(db: Database) -> None:
    floor = install_floor(db)
    token = ready(floor)
    before = floor.token(token)
    floor.call("G1")
    floor.start("G1")
    floor.transfer("G1", "A", returns=True)
    for _ in range(3):
        floor.undo("G1")
    assert floor.token(token) == before
    assert floor.verdict().faults == []
