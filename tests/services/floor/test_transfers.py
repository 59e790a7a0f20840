"""Where a token can be sent, and that it can never be sent where nobody calls it."""

from datetime import timedelta

import pytest

from server.domain.actors import By
from server.domain.calling.lane import Lane
from server.domain.errors import (
    CounterBusy,
    CounterNotOpen,
    IllegalTransition,
    NoCurrentToken,
    NotInThisLine,
    QueueEmpty,
    TooDeep,
    TooEarlyToMiss,
    UnknownCounter,
    UnknownReason,
    UnknownStage,
)
from server.domain.permissions import Role
from server.domain.token.lifecycle import CounterState
from server.domain.token.token import Token
from server.domain.token.ways_back import WayBack
from server.services.floor import release, serve, undo
from server.services.floor.at_counter import Seen
from server.services.floor.house import due_centres
from server.services.people import seats, sign_in
from server.services.people.principal import Principal
from server.services.views.projections import Projections
from server.storage.database import Database
from server.storage.sql import counters
from tests.factories import CENTRE, DAY, MORNING, Floor, at_time, install_floor, second_centre


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database; the last test runs on both."""
    return sqlite_floor


def at_counter(floor: Floor, counter: str) -> Token:
    """Return a token of a passport that is served at a counter of A."""
    floor.open("G1", counter)
    floor.issue()
    floor.serve("G1")
    floor.call(counter)
    return floor.start(counter)


def officer(floor: Floor, name: str, counter: str) -> Principal:
    """Return a person who sits at a counter."""
    floor.write(lambda tx: sign_in.add_staff(tx, name, Role.COUNTER, "secret", MORNING))
    id_ = str(floor.write(lambda tx: seats.officer_named(tx, name)))
    who = Principal(id_, Role.COUNTER, floor.centre_id, CENTRE, user=name)
    floor.write(lambda tx: seats.sit(at_time(tx, floor.now()), counter, who, MORNING))
    return who


def test_a_transfer_to_a_stage_keeps_the_age_in_the_centre_and_goes_on_from_there(floor: Floor) -> None:
    served = at_counter(floor, "A1")
    floor.open("C1")
    sent = floor.transfer("A1", "C")
    assert (sent.step.stage, sent.step.only, sent.step.since) == ("C", None, served.issued_at)
    assert floor.serve("C1").step.stage == "X"
    assert floor.verdict().faults == []


def test_a_transferred_token_is_called_before_those_who_came_to_the_stage_earlier_but_to_the_centre_later(
    floor: Floor,
) -> None:
    at_counter(floor, "A1")
    for _ in range(2):
        floor.issue()
        floor.serve("G1")
    floor.open("A2")
    floor.transfer("A1", "A")
    assert floor.call("A2").token.label == "N001"
    assert floor.verdict().faults == []


def test_a_token_sent_to_a_counter_is_called_there_first_and_nowhere_else(floor: Floor) -> None:
    at_counter(floor, "A1")
    floor.open("C1", "C2")
    floor.transfer("A1", "C", "C2")
    with pytest.raises(QueueEmpty):
        floor.call("C1")
    call = floor.call("C2")
    assert (call.token.label, call.reason.rule) == ("N001", "longest_wait")
    assert floor.verdict().faults == []


@pytest.mark.parametrize("outcome", ["granted", None])
def test_a_transfer_with_return_comes_back_to_the_counter_that_sent_it(floor: Floor, outcome: str | None) -> None:
    """An ordinary end of the errand leads back; the token then goes on along its route."""
    at_counter(floor, "A1")
    floor.open("A2", "C1")
    floor.transfer("A1", "C", returns=True)
    back = floor.serve("C1", outcome)
    assert (back.step.stage, back.step.only, back.step.since) == ("A", "A1", MORNING + timedelta(minutes=2))
    with pytest.raises(QueueEmpty):
        floor.call("A2")
    assert floor.serve("A1").step.stage == "B"
    assert floor.verdict().faults == []


def test_an_errand_that_ends_in_a_refusal_does_not_come_back(floor: Floor) -> None:
    at_counter(floor, "A1")
    floor.open("C1")
    floor.transfer("A1", "C", returns=True)
    refused = floor.serve("C1", "refused")
    assert (refused.step.stage, refused.decision, refused.step.only) == ("X", "refused", None)
    assert floor.verdict().faults == []


def test_an_errand_sent_on_still_comes_back_to_where_it_began(floor: Floor) -> None:
    at_counter(floor, "A1")
    floor.open("C1", "C2")
    floor.transfer("A1", "C", returns=True)
    floor.call("C1")
    floor.transfer("C1", "C", "C2")
    assert floor.serve("C2").step.only == "A1"
    assert floor.verdict().faults == []


@pytest.mark.parametrize(("stage", "counter"), [("AX", "AX1"), ("E", "E1")])
def test_a_token_sent_off_its_route_comes_back_to_the_stage_it_was_taken_from(
    floor: Floor, stage: str, counter: str
) -> None:
    """Corrections and enquiries are on no route of a passport: nobody's case may end there by accident."""
    at_counter(floor, "A1")
    floor.open(counter)
    floor.transfer("A1", stage)
    back = floor.serve(counter)
    assert (back.ended, back.step.stage, back.step.only) == (False, "A", None)
    assert floor.verdict().faults == []


