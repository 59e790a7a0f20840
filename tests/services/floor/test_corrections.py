"""What was wrong or unknown when a token was taken: its service, its needs, an emergency; and several services."""

import pytest

from server.domain.errors import (
    EmergencyLimit,
    IllegalTransition,
    InvalidInput,
    QueueEmpty,
    UnknownLanguage,
    UnknownNeed,
    UnknownService,
)
from server.storage.database import Database
from tests.factories import DAY, Floor, install_floor


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database; the last test runs on both."""
    return sqlite_floor


# --- wrong service


def test_a_wrong_service_is_put_right_under_the_same_number_and_with_the_same_age(floor: Floor) -> None:
    floor.open("G1")
    token = floor.issue("TATKAAL")
    floor.issue()
    right = floor.correct(token, "NORMAL")
    assert (right.label, right.klass, right.service, right.step) == ("T001", "N", "NORMAL", token.step)
    assert floor.call("G1").token.label == "T001"
    assert floor.verdict().faults == []


def test_a_service_on_another_way_begins_at_its_first_stage_with_the_age_in_the_centre(floor: Floor) -> None:
    floor.open("G1", "A1", "E1")
    token = floor.issue()
    floor.serve("G1")
    floor.call("A1")
    floor.start("A1")
    moved = floor.correct(token, "ENQUIRY")
    assert (moved.step.stage, moved.state, moved.step.since) == ("E", "waiting", token.issued_at)
    with pytest.raises(QueueEmpty):
        floor.call("A1")
    assert floor.serve("E1").state == "done"
    assert floor.verdict().faults == []


def test_a_service_is_put_right_while_it_is_served_without_leaving_the_counter(floor: Floor) -> None:
    floor.open("G1")
    token = floor.issue()
    floor.call("G1")
    floor.start("G1")
    assert floor.correct(token, "PCC").state == "serving"
    assert floor.finish("G1").step.stage == "A"
    assert floor.verdict().faults == []


def test_a_need_keeps_its_priority_when_the_service_is_put_right(floor: Floor) -> None:
    token = floor.issue(need="senior")
    assert floor.correct(token, "PCC").klass == "F"


def test_somebody_missed_or_away_can_be_put_right_too_and_somebody_gone_cannot(floor: Floor) -> None:
    away, gone = floor.issue(), floor.issue()
    floor.pause(away)
    assert floor.correct(away, "PCC").state == "paused"
    floor.cancel(gone)
    with pytest.raises(IllegalTransition):
        floor.correct(gone, "PCC")
    with pytest.raises(UnknownService):
        floor.correct(away, "NOPE")
    assert floor.verdict().faults == []


def test_somebody_missed_whose_new_service_is_elsewhere_waits_there(floor: Floor) -> None:
    floor.open("G1", "E1")
    token = floor.issue()
    floor.call("G1")
    floor.lose("G1")
    floor.correct(token, "ENQUIRY")
    assert floor.call("E1").token.label == "N001"
    assert floor.verdict().faults == []


# --- several services on one token


def test_two_services_of_one_way_are_served_in_one_pass(floor: Floor) -> None:
    counters = ("G1", "A1", "B1", "C1", "X1")
    floor.open(*counters)
    token = floor.issue(then=("PCC",))
    assert token.then == ("PCC",)
    ended = [floor.serve(counter) for counter in counters][-1]
    assert (ended.state, ended.decision) == ("done", "granted")
    assert floor.verdict().faults == []


def test_a_service_on_another_way_follows_under_the_same_number(floor: Floor) -> None:
    floor.open("G1", "A1", "B1", "C1", "X1", "E1")
    floor.issue("ENQUIRY", then=("NORMAL", "PCC", "ENQUIRY"))
    after = floor.serve("E1")
    assert (after.label, after.service, after.klass, after.step.stage) == ("E001", "NORMAL", "N", "G")
    assert after.then == ("PCC",)
    ended = [floor.serve(counter) for counter in ("G1", "A1", "B1", "C1", "X1")][-1]
    assert ended.state == "done"
    assert floor.verdict().faults == []


def test_a_refusal_ends_all_services_of_a_token(floor: Floor) -> None:
    floor.open("G1")
    floor.issue(then=("ENQUIRY",))
    assert floor.serve("G1", "refused").state == "refused"
    assert floor.verdict().faults == []


def test_a_next_service_that_is_unknown_is_refused_at_once(floor: Floor) -> None:
    with pytest.raises(UnknownService):
        floor.issue(then=("NOPE",))


# --- remarks


def test_a_need_that_was_claimed_wrongly_is_taken_away_again(floor: Floor) -> None:
    token = floor.issue(need="senior")
    plain = floor.remark(token, need="")
    assert (plain.need, plain.klass, plain.label) == (None, "N", token.label)
    assert floor.verdict().faults == []


def test_a_need_that_is_seen_later_moves_the_token_forward_with_its_age(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    token = floor.issue()
    marked = floor.remark(token, need="infant", language="mr", access=("escort", "hearing"))
    assert (marked.klass, marked.language, marked.access) == ("F", "mr", ("hearing", "escort"))
    assert marked.step.since == token.step.since
    assert floor.call("G1").token.label == "N002"
    assert floor.verdict().faults == []


def test_a_wheelchair_that_is_seen_later_leads_to_a_step_free_counter(floor: Floor) -> None:
    floor.set_policy("profiles", {"G1": {"step_free": False}}, DAY)
    floor.open("G1", "G2")
    floor.remark(floor.issue(), access=("wheelchair",))
    with pytest.raises(QueueEmpty):
        floor.call("G1")
    assert floor.call("G2").token.label == "N001"
    assert floor.verdict().faults == []


def test_a_remark_that_cannot_be_is_refused(floor: Floor) -> None:
    token = floor.issue()
    for told, refusal in (
        ({"access": ("wings",)}, InvalidInput),
        ({"language": "ta"}, UnknownLanguage),
        ({"need": "haste"}, UnknownNeed),
    ):
        with pytest.raises(refusal):
            floor.remark(token, **told)
    assert floor.token(token) == token


# --- emergencies


def test_an_emergency_is_called_before_everybody_and_says_so(floor: Floor) -> None:
    floor.open("G1")
    floor.issue(need="senior")
    ill = floor.issue()
    floor.remark(ill, emergency=True)
    call = floor.call("G1")
    assert (call.token.label, call.reason.rule) == ("N001", "emergency")
    assert floor.verdict().days[0].rules == {"emergency": 1}
    assert floor.verdict().faults == []


def test_four_emergencies_an_hour_and_no_more(floor: Floor) -> None:
    issued = [floor.issue() for _ in range(6)]
    for token in issued[:4]:
        floor.remark(token, emergency=True)
    floor.remark(issued[0], emergency=True)
    with pytest.raises(EmergencyLimit) as limit:
        floor.remark(issued[4], emergency=True)
    assert limit.value.details["limit"] == 4
    floor.wait(60)
    assert floor.remark(issued[4], emergency=True).emergency_at is not None
    assert floor.verdict().faults == []


def test_an_emergency_that_was_none_is_taken_back(floor: Floor) -> None:
    floor.open("G1")
    floor.issue(need="senior")
    token = floor.issue()
    floor.remark(token, emergency=True)
    floor.remark(token, emergency=False)
    assert floor.call("G1").token.label == "F001"
    assert floor.verdict().faults == []


def test_corrections_and_remarks_are_alike_on_each_database(db: Database) -> None:
    floor = install_floor(db)
    floor.open("G1", "E1")
    token = floor.issue(then=("PCC",))
    floor.call("G1")
    floor.start("G1")
    floor.correct(token, "ENQUIRY")
    floor.remark(token, party=2, access=("wheelchair",), emergency=True)
    call = floor.call("E1")
    assert (call.reason.rule, call.token.access, call.token.party) == ("emergency", ("wheelchair",), 2)
    floor.start("E1")
    assert floor.finish("E1").service == "PCC"
    assert floor.verdict().faults == []
