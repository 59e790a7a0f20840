"""Bookings and return slips: taken over, found, checked in once, and refused in words."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from server.domain.actors import By
from server.domain.errors import (
    AppointmentCancelled,
    AppointmentEarly,
    AppointmentOtherCentre,
    AppointmentOtherDay,
    AppointmentUsed,
    InvalidInput,
    NotOpenNow,
    ReturnSlipExpired,
    ReturnSlipUsed,
    UnknownAppointment,
    UnknownNeed,
    UnknownToken,
)
from server.domain.events.kinds import Kind
from server.domain.events.payloads import BookingsTaken
from server.domain.token.token import Token
from server.services.bookings import book, gate, search
from server.services.bookings.book import NewBooking
from server.services.floor import away, citizen, issue
from server.services.setup.presets import load_preset
from server.storage.database import Database
from server.storage.sql import events, tokens
from tests.factories import CENTRE, DAY, MORNING, Floor, at_time, install_floor, make_reference, second_centre


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database; the last test runs on both."""
    return sqlite_floor


EVENING = MORNING + timedelta(hours=8)


def booking(tail: str = "4711", minutes: float = 0, **changes: object) -> NewBooking:
    """Return a booking of a passport, some minutes after the centre opens."""
    slot = MORNING + timedelta(minutes=minutes)
    return NewBooking(make_reference(f"26-{tail}"), slot, **({"service": "NORMAL"} | changes))  # type: ignore[arg-type]


def come(floor: Floor, tail: str, at: datetime) -> Token:
    """Let somebody with a booking take a token at an instant."""
    order = floor.order(None, reference=make_reference(f"26-{tail}"))
    return floor.write(lambda tx: issue.issue(at_time(tx, at), order, By("test"))).token


def found(floor: Floor, tail: str, slot: datetime | None = None) -> list[tuple[str | None, bool]]:
    told = floor.db.read(lambda conn: search.find_at(conn, CENTRE, tail, slot, MORNING))
    return [(one.slot, one.checked_in) for one in told]


def test_bookings_are_new_once_and_move_when_they_are_told_again(floor: Floor) -> None:
    assert floor.book(booking("4711", 15), booking("4712", 15)) == 2
    assert floor.book(booking("4711", 30), booking("4713", 15)) == 1
    assert floor.book(booking("4714", 45)) == 1
    assert [found(floor, tail) for tail in ("4711", "4714")] == [
        [("2026-11-24T04:30:00.000Z", False)],
        [("2026-11-24T04:45:00.000Z", False)],
    ]


def rows(floor: Floor, *bookings: NewBooking) -> list[tuple[int, str, str | None]]:
    told = floor.write(lambda tx: book.book(at_time(tx, MORNING), bookings, By("test")))
    return [(row.n, row.result.value, row.code) for row in told]


def test_each_row_of_an_import_is_answered_by_itself(floor: Floor) -> None:
    floor.book(booking("0001", 15), booking("0002", 15))
    told = rows(
        floor,
        booking("0001", 15),
        booking("0002", 30),
        booking("0003", 30),
        replace(booking("0004"), reference=None),
        replace(booking("0005"), slot=None),
        booking("0006", service="NOPE"),
        booking("0007", need="x"),
        replace(booking("0003", 45), reference=make_reference("26 / 0003")),
    )
    assert told == [
        (1, "unchanged", None),
        (2, "changed", None),
        (3, "created", None),
        (4, "refused", "invalid_reference"),
        (5, "refused", "invalid_slot"),
        (6, "refused", "unknown_service"),
        (7, "refused", "unknown_need"),
        (8, "refused", "same_reference"),
    ]
    assert found(floor, "0003") == [("2026-11-24T04:30:00.000Z", False)]
    assert [found(floor, tail) for tail in ("0004", "0005", "0006", "0007")] == [[], [], [], []]


def test_an_import_stands_in_the_log_with_its_counts_unless_it_changes_nothing(floor: Floor) -> None:
    rows(floor, booking("0001"), booking("0002", service="NOPE"))
    rows(floor, booking("0001"))
    kinds = (Kind.BOOKINGS_TAKEN,)
    taken = floor.db.read(lambda conn: list(events.events_of_kinds(conn, floor.centre_id, kinds, 0, 99)))
    assert [event.payload for event in taken] == [BookingsTaken(created=1, changed=0, unchanged=0, refused=1)]
    assert floor.verdict().faults == []


