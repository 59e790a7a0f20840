"""Bookings under older hashes: found as they were written, kept under the present one, counted, never doubled."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.domain.derived import DerivedKeys
from server.domain.errors import UnknownAppointment
from server.domain.references import Reference, referred
from server.domain.token.token import Token
from server.services.bookings import search
from server.services.bookings.book import NewBooking
from server.services.views import booked
from tests.factories import CENTRE, KEYS, MORNING, Floor

NOW_NUMBER = 1
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite."""
    return sqlite_floor


def named(written: str, keys: DerivedKeys = KEYS) -> Reference:
    reference = referred(written, keys)
    assert reference is not None
    return reference


def booked_before(floor: Floor, written: str) -> None:
    """Book as an older Baari did: by the letter as it is written, and its last four characters."""
    floor.book(NewBooking(named(written), MORNING + timedelta(minutes=15), "TATKAAL", "senior"))
    old = {"hash": hmac.new(KEYS.secret, written.strip().upper().encode(), hashlib.sha256).hexdigest()}
    old |= {"now": named(written).hash, "tail": written.strip().upper()[-4:]}
    change = "UPDATE appointment SET reference_hash = :hash, tail = :tail, key_number = 0 WHERE reference_hash = :now"
    floor.write(lambda tx: tx.conn.execute(text(change), old))


def come(floor: Floor, written: str, keys: DerivedKeys = KEYS) -> Token:
    return floor.issue(None, reference=named(written, keys))


def numbers(floor: Floor) -> list[int]:
    return list(floor.db.read(lambda conn: conn.execute(text("SELECT key_number FROM appointment")).scalars()))


@pytest.mark.parametrize("shown", ["23-1000000001", " 23-1000000001", "23-1000000001".translate(DEVANAGARI)])
def test_a_letter_is_found_as_it_was_written_and_then_however_it_is(floor: Floor, shown: str) -> None:
    booked_before(floor, "23-1000000001")
    token = come(floor, shown)
    assert (token.label, token.service, token.need) == ("F001", "TATKAAL", "senior")
    assert numbers(floor) == [NOW_NUMBER]
    floor.cancel(token)
    assert come(floor, "23 1000000001").label == "F002"


def test_a_letter_whose_import_left_the_signs_out_is_found_with_them(floor: Floor) -> None:
    booked_before(floor, "AB202677")
    assert come(floor, "AB/2026/77").label == "F001"


def test_another_way_of_writing_is_unknown_until_the_booking_is_imported_again(floor: Floor) -> None:
    booked_before(floor, "AB/2026/77")
    with pytest.raises(UnknownAppointment):
        come(floor, "AB 2026 77")
    assert floor.book(NewBooking(named("AB/2026/77"), MORNING + timedelta(minutes=15), "TATKAAL", "senior")) == 0
    assert numbers(floor) == [NOW_NUMBER]
    assert come(floor, "AB 2026 77").label == "F001"


def test_what_is_to_be_imported_again_is_counted_from_today_on(floor: Floor) -> None:
    booked_before(floor, "AB/2026/77")
    booked_before(floor, "AB/2026/78")

    def left(days: int = 0) -> list[tuple[str, int]]:
        told = floor.db.read(
            lambda conn: list(search.to_import_again(conn, NOW_NUMBER, MORNING + timedelta(days=days)))
        )
        return [(old.code, old.count) for old in told]

    assert left() == [(CENTRE, 2)]
    assert left(days=1) == []
    count = floor.db.read(
        lambda conn: [booked.to_import_again(conn, code, NOW_NUMBER, MORNING) for code in (CENTRE, "PSK-2")]
    )
    assert count == [2, 0]
    come(floor, "AB/2026/77")
    assert left() == [(CENTRE, 1)]


def test_staff_find_an_old_booking_by_as_many_last_characters_as_are_known_of_it(floor: Floor) -> None:
    booked_before(floor, "AB/2026/77")  # of which “6/77” was kept
    found = [floor.db.read(lambda conn, t=tail: search.find_at(conn, CENTRE, t, None, MORNING)) for tail in TAILS]  # type: ignore[misc]
    assert [len(bookings) for bookings in found] == [1, 0, 0]


TAILS = ("2677", "2678", "677")


def test_a_booking_goes_over_to_the_next_key_when_it_is_found_or_imported_again(floor: Floor) -> None:
    floor.book(NewBooking(named("AB/2026/77"), MORNING, "NORMAL"), NewBooking(named("AB/2026/78"), MORNING, "NORMAL"))
    rotated = DerivedKeys(KEYS.secret, (0, 1, 2))
    assert come(floor, "ab 2026 77", rotated).label == "N001"
    assert floor.book(NewBooking(named("AB/2026/78", rotated), MORNING, "NORMAL")) == 0
    assert numbers(floor) == [2, 2]
