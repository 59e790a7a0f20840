"""Two tokens of one person become one: the older place, the better class, the booking; the other label leads to it."""

from datetime import timedelta
from functools import partial

import pytest

from server.domain.errors import AppointmentUsed, IllegalTransition, InvalidInput
from server.domain.token.token import Token
from server.services.bookings import present
from server.services.figures.explanations import explain
from server.services.floor import citizen
from server.services.views import phone
from server.storage.sql import bookings, tokens
from tests.factories import DAY, MORNING, TEST, Floor, at_time, make_reference

LETTER = "23-1000000001"


def secret(floor: Floor, token: Token) -> str:
    return floor.db.read(lambda conn: tokens.secret_of(conn, floor.centre_id, token.id))


def test_the_one_that_stays_gets_the_older_place_and_the_other_ends_cancelled(floor: Floor) -> None:
    first, other, second = floor.issue(), floor.issue(), floor.issue()
    floor.open("G1")
    stays = floor.merge(first, second)
    assert (stays.label, stays.aged_from, stays.step.since) == ("N003", first.aged_from, first.step.since)
    assert floor.token(first).state == "cancelled"
    assert [floor.call("G1").token.label, other.label] == ["N003", "N002"]
    assert floor.verdict().faults == []


def test_the_better_class_stays_with_its_need(floor: Floor) -> None:
    senior, plain = floor.issue(need="senior"), floor.issue()
    stays = floor.merge(senior, plain)
    assert (stays.label, stays.klass, stays.need) == ("N001", "F", "senior")
    another = floor.issue()
    assert floor.merge(another, stays).klass == "F"
    assert floor.verdict().faults == []


def test_the_one_that_stays_is_for_the_people_of_both(floor: Floor) -> None:
    family = floor.issue(party=3, access=("wheelchair",), then=("PCC", "TATKAAL"))
    pair = floor.issue("TATKAAL", party=2, access=("hearing",), then=("ENQUIRY",))
    stays = floor.merge(family, pair)
    assert (stays.party, stays.access, stays.then) == (3, ("hearing", "wheelchair"), ("ENQUIRY", "PCC"))
    assert stays.step_free
    floor.undo_of(stays)
    again = floor.token(pair)
    assert (again.party, again.access, again.then, again.step_free) == (2, ("hearing",), ("ENQUIRY",), False)
    floor.merge(family, again)
    floor.open("G1", "G2", "G3")
    assert floor.call("G1").token.step.beside == ("G2", "G3")
    assert floor.verdict().faults == []


def test_the_booking_goes_over_with_its_service_and_is_used_by_the_one_that_stays(floor: Floor) -> None:
    floor.expect(LETTER, 10, "TATKAAL")
    walk_in, booked = floor.issue(), floor.issue(None, reference=make_reference(LETTER))
    stays = floor.merge(booked, walk_in)
    assert (stays.label, stays.service, stays.slot) == ("N001", "TATKAAL", MORNING + timedelta(minutes=10))
    [booking] = floor.db.read(lambda c: bookings.bookings_by_hash(c, floor.centre_id, make_reference(LETTER).hash))
    assert booking.token_id == walk_in.id
    assert floor.verdict().faults == []


def test_two_bookings_of_one_person_are_both_used_and_the_one_that_stays_keeps_its_own(floor: Floor) -> None:
    floor.expect(LETTER, 10, "TATKAAL")
    floor.expect("other 4711", 5, "PCC")
    one, other = (floor.issue(None, reference=make_reference(text)) for text in (LETTER, "other 4711"))
    stays = floor.merge(one, other)
    assert (stays.service, stays.slot) == ("PCC", other.slot)
    assert floor.db.read(lambda c: bookings.bookings_of_token(c, floor.centre_id, one.id)) == []
    assert floor.verdict().faults == []