def test_more_bookings_than_a_slot_has_places_are_taken_and_said(floor: Floor) -> None:
    full = floor.preset.slots.capacity
    told = rows(floor, *(booking(f"{n:04}", 15) for n in range(full + 2)))
    assert [code for _, _, code in told] == [None] * full + ["over_capacity"] * 2
    assert rows(floor, booking("0000", 15), booking("0000x", 15)) == [
        (1, "unchanged", None),
        (2, "created", "over_capacity"),
    ]


def test_a_booking_that_has_its_token_is_not_moved_on_the_same_day(floor: Floor) -> None:
    floor.book(booking("4711"))
    token = come(floor, "4711", MORNING)
    assert rows(floor, booking("4711"), booking("4711", 60)) == [
        (1, "unchanged", None),
        (2, "refused", "same_reference"),
    ]
    assert rows(floor, booking("4711", 60)) == [(1, "refused", "appointment_used")]
    floor.cancel(token)
    assert rows(floor, booking("4711", 60)) == [(1, "changed", None)]


def test_a_booking_that_the_portal_cancelled_says_so(floor: Floor) -> None:
    floor.book(booking("4711"))
    assert rows(floor, booking("4711", cancelled=True)) == [(1, "changed", None)]
    with pytest.raises(AppointmentCancelled):
        come(floor, "4711", MORNING)
    assert rows(floor, booking("4711")) == [(1, "changed", None)]
    assert come(floor, "4711", MORNING).label == "N001"


def test_a_booking_ages_from_its_slot_so_that_early_gains_nothing_and_a_little_late_costs_nothing(
    floor: Floor,
) -> None:
    floor.book(booking("0001", 15), booking("0002", 0))
    early = come(floor, "0001", MORNING + timedelta(minutes=5))
    order = floor.order()
    walk_in = floor.write(lambda tx: issue.issue(at_time(tx, MORNING + timedelta(minutes=10)), order, By("test"))).token
    late = come(floor, "0002", MORNING + timedelta(minutes=15))
    opened = Floor(floor.db, floor.centre_id, floor.preset, begin=MORNING + timedelta(minutes=20))
    opened.open("G1")
    assert [opened.serve("G1").label for _ in range(3)] == [late.label, walk_in.label, early.label]
    assert floor.verdict().faults == []


def test_somebody_later_than_the_limit_stands_behind_those_who_are_there(floor: Floor) -> None:
    floor.book(booking("0001", 0))
    at = MORNING + timedelta(minutes=16)
    assert come(floor, "0001", at).aged_from == at


def test_a_booking_is_told_when_it_is_early_and_when_to_come(floor: Floor) -> None:
    floor.book(booking("4711", 60))
    with pytest.raises(AppointmentEarly, match=r"at 10:30\. Please come in from 10:15\."):
        come(floor, "4711", MORNING + timedelta(minutes=44))
    assert come(floor, "4711", MORNING + timedelta(minutes=45)).slot == MORNING + timedelta(minutes=60)


def test_the_first_bookings_come_in_before_the_doors_open_for_walk_ins_and_the_last_after(floor: Floor) -> None:
    floor.begin = MORNING - timedelta(hours=1)
    floor.book(booking("0001", 0), booking("0002", 385))
    assert come(floor, "0001", MORNING - timedelta(minutes=15)).label == "N001"
    order = floor.order()
    with pytest.raises(NotOpenNow):
        floor.write(lambda tx: issue.issue(at_time(tx, MORNING - timedelta(minutes=1)), order, By("test")))
    assert come(floor, "0002", MORNING + timedelta(minutes=404)).label == "N002"


def test_another_day_is_named(floor: Floor) -> None:
    floor.book(booking("0001", 24 * 60 + 30), booking("0002", -24 * 60))
    with pytest.raises(AppointmentOtherDay, match=r"is on 25-11-2026 at 10:00"):
        come(floor, "0001", MORNING)
    with pytest.raises(AppointmentOtherDay, match=r"was on 23-11-2026 at 09:30"):
        come(floor, "0002", MORNING)


def test_another_centre_is_named_when_it_is_the_only_one_and_this_one_offers_the_service_too(floor: Floor) -> None:
    other, third = second_centre(floor), second_centre(floor, "PSK-3")
    book_at(floor, other, booking("4711", service="ENQUIRY"))
    with pytest.raises(AppointmentOtherCentre, match="is at Second centre") as refused:
        come(floor, "4711", MORNING)
    assert refused.value.details["centre"] == "PSK-2"
    book_at(floor, third, booking("4711", service="ENQUIRY"))
    with pytest.raises(UnknownAppointment):
        come(floor, "4711", MORNING)


