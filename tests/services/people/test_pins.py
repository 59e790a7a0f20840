"""A locked session goes on by the PIN of its person, who keeps their seat; five wrong ones end it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.derived import DerivedKeys
from server.domain.errors import Forbidden
from server.domain.permissions import Permission, Role
from server.services.people import pins, presence, seats
from server.services.people.pins import MISSES, Unlocking
from server.services.people.presence import Place
from server.services.people.principal import Due, Principal, secret_hash
from server.services.people.second_step import Whose
from server.services.proof.installation import verify_installation
from server.storage.sql import installation, people
from tests.factories import CENTRE, MORNING, Floor
from tests.services.people.people import KEYS, add_person, signed_in

PIN = "7391"
QUARTER = timedelta(minutes=15)


class Desk:
    """A person with a PIN who has signed in and sits at G1."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        add_person(floor, "asha")
        self.session = signed_in(floor, "asha")
        self.whose = Whose(1, "asha", secret_hash(self.session))
        self.choose(PIN)
        self.principal = Principal("staff:1", Role.COUNTER, floor.centre_id, CENTRE, user="asha")
        floor.write(lambda tx: seats.sit(tx, "G1", self.principal, MORNING))

    def choose(self, pin: str) -> None:
        """Set a PIN."""
        new = pins.chosen(KEYS, 1, pin)
        self.floor.write(lambda tx: pins.keep(tx, self.whose, new, MORNING))

    def lock(self) -> bool:
        """Lock the session."""
        return self.floor.write(lambda tx: pins.lock(tx, self.whose, MORNING))

    def give(self, typed: str, keys: DerivedKeys = KEYS) -> Unlocking:
        """Give a PIN."""
        kept = self.floor.db.read(lambda read: pins.pin_of(read, 1))
        assert kept is not None
        right = pins.fits(keys, kept, typed)
        return self.floor.write(lambda tx: pins.settle(tx, self.whose, kept, right, MORNING))

    def known(self) -> presence.Known | None:
        """Return what is known of the session."""
        return self.floor.db.look(lambda read: presence.known_at(read, Place(True, self.whose.session)))

    def due(self) -> Due | None:
        """Return what has to be done first in the session, which goes on."""
        known = self.known()
        assert known is not None
        return known.principal.due

    def seats(self) -> list[str]:
        """Return where the person sits."""
        return self.floor.db.read(lambda read: people.seats_of(read, self.floor.centre_id, "staff:1"))

    def told(self) -> list[str]:
        """Return what stands on record of PINs."""
        rows = self.floor.db.read(lambda read: list(installation.stored_between(read, 0, 999)))
        return [row.kind for row in rows if row.kind.startswith("pin.")]

    def faults(self) -> list[object]:
        """Return what the replay of the record finds."""
        return list(self.floor.db.read(lambda read: verify_installation(read, {})).faults)


@pytest.fixture
def desk(floor: Floor) -> Desk:
    return Desk(floor)


def test_a_locked_session_does_nothing_but_hear_of_an_emergency_until_the_pin_is_given(desk: Desk) -> None:
    assert (desk.due(), desk.lock(), desk.due()) == (None, True, Due.LOCK)
    locked = replace(desk.principal, due=Due.LOCK)
    for permission in Permission:
        if permission is not Permission.READ_NOTICE:
            with pytest.raises(Forbidden) as refused:
                locked.acting(permission, centre=CENTRE)
            assert refused.value.details == {"permission": permission.value, "due": "lock"}
    assert locked.acting(Permission.READ_NOTICE, centre=CENTRE) is not None
    assert desk.give("0000") is Unlocking.WRONG
    assert desk.give("७३९१") is Unlocking.RIGHT
    assert (desk.due(), desk.seats(), desk.told(), desk.faults()) == (None, ["G1"], ["pin.set"], [])


def test_the_fifth_wrong_pin_ends_the_session_and_the_right_one_is_too_late(desk: Desk) -> None:
    desk.lock()
    assert [desk.give("7390") for _ in range(MISSES)] == [Unlocking.WRONG] * (MISSES - 1) + [Unlocking.ENDED]
    assert desk.give(PIN) is Unlocking.ENDED
    assert (desk.known(), desk.seats()) == (None, [])
    assert (desk.told(), desk.faults()) == (["pin.set", "pin.locked_out"], [])


def test_wrong_pins_count_until_the_right_one_came_and_never_lock_a_person_out_for_good(desk: Desk) -> None:
    desk.lock()
    for _ in range(3):
        assert [desk.give("7390") for _ in range(MISSES - 1)] == [Unlocking.WRONG] * (MISSES - 1)
        assert desk.give(PIN) is Unlocking.RIGHT
    assert desk.due() is None


def test_a_session_that_is_not_used_for_a_while_is_locked_and_stays_so(desk: Desk) -> None:
    known = desk.known()
    assert known is not None
    assert known.holder_at(MORNING + QUARTER - timedelta(seconds=1), QUARTER).due is None
    assert known.holder_at(MORNING + QUARTER, QUARTER).due is Due.LOCK
    assert known.alive(MORNING + QUARTER)
    desk.floor.write(lambda tx: pins.end(tx, desk.whose, MORNING))
    known = desk.known()
    assert known is not None
    assert known.holder_at(MORNING + QUARTER, QUARTER).due is None


def test_who_has_no_pin_locks_nothing(desk: Desk) -> None:
    for _ in range(2):
        desk.floor.write(lambda tx: pins.end(tx, desk.whose, MORNING))
    assert (desk.lock(), desk.due(), desk.told(), desk.faults()) == (False, None, ["pin.set", "pin.ended"], [])


def test_a_pin_is_kept_under_a_key_of_the_installation_and_fits_no_more_when_that_has_ended(desk: Desk) -> None:
    kept = desk.floor.db.read(lambda read: pins.pin_of(read, 1))
    assert kept is not None
    assert kept.pin_hash.startswith("$argon2id$")
    assert pins.fits(KEYS, kept, PIN)
    assert not pins.fits(DerivedKeys(b"another secret of an installation here"), kept, PIN)
    assert not pins.fits(replace(KEYS, numbers=(1, 2), ended=frozenset({1})), kept, PIN)
    assert not pins.fits(KEYS, replace(kept, staff_id=2), PIN)


def test_one_that_was_changed_meanwhile_opens_nothing(desk: Desk) -> None:
    desk.lock()
    before = desk.floor.db.read(lambda read: pins.pin_of(read, 1))
    assert before is not None
    desk.choose("40271")
    settled = desk.floor.write(lambda tx: pins.settle(tx, desk.whose, before, True, MORNING))
    assert (settled, desk.due()) == (Unlocking.WRONG, Due.LOCK)