def test_an_error_found_at_verification_is_corrected_and_verified_again(floor: Floor) -> None:
    floor.open("G1", "A1", "AX1", "B1", "C1")
    floor.issue()
    floor.serve("G1")
    floor.serve("A1")
    assert floor.serve("B1", "error").step.ways_back == (WayBack("B"),)
    assert floor.serve("AX1").step.stage == "B"
    assert floor.serve("B1").step.stage == "C"
    assert floor.verdict().faults == []


def test_a_token_in_a_loop_that_is_sent_elsewhere_still_finds_back(floor: Floor) -> None:
    floor.open("G1", "A1", "AX1", "AX2", "B1")
    floor.issue()
    floor.serve("G1")
    floor.serve("A1")
    floor.serve("B1", "error")
    floor.call("AX1")
    floor.transfer("AX1", "AX", "AX2")
    assert floor.serve("AX2").step.stage == "B"
    assert floor.verdict().faults == []


@pytest.mark.parametrize(
    ("stage", "only", "refusal"),
    [
        ("Z", None, UnknownStage),
        ("C", "C99", NotInThisLine),
        ("C", "A1", NotInThisLine),
        ("C", "staff:1", NotInThisLine),
        ("C", "C2", CounterNotOpen),
    ],
)
def test_a_token_is_not_sent_where_nobody_could_call_it(
    floor: Floor, stage: str, only: str | None, refusal: type[Exception]
) -> None:
    served = at_counter(floor, "A1")
    with pytest.raises(refusal):
        floor.transfer("A1", stage, only)
    assert floor.token(served) == served


def test_a_token_may_wait_for_a_counter_that_is_at_lunch(floor: Floor) -> None:
    at_counter(floor, "A1")
    floor.open("C2")
    floor.set_state("C2", CounterState.PAUSED)
    floor.transfer("A1", "C", "C2")
    assert floor.keep_house() == 0
    floor.open("C2")
    assert floor.call("C2").token.label == "N001"


def hand_over(floor: Floor, token: Token) -> Token:
    """Let every counter of its stage call a token."""
    now = floor.now()
    return floor.write(lambda tx: release.hand_over(at_time(tx, now), token.id, By("test")))


def test_whose_counter_has_closed_stays_with_it_until_a_person_hands_them_over_with_their_age(floor: Floor) -> None:
    served = at_counter(floor, "A1")
    floor.open("C1", "C2")
    floor.transfer("A1", "C", "C2")
    with pytest.raises(NotInThisLine):
        hand_over(floor, served)
    floor.set_state("C2", CounterState.CLOSED)
    floor.wait(200)
    assert floor.keep_house() == 0
    with pytest.raises(QueueEmpty):
        floor.call("C1")
    released = hand_over(floor, served)
    assert (released.step.only, released.step.since) == (None, served.issued_at)
    with pytest.raises(NotInThisLine):
        hand_over(floor, served)
    assert floor.call("C1").token.label == "N001"
    assert floor.verdict().faults == []