def test_nothing_is_told_of_another_centre_for_a_service_that_is_not_offered_here(floor: Floor) -> None:
    other = second_centre(floor, services={"ENQUIRY": "VISA"})
    book_at(floor, other, booking("4711", service="VISA"))
    with pytest.raises(UnknownAppointment):
        come(floor, "4711", MORNING)


def test_the_same_reference_at_two_centres_is_two_bookings(floor: Floor) -> None:
    book_at(floor, second_centre(floor), booking("4711", 30))
    floor.book(booking("4711"))
    assert come(floor, "4711", MORNING).slot == MORNING


def book_at(floor: Floor, centre: int, *bookings: NewBooking) -> None:
    floor.db.write(centre, lambda tx: book.book(at_time(tx, MORNING), bookings, By("test")))


def test_a_booking_has_one_token(floor: Floor) -> None:
    floor.book(booking("4711"))
    come(floor, "4711", MORNING)
    with pytest.raises(AppointmentUsed, match="N001") as used:
        come(floor, "4711", MORNING)
    assert used.value.details["label"] == "N001"
    assert found(floor, "4711") == [("2026-11-24T04:00:00.000Z", True)]


def test_a_booking_whose_token_was_cancelled_is_still_good(floor: Floor) -> None:
    floor.book(booking("4711", 5))
    floor.cancel(come(floor, "4711", MORNING))
    again = come(floor, "4711", MORNING + timedelta(minutes=1))
    assert (again.label, again.aged_from) == ("N002", MORNING + timedelta(minutes=5))
    with pytest.raises(AppointmentUsed):
        come(floor, "4711", MORNING + timedelta(minutes=2))
    assert floor.verdict().faults == []


def test_a_reference_that_was_used_is_good_again_for_a_later_day_and_not_for_the_same(floor: Floor) -> None:
    """Who was put on hold books again under the same reference."""
    floor.book(booking("4711"))
    come(floor, "4711", MORNING)
    floor.book(booking("4711", 60))
    with pytest.raises(AppointmentUsed):
        come(floor, "4711", MORNING + timedelta(minutes=50))
    floor.book(booking("4711", 24 * 60))
    floor.close_day(at=EVENING)
    assert come(floor, "4711", MORNING + timedelta(days=1)).label == "N001"
    assert floor.verdict().faults == []


def test_a_reference_that_nobody_announced_is_unknown_each_time_and_never_a_token(floor: Floor) -> None:
    floor.book(booking("4711"))
    for text in ("8901030865278", "HELLO", "HELLO", "26-4712"):
        with pytest.raises(UnknownAppointment):
            floor.issue(reference=make_reference(text))
    with pytest.raises(UnknownAppointment):
        floor.issue(booking=99)
    assert floor.db.read(lambda conn: tokens.count_tokens(conn, floor.centre_id)) == 0


def test_what_was_typed_in_vain_rides_along_with_a_walk_in(floor: Floor) -> None:
    claimed = make_reference("26/4712")
    token = floor.issue("NORMAL", claim=claimed)
    assert token.slot is None
    kept = floor.db.read(lambda conn: tokens.private_of(conn, token.id))
    assert kept is not None
    assert (kept.claim_hash, kept.appointment_hash) == (claimed.hash, None)


def test_somebody_without_an_appointment_says_what_for(floor: Floor) -> None:
    with pytest.raises(InvalidInput, match="what they have come for"):
        floor.issue(None)


def test_a_need_that_somebody_booked_with_stays_good_when_the_rules_have_dropped_it(floor: Floor) -> None:
    floor.book(booking("0001", 24 * 60, need="senior"), booking("0002", 24 * 60))
    needs = {code: need.model_dump() for code, need in floor.preset.needs.items() if code != "senior"}
    floor.set_policy("needs", needs)
    tomorrow = MORNING + timedelta(days=1)
    token = come(floor, "0001", tomorrow)
    assert (token.label, token.need, token.klass) == ("F001", "senior", "F")
    assert rows(floor, booking("0001", 24 * 60, need="senior"))[0][1] == "unchanged"
    order = floor.order(None, reference=make_reference("26-0002"), need="senior")
    with pytest.raises(UnknownNeed):
        floor.write(lambda tx: issue.issue(at_time(tx, tomorrow), order, By("test")))
    assert floor.verdict().faults == []


def test_who_is_late_hears_by_how_much_and_ages_from_the_arrival(floor: Floor) -> None:
    floor.book(booking("0001", 0), booking("0002", 0))
    for tail, minutes, late in (("0001", 15, 0), ("0002", 40, 40)):
        order, at = floor.order(None, reference=make_reference(f"26-{tail}")), MORNING + timedelta(minutes=minutes)
        issued = floor.write(lambda tx, o=order, a=at: issue.issue(at_time(tx, a), o, By("test")))  # type: ignore[misc]
        assert issued.appointment == issue.Appointment(MORNING, "NORMAL", late)


