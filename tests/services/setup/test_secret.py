"""The secret of the installation: noted once, another one refused, its keys rotated and ended."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from server.domain.derived import DerivedKeys, Purpose
from server.domain.errors import InvalidInput
from server.domain.permissions import Role
from server.services.people import sign_in
from server.services.people.passwords import hashed
from server.services.setup import secret
from server.services.setup.secret import WrongSecret
from server.storage.database import Database
from server.storage.sql import people
from server.storage.transaction import Transaction
from tests.factories import Floor, install_floor

OURS, OTHERS = b"our secret", b"another secret"
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def floor(db: Database) -> Floor:
    """Return a floor in a database that knows no secret yet."""
    return install_floor(db)


def claim(floor: Floor, own: bytes = OURS) -> None:
    floor.db.write(None, lambda tx: secret.claim(tx, own, NOW))


def keys(floor: Floor, own: bytes = OURS) -> DerivedKeys:
    return secret.keys_of(floor.db.read(secret.numbers_of), own)


def test_the_first_secret_is_noted_and_every_other_is_refused_with_what_to_do(floor: Floor) -> None:
    claim(floor)
    claim(floor)
    assert keys(floor).numbers == (1,)
    with pytest.raises(WrongSecret, match="Set BAARI_SECRET_KEY to that one"):
        claim(floor, OTHERS)
    with pytest.raises(WrongSecret):
        keys(floor, OTHERS)
    with pytest.raises(WrongSecret):
        floor.db.read(lambda read: secret.require_ours(read, OTHERS))


def test_a_database_of_before_keys_were_derived_keeps_the_secret_itself_readable(floor: Floor) -> None:
    floor.issue()
    claim(floor)
    assert keys(floor).numbers == (0, 1)


def test_a_secret_is_needed_once_it_was_noted_or_has_hidden_references(floor: Floor) -> None:
    assert not floor.db.read(secret.is_needed)
    floor.expect("AB/2026/77")
    assert not floor.db.read(secret.is_needed)
    floor.db.write(None, lambda tx: tx.conn.execute(text("UPDATE appointment SET key_number = 0")))
    assert floor.db.read(secret.is_needed)


def test_a_rotation_begins_the_next_key_and_older_ones_are_taken_until_they_are_ended(floor: Floor) -> None:
    claim(floor)
    assert floor.db.write(None, lambda tx: secret.rotate(tx, OURS, NOW)) == 2
    rotated = keys(floor)
    assert rotated.in_force == 2
    assert [key.number for key in rotated.accepted(Purpose.CSRF)] == [2, 1]
    floor.db.write(None, lambda tx: secret.end(tx, 1, NOW))
    ended = keys(floor)
    assert [key.number for key in ended.accepted(Purpose.CSRF)] == [2]
    assert [key.number for key in ended.readable(Purpose.REFERENCES)] == [2, 1]


def test_sessions_that_began_under_a_key_end_with_it_and_later_ones_stay(floor: Floor) -> None:
    claim(floor)
    signed_in(floor, "early", NOW)
    floor.db.write(None, lambda tx: secret.rotate(tx, OURS, NOW + timedelta(hours=1)))
    signed_in(floor, "late", NOW + timedelta(hours=2))
    assert floor.db.write(None, lambda tx: secret.end(tx, 1, NOW + timedelta(hours=3))) == 1
    users = floor.db.read(lambda conn: conn.execute(text(SIGNED_IN)).scalars().all())
    assert users == ["late"]


SIGNED_IN = 'SELECT s."user" FROM staff_session JOIN staff s ON s.id = staff_session.staff_id'


def signed_in(floor: Floor, user: str, at: datetime) -> None:
    def run(tx: Transaction) -> None:
        sign_in.add_staff(tx, user, Role.COUNTER, hashed("a long password"), at)
        person = people.person_by_user(tx.conn, user)
        assert person is not None
        sign_in.settle(tx, person, True, at)

    floor.write(run)


def test_the_key_in_force_cannot_be_ended_nor_one_that_is_not_there(floor: Floor) -> None:
    claim(floor)
    for number, told in ((1, "is in force"), (7, "There are: 1")):
        with pytest.raises(InvalidInput, match=told):
            floor.db.write(None, lambda tx, n=number: secret.end(tx, n, NOW))  # type: ignore[misc]


def test_a_secret_that_is_lost_for_good_is_followed_by_another_that_reads_nothing_of_it(floor: Floor) -> None:
    claim(floor)
    assert floor.db.write(None, lambda tx: secret.accept(tx, OTHERS, NOW)) == 2
    assert keys(floor, OTHERS).numbers == (2,)
    with pytest.raises(WrongSecret):
        keys(floor)
    with pytest.raises(InvalidInput):
        floor.db.write(None, lambda tx: secret.accept(tx, OTHERS, NOW))


def test_a_booking_is_found_under_the_key_of_before_and_kept_under_the_one_in_force(floor: Floor) -> None:
    claim(floor)
    before = keys(floor)
    floor.db.write(None, lambda tx: secret.rotate(tx, OURS, NOW))
    after = keys(floor)
    assert dataclasses.replace(after, numbers=(1,)) == before
    assert after.key(Purpose.REFERENCES) != before.key(Purpose.REFERENCES)