def test_after_the_minutes_of_absence_that_the_plan_names_they_are_handed_over(floor: Floor) -> None:
    floor.set_policy("floor", {**floor.preset.floor.model_dump(mode="json"), "absent_min": 10}, DAY)
    served = at_counter(floor, "A1")
    floor.open("C1", "C2")
    floor.transfer("A1", "C", "C2")
    floor.set_state("C2", CounterState.CLOSED)
    closed = MORNING + timedelta(minutes=next(floor.minutes) - 1)
    before, after = closed + timedelta(minutes=9), closed + timedelta(minutes=10)
    assert floor.db.read(lambda conn: due_centres(conn, lambda _centre: before)) == []
    assert floor.keep_house(before) == 0
    assert floor.db.read(lambda conn: due_centres(conn, lambda _centre: after)) == [floor.centre_id]
    assert floor.keep_house(after) == 1
    assert floor.token(served).step.only is None
    floor.wait(20)
    assert floor.call("C1").token.label == "N001"
    assert floor.verdict().faults == []


def test_an_errand_comes_back_to_the_stage_when_the_counter_has_closed_meanwhile(floor: Floor) -> None:
    at_counter(floor, "A1")
    floor.open("A2", "C1")
    floor.transfer("A1", "C", returns=True)
    floor.set_state("A1", CounterState.CLOSED)
    back = floor.serve("C1").step
    assert (back.stage, back.only, back.since) == ("A", None, MORNING + timedelta(minutes=2))
    assert floor.serve("A2").step.stage == "B"
    assert floor.verdict().faults == []


def test_a_person_sits_down_where_a_device_sat(floor: Floor) -> None:
    tablet = Principal("key:1", Role.COUNTER, floor.centre_id, CENTRE)
    floor.write(lambda tx: seats.sit(at_time(tx, floor.now()), "C1", tablet, MORNING))
    asha = officer(floor, "asha", "C1")
    assert floor.db.read(lambda conn: counters.counter_by_id(conn, floor.centre_id, "C1")).operator == asha.id


def test_a_token_follows_its_officer_from_counter_to_counter(floor: Floor) -> None:
    at_counter(floor, "A1")
    floor.open("C1", "C2")
    asha = officer(floor, "asha", "C1")
    floor.transfer("A1", "C", asha.id)
    floor.write(lambda tx: seats.sit(at_time(tx, floor.now()), "C2", asha, MORNING))
    assert floor.keep_house() == 0
    with pytest.raises(QueueEmpty):
        floor.call("C1")
    assert floor.call("C2").token.label == "N001"
    assert floor.verdict().faults == []


def test_a_token_whose_officer_has_left_is_called_by_the_others(floor: Floor) -> None:
    served = at_counter(floor, "A1")
    floor.open("C1", "C2")
    asha = officer(floor, "asha", "C1")
    floor.transfer("A1", "C", asha.id)
    floor.write(lambda tx: seats.leave(at_time(tx, floor.now()), asha))
    with pytest.raises(QueueEmpty):
        floor.call("C2")
    hand_over(floor, served)
    assert floor.call("C2").token.label == "N001"
    assert floor.verdict().faults == []


def test_a_call_out_of_order_takes_even_a_token_sent_elsewhere_with_a_reason_of_the_list(floor: Floor) -> None:
    sent = at_counter(floor, "A1")
    floor.open("C1", "C2")
    floor.transfer("A1", "C", "C2")
    with pytest.raises(UnknownReason, match="no reason") as refused:
        floor.call_token("C1", sent, "because")
    assert "instruction" in refused.value.details["known"]
    assert floor.call_token("C1", sent, "instruction").reason.rule == "out_of_order"
    verdict = floor.verdict()
    assert verdict.faults == []
    assert verdict.days[0].out_of_order == {"instruction": 1}


