"""Claims are shown when an import brings what was claimed, never applied; appointments of other centres are moved."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest

from server.domain.bookings import Booking
from server.domain.derived import DerivedKeys
from server.domain.errors import AlreadyThere, AppointmentCancelled, AppointmentUsed, UnknownAppointment
from server.domain.references import referred
from server.services.bookings import book, present
from server.services.bookings.book import NewBooking
from server.services.bookings.claims import claims_at
from server.services.bookings.move import move_here
from server.services.bookings.present import Shown
from server.services.floor import issue
from server.services.setup.plans import plan_now
from server.storage.sql import bookings
from server.storage.transaction import Transaction
from tests.factories import CENTRE, KEYS, MORNING, TEST, Floor, at_time, make_reference, second_centre

LETTER = "23-1000000001"


@pytest.fixture
def floor(floor: Floor) -> Floor:
    """Return a floor on which bookings are told from half past eight on."""
    floor.begin = MORNING - timedelta(minutes=5)
    return floor


def claims(floor: Floor) -> list[tuple[str, str | None]]:
    return [
        (claim.token.label, claim.booking.slot)
        for claim in floor.db.read(lambda conn: claims_at(conn, CENTRE, MORNING))
    ]


def test_an_import_that_matches_a_claim_is_shown_and_changes_nothing_by_itself(floor: Floor) -> None:
    floor.wait(5)
    token = floor.issue(claim=make_reference("23/1000000001"))
    floor.issue(claim=make_reference("another 1"))
    assert claims(floor) == []
    floor.expect(LETTER, 15, "TATKAAL")
    assert claims(floor) == [("N001", "2026-11-24T04:15:00.000Z")]
    assert floor.token(token) == token
    floor.attach(token, LETTER)
    assert claims(floor) == []


def test_who_has_ended_or_whose_booking_was_used_or_cancelled_claims_nothing(floor: Floor) -> None:
    floor.wait(5)
    tokens = [floor.issue(claim=make_reference(f"letter {n}")) for n in range(3)]
    for n in range(3):
        floor.expect(f"letter {n}")
    floor.cancel(tokens[0])
    floor.issue(None, reference=make_reference("letter 1"))
    floor.book(NewBooking(make_reference("letter 2"), MORNING, "NORMAL", cancelled=True))
    assert claims(floor) == []


def test_a_claim_of_before_a_rotation_is_matched_by_an_import_after_it(floor: Floor) -> None:
    floor.wait(5)
    floor.issue(claim=make_reference(LETTER))
    rotated = referred(LETTER, DerivedKeys(KEYS.secret, (0, 1, 2)))
    floor.book(NewBooking(rotated, MORNING, "NORMAL"))
    assert [label for label, _ in claims(floor)] == ["N001"]


def elsewhere(floor: Floor, **changes: object) -> int:
    """Expect somebody at another centre."""
    other = second_centre(floor)
    row = NewBooking(make_reference(LETTER), MORNING, "ENQUIRY", **changes)  # type: ignore[arg-type]
    floor.db.write(other, lambda tx: book.book(at_time(tx, MORNING), [row], TEST))
    return other


def move(floor: Floor) -> str | None:
    moved = floor.write(lambda tx: move_here(at_time(tx, MORNING), make_reference(LETTER), TEST))
    return moved.service


def test_an_appointment_of_another_centre_is_moved_here_and_is_good_here_alone(floor: Floor) -> None:
    other = elsewhere(floor)
    assert move(floor) == "ENQUIRY"
    with pytest.raises(AlreadyThere):
        move(floor)
    floor.wait(6)
    assert floor.issue(None, reference=make_reference(LETTER)).label == "E001"
    order = floor.order(None, reference=make_reference(LETTER))
    with pytest.raises(Exception, match="is at"):
        floor.db.write(other, lambda tx: issue.issue(at_time(tx, MORNING), order, TEST))
    assert floor.verdict().faults == []


def test_one_that_is_used_cancelled_or_nowhere_is_not_moved(floor: Floor) -> None:
    with pytest.raises(UnknownAppointment):
        move(floor)
    other = elsewhere(floor)
    order = floor.order(None, reference=make_reference(LETTER))
    floor.db.write(other, lambda tx: issue.issue(at_time(tx, MORNING), order, TEST))
    with pytest.raises(AppointmentUsed):
        move(floor)


def test_one_that_was_cancelled_there_is_not_moved(floor: Floor) -> None:
    elsewhere(floor, cancelled=True)
    with pytest.raises(AppointmentCancelled):
        move(floor)


def test_who_finds_an_appointment_that_moves_away_meanwhile_gets_no_token_of_it(floor: Floor) -> None:
    other = second_centre(floor)
    floor.wait(5)
    floor.expect(LETTER)
    [there] = floor.db.read(lambda conn: bookings.bookings_by_hash(conn, floor.centre_id, make_reference(LETTER).hash))
    token = floor.issue()

    def attach_late(tx: Transaction) -> None:
        found = present.required(tx, plan_now(tx), Shown(make_reference(LETTER)))
        bookings.take_over(tx.conn, there._replace(centre_id=other))
        assert not bookings.change_booking(tx.conn, there._replace(need="senior"))
        bookings.rewrite_booking(tx.conn, there._replace(reference_hash="another"))
        with pytest.raises(UnknownAppointment):
            present.check_in(tx, found, token)

    floor.write(attach_late)
    stands = floor.db.read(lambda conn: bookings.booking_by_id(conn, there.id))
    assert stands == there._replace(centre_id=other)


@pytest.mark.parametrize("backend", ["postgresql"])  # SQLite has one writer for all: nobody can come between
def test_who_takes_an_appointment_over_waits_for_the_centre_that_uses_it(floor: Floor) -> None:
    other = second_centre(floor)
    floor.wait(5)
    floor.expect(LETTER, service="ENQUIRY")
    mover = ThreadPoolExecutor(1)

    def take_over(tx: Transaction) -> Booking:
        return move_here(at_time(tx, MORNING), make_reference(LETTER), TEST)

    def use(tx: Transaction) -> Future[Booking]:
        order = floor.order(None, reference=make_reference(LETTER))
        issue.issue(at_time(tx, MORNING), order, TEST)
        moved = mover.submit(floor.db.write, other, take_over)
        with pytest.raises(TimeoutError):
            moved.result(0.5)
        return moved

    with mover, pytest.raises(AppointmentUsed, match="E001"):
        floor.write(use).result(10)