def test_its_label_and_its_slip_lead_to_the_one_that_stays(floor: Floor) -> None:
    first, second = floor.issue(), floor.issue()
    floor.merge(first, second)
    _, status = floor.db.read(lambda read: phone.status_of(read, secret(floor, first), MORNING))
    assert (status.label, status.state) == ("N002", "waiting")
    told = floor.db.read(lambda read: explain(read, floor.centre, "N001", DAY, "en"))
    assert told.label == "N002"
    floor.pause(second)
    slip = secret(floor, first)
    back = floor.write(lambda tx: citizen.return_to_line(at_time(tx, MORNING + timedelta(hours=1)), slip, TEST))
    assert (back.label, back.state) == ("N002", "waiting")
    third = floor.issue()
    floor.merge(second, third)
    _, status = floor.db.read(lambda read: phone.status_of(read, secret(floor, first), MORNING))
    assert status.label == "N003"


def test_the_return_slip_of_the_one_that_stays_is_found_by_either_slip(floor: Floor) -> None:
    first, second = floor.issue(), floor.issue()
    floor.merge(first, second)
    floor.open("G1")
    floor.serve("G1", "refused")
    slip = secret(floor, first)
    assert floor.write(lambda tx: present.require_return(tx, slip, DAY)) == second.id


def test_who_is_served_does_not_end_and_nobody_is_merged_with_themselves_or_with_who_has_ended(floor: Floor) -> None:
    first, second = floor.issue(), floor.issue()
    floor.open("G1")
    floor.call("G1")
    floor.start("G1")
    with pytest.raises(IllegalTransition):
        floor.merge(first, second)
    with pytest.raises(InvalidInput, match="with itself"):
        floor.merge(second, second)
    assert floor.merge(second, first).state == "serving"
    with pytest.raises(IllegalTransition):
        floor.merge(second, first)
    assert floor.verdict().faults == []


def test_undo_takes_back_all_of_a_merge(floor: Floor) -> None:
    floor.expect(LETTER, 10, "TATKAAL", "senior")
    walk_in, booked = floor.issue(), floor.issue(None, reference=make_reference(LETTER))
    floor.merge(booked, walk_in)
    floor.undo_of(walk_in)
    assert (floor.token(walk_in), floor.token(booked)) == (walk_in, booked)
    [booking] = floor.db.read(lambda c: bookings.bookings_by_hash(c, floor.centre_id, make_reference(LETTER).hash))
    assert booking.token_id == booked.id
    _, status = floor.db.read(lambda read: phone.status_of(read, secret(floor, booked), MORNING))
    assert status.label == booked.label
    assert floor.verdict().faults == []


@pytest.mark.parametrize("last", ["booked", "walk-in"])
def test_the_bookings_of_a_chain_of_merges_all_lead_to_the_one_that_stays(floor: Floor, last: str) -> None:
    letters = [f"23-100000000{number}" for number in (1, 2, 3)]
    for hour, letter in enumerate(letters, 10):
        floor.expect(letter, hour, "TATKAAL")
    first, second = (floor.issue(None, reference=make_reference(letter)) for letter in letters[:2])
    third = floor.issue(None, reference=make_reference(letters[2])) if last == "booked" else floor.issue()
    between = floor.merge(first, second)
    stays = floor.merge(between, third)
    assert users(floor, letters) == [stays.id, stays.id, third.id if last == "booked" else None]
    with pytest.raises(AppointmentUsed):
        floor.issue(None, reference=make_reference(letters[1]))
    assert floor.verdict().faults == []
    floor.undo_of(stays)
    assert users(floor, letters)[:2] == [second.id, second.id]
    floor.undo_of(floor.token(second))
    assert users(floor, letters)[:2] == [first.id, second.id]
    assert floor.verdict().faults == []


def users(floor: Floor, letters: list[str]) -> list[str | None]:
    """Return the tokens that bookings have become."""
    of_hash = partial(bookings.bookings_by_hash, centre_id=floor.centre_id)
    found = [floor.db.read(partial(of_hash, reference_hash=make_reference(letter).hash)) for letter in letters]
    return [booking.token_id for [booking] in found]
