"""An appointment given to a token at a desk: its number stays, the rest is the booked one's, the age the older."""

from datetime import timedelta

import pytest

from server.domain.errors import (
    AppointmentCancelled,
    AppointmentOtherDay,
    AppointmentUsed,
    IllegalTransition,
    TokenHasAppointment,
    UnknownAppointment,
)
from server.domain.token.token import Token
from server.services.bookings.book import NewBooking
from server.storage.sql import bookings
from tests.factories import MORNING, Floor, make_reference

LETTER = "23-1000000001"


def free(floor: Floor) -> bool:
    """Whether the booking is good."""
    named = make_reference(LETTER).hash
    [booking] = floor.db.read(lambda conn: bookings.bookings_by_hash(conn, floor.centre_id, named))
    return booking.token_id is None


def walk_in(floor: Floor, service: str = "NORMAL") -> Token:
    return floor.issue(service)


def test_label_and_series_stay_and_service_class_need_and_slot_are_the_booked_ones(floor: Floor) -> None:
    floor.expect(LETTER, 15, "TATKAAL", "senior")
    token = walk_in(floor)
    attached = floor.attach(token, "23 1000000001")
    assert (attached.label, attached.series, attached.id) == ("N001", "N", token.id)
    assert (attached.service, attached.klass, attached.need) == ("TATKAAL", "F", "senior")
    assert attached.slot == MORNING + timedelta(minutes=15)
    assert attached.step.seq == token.step.seq
    assert not free(floor)
    assert floor.verdict().faults == []


def test_the_age_is_the_older_of_the_present_one_and_that_of_the_booking(floor: Floor) -> None:
    floor.expect(LETTER, 3)
    floor.wait(8)
    late = walk_in(floor)  # at 09:39, 6 minutes after the slot
    assert floor.attach(late, LETTER).aged_from == MORNING + timedelta(minutes=3)
    assert floor.token(late).step.since == MORNING + timedelta(minutes=3)
    floor.expect("other 4711", 30)
    early = walk_in(floor)
    assert floor.attach(early, "other 4711").aged_from == early.aged_from
    assert floor.verdict().faults == []


def test_an_attached_appointment_is_called_by_its_age_and_class(floor: Floor) -> None:
    floor.expect(LETTER, 0, need="senior")
    walk_in(floor)
    token = walk_in(floor)
    floor.open("G1")
    floor.attach(token, LETTER)
    assert floor.call("G1").token.label == token.label
    assert floor.verdict().faults == []


def test_who_stands_off_the_booked_route_waits_at_its_beginning(floor: Floor) -> None:
    floor.expect(LETTER, 0)
    token = walk_in(floor, "ENQUIRY")
    attached = floor.attach(token, LETTER)
    assert (attached.step.stage, attached.step.state, attached.route) == ("G", "waiting", "default")
    assert attached.step.seq != token.step.seq
    assert floor.verdict().faults == []


def test_who_is_served_on_the_booked_route_stays_there(floor: Floor) -> None:
    floor.expect(LETTER, 0, "TATKAAL")
    token = walk_in(floor)
    floor.open("G1")
    floor.call("G1")
    floor.start("G1")
    attached = floor.attach(token, LETTER)
    assert (attached.step.state, attached.step.counter, attached.service) == ("serving", "G1", "TATKAAL")
    assert floor.finish("G1").step.stage == "A"
    assert floor.verdict().faults == []


def test_a_booking_that_brings_no_token_is_not_attached_either(floor: Floor) -> None:
    floor.expect(LETTER)
    floor.issue(None, reference=make_reference(LETTER))
    token = walk_in(floor)
    with pytest.raises(AppointmentUsed, match="N001"):
        floor.attach(token, LETTER)
    with pytest.raises(UnknownAppointment):
        floor.attach(token, "23-1000000002")
    floor.expect("tomorrow 1", 24 * 60)
    with pytest.raises(AppointmentOtherDay):
        floor.attach(token, "tomorrow 1")
    floor.book(NewBooking(make_reference("gone 4711"), MORNING, "NORMAL", cancelled=True))
    with pytest.raises(AppointmentCancelled):
        floor.attach(token, "gone 4711")


def test_a_token_has_one_appointment_and_one_that_ended_gets_none(floor: Floor) -> None:
    floor.expect(LETTER)
    floor.expect("other 4711")
    token = walk_in(floor)
    floor.attach(token, LETTER)
    with pytest.raises(TokenHasAppointment):
        floor.attach(token, "other 4711")
    gone = floor.cancel(walk_in(floor))
    with pytest.raises(IllegalTransition):
        floor.attach(gone, "other 4711")


def test_undo_frees_the_booking_and_gives_back_the_record_of_before(floor: Floor) -> None:
    floor.expect(LETTER, 0, "TATKAAL", "senior")
    token = walk_in(floor, "ENQUIRY")
    floor.attach(token, LETTER)
    floor.undo_of(token)
    assert floor.token(token) == token
    assert free(floor)
    assert floor.attach(token, LETTER).service == "TATKAAL"
    assert floor.verdict().faults == []


def test_a_need_that_was_dropped_since_stays_good_for_whom_it_is_attached_to(floor: Floor) -> None:
    floor.expect(LETTER, 24 * 60, need="senior")
    floor.set_policy("needs", {k: v.model_dump() for k, v in floor.preset.needs.items() if k != "senior"})
    floor.begin = MORNING + timedelta(days=1)
    assert floor.attach(walk_in(floor), LETTER).klass == "F"
    assert floor.verdict().faults == []


def test_a_cancel_is_not_undone_when_the_booking_has_brought_another_token_since(floor: Floor) -> None:
    floor.expect(LETTER, 5)
    token = walk_in(floor)
    floor.attach(token, LETTER)
    floor.cancel(token)
    floor.issue(None, reference=make_reference(LETTER))
    with pytest.raises(AppointmentUsed, match="N002"):
        floor.undo_of(token)


def test_an_undone_cancel_leaves_a_booking_alone_that_was_moved_to_another_time_since(floor: Floor) -> None:
    floor.expect(LETTER, 5)
    token = walk_in(floor)
    floor.attach(token, LETTER)
    floor.expect(LETTER, 24 * 60)
    assert free(floor)
    floor.cancel(token)
    floor.undo_of(token)
    assert (floor.token(token).state, free(floor)) == ("waiting", True)
    assert floor.verdict().faults == []