def test_staff_find_a_booking_by_its_last_characters_and_slot(floor: Floor) -> None:
    floor.book(booking("a711", 15), NewBooking(make_reference("other/A711"), MORNING + timedelta(minutes=30), "PCC"))
    assert [len(found(floor, tail)) for tail in ("A711", "26-A711", "711")] == [2, 0, 0]
    told = floor.db.read(lambda conn: search.find_at(conn, CENTRE, " a711", MORNING + timedelta(minutes=30), MORNING))
    assert [(one.service, one.checked_in) for one in told] == [("PCC", False)]
    token = floor.write(
        lambda tx: issue.issue(
            at_time(tx, MORNING + timedelta(minutes=20)), floor.order("PCC", booking=told[0].id), By("test")
        )
    ).token
    assert token.slot == MORNING + timedelta(minutes=30)


def test_a_whole_reference_finds_its_own_booking_of_today_and_never_one_that_ends_alike(floor: Floor) -> None:
    floor.book(booking("A711", 15), NewBooking(make_reference("other/A711"), MORNING + timedelta(minutes=30), "PCC"))
    floor.book(booking("B711", 24 * 60))

    def named(text: str) -> list[str | None]:
        told = floor.db.read(lambda conn: search.find_named(conn, CENTRE, make_reference(text), MORNING))
        return [one.slot for one in told]

    assert named("२६ a711") == ["2026-11-24T04:15:00.000Z"]
    assert named("27-A711") == named("26-B711") == []


def test_staff_find_a_booking_of_another_day_by_its_slot_and_hear_which_day(floor: Floor) -> None:
    tomorrow = MORNING + timedelta(days=1)
    floor.book(booking("4711", 24 * 60))
    assert found(floor, "4711") == []
    assert found(floor, "4711", tomorrow) == [("2026-11-25T04:00:00.000Z", False)]
    told = floor.db.read(lambda conn: search.find_at(conn, CENTRE, "4711", tomorrow, MORNING))
    with pytest.raises(AppointmentOtherDay):
        floor.issue(booking=told[0].id)


def test_a_long_line_inside_holds_the_next_batch_at_the_gate(floor: Floor) -> None:
    floor.open("G1")
    for _ in range(10):
        floor.issue()
    now = MORNING + timedelta(minutes=11)
    batch = floor.db.read(lambda conn: gate.gate_at(conn, CENTRE, now))
    assert (batch.held_min, batch.until) == (10, now + timedelta(minutes=5))
    floor.book(booking("0001", 30))
    with pytest.raises(AppointmentEarly, match="from 09:55"):
        come(floor, "0001", MORNING + timedelta(minutes=16))


def test_a_booking_brings_its_own_service_and_need(floor: Floor) -> None:
    slot = MORNING + timedelta(minutes=15)
    floor.book(NewBooking(make_reference("26-0001"), slot, "TATKAAL", "senior"))
    token = floor.issue("NORMAL", reference=make_reference("26-0001"))
    assert (token.service, token.need, token.label) == ("TATKAAL", "senior", "F001")
    assert floor.verdict().faults == []


# --- return slips


def refused_today(floor: Floor) -> tuple[Token, str]:
    """Return a token that was refused at the gate, and the secret of its slip."""
    floor.open("G1")
    order = floor.order()
    now = floor.now()
    floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test")))
    return floor.serve("G1", "refused"), order.secret


def come_with_slip(floor: Floor, secret: str, at: datetime) -> Token:
    order = floor.order("RETURN", return_of=secret)
    return floor.write(lambda tx: issue.issue(at_time(tx, at), order, By("test"))).token


def test_a_return_slip_is_good_for_three_working_days(floor: Floor) -> None:
    token, secret = refused_today(floor)
    assert (token.state, token.return_until) == ("refused", date(2026, 11, 27))
    assert come_with_slip(floor, secret, MORNING + timedelta(days=3)).label == "R001"
    floor.close_day(at=EVENING + timedelta(days=3))
    with pytest.raises(ReturnSlipExpired, match="good until 27-11-2026"):
        come_with_slip(floor, secret, MORNING + timedelta(days=6))
    assert floor.verdict().faults == []


