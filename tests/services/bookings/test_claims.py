"""Claims are shown when an import brings what was claimed, never applied; appointments of other centres are moved."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest

from server.domain.bookings import Booking
from server.domain.derived import DerivedKeys
from server.domain.errors import AlreadyThere, AppointmentCancelled, AppointmentUsed, UnknownAppointment
from server.domain.events.kinds import Kind
from server.domain.events.payloads import BookingLeft, BookingMoved
from server.domain.references import Reference, referred
from server.services.bookings import book, present
from server.services.bookings.book import NewBooking
from server.services.bookings.claims import claims_at
from server.services.bookings.move import move_here, source_of
from server.services.bookings.present import Shown
from server.services.floor import issue
from server.services.proof.verify import Fault, verify
from server.services.setup.plans import plan_now
from server.storage.database import Database
from server.storage.sql import bookings, centres, events
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
    reference = make_reference(LETTER)
    source = floor.db.read(lambda read: source_of(read, CENTRE, reference, MORNING))
    moved = floor.db.write(floor.centre_id, lambda tx: move_here(at_time(tx, MORNING), reference, TEST), beside=source)
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
        moved = mover.submit(floor.db.write, other, take_over, beside=floor.centre_id)
        with pytest.raises(TimeoutError):
            moved.result(0.5)
        return moved

    with mover, pytest.raises(AppointmentUsed, match="E001"):
        floor.write(use).result(10)


def faults(floor: Floor, centre: int) -> list[Fault]:
    return floor.db.read(lambda read: verify(read, centres.centre_by_id(read, centre))).faults


def test_both_centres_know_of_an_appointment_that_moves(floor: Floor) -> None:
    other = elsewhere(floor)
    move(floor)
    took = floor.db.read(lambda read: events.last_of_kind(read, floor.centre_id, Kind.BOOKING_MOVED))
    gave = floor.db.read(lambda read: events.last_of_kind(read, other, Kind.BOOKING_LEFT))
    assert took is not None
    assert gave is not None
    assert (took.payload, gave.payload) == (BookingMoved(1, "PSK-2"), BookingLeft(1, CENTRE))
    assert (faults(floor, floor.centre_id), faults(floor, other)) == ([], [])


def test_what_a_refused_move_has_recorded_stands_at_neither_centre(floor: Floor) -> None:
    other = elsewhere(floor)
    before = floor.db.read(lambda read: [centres.centre_by_id(read, id_).event_seq for id_ in (floor.centre_id, other)])

    def moves_and_fails(tx: Transaction) -> None:
        move_here(at_time(tx, MORNING), make_reference(LETTER), TEST)
        raise UnknownAppointment("no")

    with pytest.raises(UnknownAppointment):
        floor.db.write(floor.centre_id, moves_and_fails, beside=other)
    after = floor.db.read(lambda read: [centres.centre_by_id(read, id_).event_seq for id_ in (floor.centre_id, other)])
    assert after == before
    assert move(floor) == "ENQUIRY"


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_move_that_waits_for_the_first_of_its_centres_holds_up_nobody_at_the_second(floor: Floor) -> None:
    """Whoever locked the second before the first could wait for somebody who waits for them."""
    other = second_centre(floor)
    floor.wait(5)
    floor.expect(LETTER, service="ENQUIRY")
    held, over = Event(), Event()

    def hold(tx: Transaction) -> None:
        tx.lock()
        held.set()
        over.wait(10)

    another = Database(floor.db.url)
    with ThreadPoolExecutor(3) as pool:
        pool.submit(floor.write, hold)
        assert held.wait(10)
        moving = pool.submit(
            floor.db.write,
            other,
            lambda tx: move_here(at_time(tx, MORNING), make_reference(LETTER), TEST),
            beside=floor.centre_id,
        )
        with pytest.raises(TimeoutError):
            moving.result(0.5)
        pool.submit(another.write, other, lambda tx: tx.now).result(5)
        over.set()
        assert moving.result(10).centre_id == other
    another.close()


@pytest.mark.parametrize("backend", ["postgresql"])
def test_moves_that_cross_one_another_and_imports_wait_and_never_stand_against_each_other(floor: Floor) -> None:
    here, other = floor.centre_id, second_centre(floor)
    letters = [make_reference(f"ARN-{n:04d}") for n in range(12)]

    def expect(centre: int, need: str | None) -> None:
        rows = [NewBooking(letter, MORNING, "ENQUIRY", need) for letter in letters if letter is not None]
        floor.db.write(centre, lambda tx: book.book(at_time(tx, MORNING), rows[:: 1 if need else -1], TEST))

    def moved(letter: Reference, to: int, source: int) -> str:
        try:
            floor.db.write(to, lambda tx: move_here(at_time(tx, MORNING), letter, TEST), beside=source)
        except (UnknownAppointment, AlreadyThere) as refusal:
            return refusal.code
        return "moved"

    expect(here, None)
    with ThreadPoolExecutor(8) as pool:
        imports = [pool.submit(expect, centre, need) for centre in (here, other) for need in ("senior", None)]
        asked = [
            pool.submit(moved, letter, *ways)
            for n, letter in enumerate(letters * 3)
            for ways in (((here, other), (other, here)) if n % 2 else ((other, here), (here, other)))
        ]
        for each in imports:
            each.result(30)
        outcomes = [each.result(30) for each in asked]
    assert set(outcomes) <= {"moved", "unknown_appointment", "already_there"}
    assert (faults(floor, here), faults(floor, other)) == ([], [])