def test_only_somebody_who_waits_at_the_stage_is_called_out_of_order(floor: Floor) -> None:
    floor.open("G1", "G2", "A1")
    waiting, gone = floor.issue(), floor.issue()
    floor.cancel(gone)
    with pytest.raises(NotInThisLine):
        floor.call_token("A1", waiting)
    with pytest.raises(NotInThisLine):
        floor.call_token("G1", gone)
    floor.call_token("G1", waiting)
    with pytest.raises(NotInThisLine):
        floor.call_token("G2", waiting)
    with pytest.raises(CounterBusy):
        floor.call_token("G1", floor.issue())


def test_a_token_of_a_dead_counter_goes_on_at_another_and_the_record_knows_both(floor: Floor) -> None:
    served = at_counter(floor, "A1")
    floor.open("A2")
    with pytest.raises(NotInThisLine):
        floor.take_over("A1", "G1")
    with pytest.raises(CounterNotOpen):
        floor.take_over("A1", "A3")
    call = floor.take_over("A1", "A2")
    assert (call.counter, call.reason.rule, call.token.id) == ("A2", "taken_over", served.id)
    with pytest.raises(NoCurrentToken):
        floor.finish("A1")
    floor.start("A2")
    assert floor.finish("A2").step.stage == "B"
    assert floor.verdict().faults == []


def test_a_parked_token_is_served_again_in_any_order_and_the_counter_calls_meanwhile(floor: Floor) -> None:
    floor.open("G1")
    first, second = floor.issue(), floor.issue()
    for token in (first, second):
        assert floor.call("G1").token.id == token.id
        floor.hold("G1")
    assert floor.resume("G1").id == second.id
    with pytest.raises(CounterBusy):
        floor.resume("G1")
    floor.finish("G1")
    now = floor.now()
    assert floor.write(lambda tx: serve.resume(at_time(tx, now), By("test", "G1"), first.id)).id == first.id
    floor.finish("G1")
    with pytest.raises(NoCurrentToken):
        floor.resume("G1")
    assert floor.verdict().faults == []


def test_somebody_parked_who_does_not_return_is_noted_as_absent_by_name(floor: Floor) -> None:
    floor.open("G1")
    parked = floor.issue()
    floor.issue()
    floor.call("G1")
    floor.recall("G1")
    floor.recall("G1")
    floor.hold("G1")
    floor.call("G1")
    floor.wait(5)
    now = floor.now()
    missed = floor.write(lambda tx: serve.miss(at_time(tx, now), By("test", "G1"), Seen(parked.id, "held")))
    assert (missed.id, missed.state) == (parked.id, "missed")
    assert floor.verdict().faults == []


def test_somebody_with_an_access_need_has_longer_to_arrive(floor: Floor) -> None:
    floor.open("G1")
    floor.issue(access=("wheelchair",))
    called = floor.call("G1").token.step.last_called
    assert called is not None
    floor.recall("G1")
    floor.recall("G1")

    def miss(after_min: float) -> str:
        moment = called + timedelta(minutes=after_min)
        return floor.write(lambda tx: serve.miss(at_time(tx, moment), By("test", "G1"))).state

    with pytest.raises(TooEarlyToMiss, match="8 minutes"):
        miss(7)
    assert miss(8) == "missed"


