"""Bookings of an older release, weeks ahead: every letter is still found, and an import again doubles nothing."""

import hashlib
import hmac
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from server.domain.actors import By
from server.domain.day import Then
from server.domain.derived import DerivedKeys
from server.domain.references import Reference, referred
from server.services.bookings import book, search
from server.services.bookings.book import NewBooking, Result
from server.services.floor import issue
from server.services.setup.presets import load_preset
from server.storage import schema
from server.storage.database import Database
from server.storage.engines import open_connections
from server.storage.sql import centres
from tests.factories import CENTRE, Floor, at_time
from tests.migrations.full_floor import full_floor
from tests.migrations.test_pilot import NOW, fill

SECRET = b"the secret of an old installation"
KEYS = DerivedKeys(SECRET, (0, 1))
LETTERS = ("23-1000000001", "AB/2026/77", "PA 77 1234", "अ-1234", "arn20261234")
FIRST = datetime(2026, 12, 9, 4, 30, tzinfo=UTC)  # 10:00 in Asia/Kolkata, a Wednesday two weeks later


def add_old(url: str) -> None:
    """Write bookings as a release did that knew neither a normal form nor derived keys, one for each working day."""
    writer, reader = open_connections(url)
    with writer.transaction() as connection, connection.begin():
        for n, letter in enumerate(LETTERS):
            written, slot = letter.strip().upper(), slot_of(n)
            values = {
                "id": 9000 + n,
                "hash": hmac.new(SECRET, written.encode(), hashlib.sha256).hexdigest(),
                "tail": written[-4:],
                "day": slot.date().isoformat(),
                "slot": int(slot.timestamp() * 1000),
            }
            insert = (
                "INSERT INTO appointment (id, centre_id, reference_hash, tail, day, slot, service, need) "
                "VALUES (:id, 1, :hash, :tail, CAST(:day AS DATE), :slot, 'TATKAAL', 'senior')"
            )
            plain = insert.replace("CAST(:day AS DATE)", ":day")
            connection.execute(text(plain if connection.dialect.name == "sqlite" else insert), values)
    writer.close()
    reader.close()


def slot_of(n: int) -> datetime:
    return FIRST + timedelta(days=(0, 1, 2, 5, 6)[n])


@pytest.fixture(params=["0003", "0100"])
def old(request: pytest.FixtureRequest, backend: str, database_url: str) -> str:
    """Return the address of a database of an older release, a floor full of people and bookings of weeks ahead."""
    if request.param == "0003":
        fill(database_url, backend)
    else:
        schema.migrate(database_url)
        db = Database(database_url)
        full_floor(db)
        db.close()
        schema.revert(database_url, "0100")
    add_old(database_url)
    return database_url


@pytest.fixture
def floor(old: str) -> Iterator[Floor]:
    """Return the floor after its migration."""
    schema.migrate(old)
    db = Database(old)
    centre = db.read(lambda conn: centres.centre_by_code(conn, CENTRE))
    yield Floor(db, centre.id, load_preset("M"), rng=random.Random(2), begin=NOW)
    db.close()


def named(letter: str) -> Reference:
    reference = referred(letter, KEYS)
    assert reference is not None
    return reference


def imported(floor: Floor, spelt: Callable[[str], str]) -> list[Result]:
    rows = [NewBooking(named(spelt(letter)), slot_of(n), "TATKAAL", "senior") for n, letter in enumerate(LETTERS)]
    return [row.result for row in floor.write(lambda tx: book.book(at_time(tx, NOW), rows, By("test")))]


def count(floor: Floor) -> int:
    return int(floor.db.read(lambda conn: conn.execute(text("SELECT count(*) FROM appointment")).scalar_one()))


def left(floor: Floor) -> int:
    return sum(old.count for old in floor.db.read(lambda conn: list(search.to_import_again(conn, 1, FIRST))))


def test_every_letter_is_found_on_its_day_as_it_is_printed(floor: Floor) -> None:
    assert left(floor) == len(LETTERS)
    for n, letter in enumerate(LETTERS):
        order, at = floor.order(None, reference=named(letter)), slot_of(n)
        floor.close_day(Then.CARRY_OVER, NOW if n == 0 else slot_of(n - 1))
        token = floor.write(lambda tx, o=order, a=at: issue.issue(at_time(tx, a), o, By("test"))).token  # type: ignore[misc]
        assert (token.service, token.need, token.klass, token.slot) == ("TATKAAL", "senior", "F", at)
    assert left(floor) == 0


def test_an_import_again_doubles_nothing_and_lets_letters_be_typed_in_any_way(floor: Floor) -> None:
    before = count(floor)
    assert imported(floor, str) == [Result.UNCHANGED] * len(LETTERS)
    assert (count(floor), left(floor)) == (before, 0)
    assert imported(floor, lambda letter: "  ".join(letter.lower())) == [Result.UNCHANGED] * len(LETTERS)
    assert count(floor) == before
    order = floor.order(None, reference=named("23 1000000001"))
    floor.close_day(Then.CARRY_OVER, NOW)
    assert floor.write(lambda tx: issue.issue(at_time(tx, FIRST), order, By("test"))).token.need == "senior"