def test_a_day_that_is_declared_closed_takes_nothing_from_a_return_slip(floor: Floor) -> None:
    _, secret = refused_today(floor)
    hours = load_preset("M").hours.model_dump(mode="json")
    floor.set_policy("hours", {**hours, "holidays": ["2026-11-25"]})
    floor.close_day(at=EVENING)
    assert come_with_slip(floor, secret, MORNING + timedelta(days=6)).label == "R001", "the third working day"
    floor.close_day(at=EVENING + timedelta(days=6))
    with pytest.raises(ReturnSlipExpired, match="good until 30-11-2026"):
        come_with_slip(floor, secret, MORNING + timedelta(days=7))
    assert floor.verdict().faults == []


def test_a_return_slip_brings_one_token_unless_that_is_cancelled(floor: Floor) -> None:
    _, secret = refused_today(floor)
    first = come_with_slip(floor, secret, MORNING + timedelta(days=1))
    with pytest.raises(ReturnSlipUsed, match="used: R001"):
        come_with_slip(floor, secret, MORNING + timedelta(days=1, minutes=1))
    floor.write(lambda tx: away.cancel(at_time(tx, MORNING + timedelta(days=1, minutes=2)), first.id, By("test")))
    assert come_with_slip(floor, secret, MORNING + timedelta(days=1, minutes=3)).label == "R002"
    assert floor.verdict().faults == []


def test_a_return_slip_over_a_weekend_skips_it(floor: Floor) -> None:
    friday = Floor(floor.db, floor.centre_id, floor.preset, begin=MORNING + timedelta(days=3))
    token, _ = refused_today(friday)
    assert token.return_until == date(2026, 12, 2)


def test_a_decision_on_hold_at_the_last_stage_leaves_a_slip_that_is_told_at_the_exit(floor: Floor) -> None:
    floor.open("G1", "A1", "B1", "C1", "X1")
    floor.issue()
    for counter, outcome in (("G1", None), ("A1", None), ("B1", None), ("C1", "deferred")):
        token = floor.serve(counter, outcome)
    assert (token.step.stage, token.decision, token.return_until) == ("X", "deferred", date(2026, 11, 27))
    assert floor.serve("X1").state == "done"
    assert floor.verdict().faults == []


def test_the_slip_of_a_token_that_was_served_is_no_return_slip(floor: Floor) -> None:
    floor.open("E1")
    order, now = floor.order("ENQUIRY"), floor.now()
    floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test")))
    floor.serve("E1")
    for secret in (order.secret, "nobody"):
        with pytest.raises(UnknownToken):
            come_with_slip(floor, secret, MORNING + timedelta(days=1))


def test_a_return_slip_of_another_centre_is_none_here(floor: Floor) -> None:
    _, secret = refused_today(floor)
    stranger = replace(floor, centre_id=second_centre(floor))
    with pytest.raises(UnknownToken, match="not a return slip of this centre"):
        come_with_slip(stranger, secret, MORNING + timedelta(days=1))
    assert come_with_slip(floor, secret, MORNING + timedelta(days=1)).label == "R001"


def test_a_slip_brings_its_owner_back_at_their_own_centre_and_at_no_other(floor: Floor) -> None:
    order, by = floor.order(), By("kiosk")
    token = floor.write(lambda tx: issue.issue(at_time(tx, MORNING), order, By("test"))).token
    floor.write(lambda tx: away.pause(at_time(tx, MORNING), token.id, by))
    with pytest.raises(UnknownToken):
        floor.db.write(second_centre(floor), lambda tx: citizen.return_to_line(tx, order.secret, by))
    assert floor.write(lambda tx: citizen.return_to_line(tx, order.secret, by)).state == "waiting"


def test_somebody_whom_the_day_left_behind_may_come_again_on_the_next_working_day(floor: Floor) -> None:
    order, now = floor.order(), floor.now()
    floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test")))
    floor.close_day()
    assert come_with_slip(floor, order.secret, MORNING + timedelta(days=1)).label == "R001"


def test_bookings_are_checked_in_alike_on_each_database(db: Database) -> None:
    floor = install_floor(db)
    assert floor.book(booking("4711", 15), booking("4712", 15)) == 2
    assert floor.book(booking("4711", 30)) == 0
    token = come(floor, "4711", MORNING + timedelta(minutes=20))
    assert (token.slot, token.day) == (MORNING + timedelta(minutes=30), DAY)
    with pytest.raises(AppointmentUsed):
        come(floor, "4711", MORNING + timedelta(minutes=21))
    floor.wait(20)
    floor.book(booking("4711", 24 * 60))
    floor.close_day(at=EVENING)
    assert floor.db.read(lambda conn: tokens.count_tokens(conn, floor.centre_id)) == 1
    assert come(floor, "4711", MORNING + timedelta(days=1)).label == "N001"
    assert floor.verdict().faults == []