def test_somebody_is_missed_only_after_three_calls_and_five_minutes(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    floor.wait(6)
    with pytest.raises(TooEarlyToMiss) as few:
        floor.miss("G1")
    assert (few.value.details["calls_left"], few.value.details["seconds_left"]) == (2, 0)
    floor.recall("G1")
    floor.recall("G1")
    assert floor.miss("G1").state == "missed"


def test_a_second_call_after_coming_back_has_five_minutes_again(floor: Floor) -> None:
    floor.open("G1")
    token = floor.issue()
    floor.call("G1")
    floor.lose("G1")
    floor.here(token)
    floor.call("G1")
    floor.recall("G1")
    floor.recall("G1")
    with pytest.raises(TooEarlyToMiss) as soon:
        floor.miss("G1")
    assert (soon.value.details["calls_left"], soon.value.details["seconds_left"]) == (0, 120)
    floor.wait(2)
    assert floor.miss("G1").state == "missed"
    assert floor.verdict().faults == []


def test_somebody_who_comes_back_stands_where_their_age_puts_them(floor: Floor) -> None:
    floor.open("G1")
    token = floor.issue()
    floor.call("G1")
    floor.lose("G1")
    floor.issue()
    floor.here(token)
    assert floor.call("G1").token.label == "N001"
    with pytest.raises(IllegalTransition):
        floor.here(token)
    assert floor.verdict().faults == []


def test_nobody_sees_or_acts_at_a_counter_of_another_centre(floor: Floor) -> None:
    """Two centres in one installation: the key of one is of no use at the counters of the other."""
    served = at_counter(floor, "A1")
    stranger = second_centre(floor)
    for act in (
        lambda tx: undo.undo_at(at_time(tx, MORNING), By("test", "A1")),
        lambda tx: serve.resume(at_time(tx, MORNING), By("test", "A1")),
        lambda tx: seats.stage_of(tx, "A1"),
        lambda tx: seats.counter_named(tx, "A1"),
        lambda tx: Projections(lambda: None).of(stranger).line(tx.conn, "A1", MORNING),
    ):
        with pytest.raises(UnknownCounter):
            floor.db.write(stranger, act)
    assert floor.token(served) == served


def test_a_lane_of_a_token_sent_to_a_counter_names_it(floor: Floor) -> None:
    at_counter(floor, "A1")
    floor.open("C2")
    assert floor.transfer("A1", "C", "C2").lane == Lane("N", "NORMAL", "hi", only="C2")


def test_an_errand_and_a_take_over_are_alike_on_each_database(db: Database) -> None:
    floor = install_floor(db)
    served = at_counter(floor, "A1")
    floor.open("A2", "C1", "C2")
    floor.transfer("A1", "C", "C2", returns=True)
    floor.set_state("C2", CounterState.CLOSED)
    hand_over(floor, served)
    assert floor.serve("C1").step.only == "A1"
    floor.call("A1")
    assert floor.take_over("A1", "A2").counter == "A2"
    floor.start("A2")
    assert floor.finish("A2").step.stage == "B"
    assert floor.verdict().faults == []


WAY = ("G1", "A1", "AX1", "AX2", "B1", "C1", "E1", "X1")


def error_at_verification(floor: Floor) -> Token:
    """Serve somebody until an error is found at B; they wait at corrections."""
    floor.open(*WAY)
    floor.issue()
    floor.serve("G1")
    floor.serve("A1")
    return floor.serve("B1", "error")


def test_an_errand_within_a_correction_leads_back_to_it_and_then_to_who_found_the_error(floor: Floor) -> None:
    """Nobody is done who was never verified and granted."""
    error_at_verification(floor)
    floor.call("AX1")
    floor.start("AX1")
    floor.transfer("AX1", "E", returns=True)
    back = floor.serve("E1")
    assert (back.step.stage, back.step.only, back.step.ways_back) == ("AX", "AX1", (WayBack("B"),))
    stages = [floor.serve(counter).step.stage for counter in ("AX1", "B1", "C1")]
    assert stages == ["B", "C", "X"]
    assert floor.serve("X1").state == "done"
    assert floor.verdict().faults == []


def test_an_error_found_twice_and_errands_within_come_back_one_by_one(floor: Floor) -> None:
    error_at_verification(floor)
    for counter, stage in (("AX1", "G"), ("G1", "E"), ("E1", "A"), ("A1", "C")):
        floor.call(counter)
        floor.start(counter)
        floor.transfer(counter, stage, returns=True)
    assert len(floor.token(floor.issue()).step.ways_back) == 0
    came_back = [floor.serve(counter).step.stage for counter in ("C1", "A1", "E1", "G1", "AX1", "B1", "C1")]
    assert came_back == ["A", "E", "G", "AX", "B", "C", "X"]
    assert floor.verdict().faults == []


def test_a_sixth_errand_is_refused_and_changes_nothing(floor: Floor) -> None:
    error_at_verification(floor)
    for counter, stage in (("AX1", "G"), ("G1", "E"), ("E1", "A"), ("A1", "B")):
        floor.call(counter)
        floor.start(counter)
        floor.transfer(counter, stage, returns=True)
    floor.call("B1")
    served = floor.start("B1")
    with pytest.raises(TooDeep):
        floor.transfer("B1", "E", returns=True)
    with pytest.raises(TooDeep):
        floor.finish("B1", "error")
    assert floor.token(served) == served
    assert floor.finish("B1").step.stage == "A"
    assert floor.verdict().faults == []


def test_an_outcome_that_names_a_stage_of_the_route_ends_all_errands(floor: Floor) -> None:
    error_at_verification(floor)
    floor.call("AX1")
    floor.start("AX1")
    floor.transfer("AX1", "C", returns=True)
    refused = floor.serve("C1", "refused")
    assert (refused.step.stage, refused.step.ways_back) == ("X", ())
    assert floor.serve("X1").state == "refused"
    assert floor.verdict().faults == []


def test_a_plain_transfer_leaves_the_ways_back_and_without_any_the_first_stage_not_done_is_next(floor: Floor) -> None:
    error_at_verification(floor)
    floor.call("AX1")
    floor.start("AX1")
    assert floor.transfer("AX1", "E").step.ways_back == (WayBack("B"),)
    assert floor.serve("E1").step.stage == "B"
    floor.call("B1")
    floor.start("B1")
    floor.transfer("B1", "AX")
    back = floor.serve("AX1")
    assert (back.step.stage, back.ended) == ("B", False)
    assert floor.verdict().faults == []


def test_a_stage_that_was_done_and_taken_back_is_not_done(floor: Floor) -> None:
    floor.open(*WAY)
    token = floor.issue()
    floor.serve("G1")
    floor.serve("A1")
    floor.undo("A1")
    floor.transfer("A1", "E")
    assert floor.serve("E1").step.stage == "A"
    assert floor.token(token).step.stage == "A"
    assert floor.verdict().faults == []


def test_a_correction_of_the_service_drops_the_ways_back_that_are_off_its_route(floor: Floor) -> None:
    token = error_at_verification(floor)
    floor.call("AX1")
    floor.start("AX1")
    floor.transfer("AX1", "E", returns=True)
    corrected = floor.correct(token, "TATKAAL")
    assert (corrected.step.stage, corrected.step.ways_back) == ("E", (WayBack("B"),))
    assert floor.serve("E1").step.stage == "B"
    assert floor.verdict().faults == []


def test_an_undo_restores_the_ways_back(floor: Floor) -> None:
    error_at_verification(floor)
    floor.call("AX1")
    floor.start("AX1")
    floor.transfer("AX1", "E", returns=True)
    floor.call("E1")
    before = floor.start("E1")
    floor.finish("E1")
    assert floor.undo("E1") == before
    assert before.step.ways_back == (WayBack("B"), WayBack("AX", "AX1"))
    assert floor.finish("E1").step.only == "AX1"
    assert floor.verdict().faults == []


def test_an_errand_of_an_officer_comes_back_to_them_wherever_they_sit(floor: Floor) -> None:
    at_counter(floor, "A1")
    floor.open("C1", "C2", "AX1")
    asha = officer(floor, "asha", "C1")
    floor.transfer("A1", "C", asha.id)
    floor.call("C1")
    floor.start("C1")
    floor.transfer("C1", "AX", returns=True)
    floor.write(lambda tx: seats.sit(at_time(tx, floor.now()), "C2", asha, MORNING))
    assert floor.serve("AX1").step.only == asha.id
    assert floor.call("C2").token.label == "N001"
    assert floor.verdict().faults == []
