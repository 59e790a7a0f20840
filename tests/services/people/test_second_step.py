"""A second step: a code is taken once, and guesses are bounded from wherever they come."""

from datetime import timedelta

import pytest

from server.domain.actors import CLI, By
from server.domain.derived import DerivedKeys
from server.domain.errors import Forbidden, LockedOut, OwnAccount, Unauthenticated, UnknownPerson
from server.domain.permissions import Permission, Role
from server.services.people import accounts, presence, second_step
from server.services.people.presence import Place
from server.services.people.principal import Due, secret_hash
from server.services.people.second_step import Offer
from server.services.proof.installation import verify_installation
from server.storage.sql import people
from server.storage.sql.people import Person
from tests.factories import CENTRE, MORNING, Floor
from tests.services.people.people import KEYS, add_person, code_of, signed_in, twin_centre, whose

STEP = timedelta(seconds=second_step.STEP_S)
LATER = MORNING + 10 * STEP


class Phone:
    """A person with a phone that is set up, and codes on paper."""

    def __init__(self, floor: Floor, user: str = "asha", role: Role = Role.COUNTER) -> None:
        self.floor = floor
        add_person(floor, user, role)
        found = floor.db.read(lambda read: people.person_by_user(read, user))
        assert found is not None
        self.person: Person = found
        self.first = signed_in(floor, user)
        self.offer: Offer = second_step.offered(KEYS, whose(found, self.first), "Baari")
        codes = self.enrol(code_of(self.offer, MORNING))
        assert codes is not None
        self.paper = codes

    def enrol(self, code: str, token: str | None = None, session: str | None = None) -> list[str] | None:
        by = whose(self.person, session or self.first)
        shown = self.offer.token if token is None else token
        return self.floor.db.write(None, lambda tx: second_step.enrol(tx, KEYS, by, shown, code, MORNING))

    def code(self, steps: int) -> str:
        return code_of(self.offer, MORNING + steps * STEP)

    def take(
        self, session: str, code: str, steps: int = 0, *, address: str = "192.0.2.1", keys: DerivedKeys = KEYS
    ) -> bool:
        by, at = whose(self.person, session), MORNING + steps * STEP
        return self.floor.db.write(None, lambda tx: second_step.take(tx, keys, by, code, at, address))


@pytest.fixture
def phone(floor: Floor) -> Phone:
    return Phone(floor)


def due(floor: Floor, session: str, *need: Role) -> Due | None:
    known = floor.db.read(lambda read: presence.known_at(read, Place(True, secret_hash(session)), need))
    assert known is not None
    return known.principal.due


def faults(floor: Floor) -> list[str]:
    return [fault.code for fault in floor.db.read(lambda read: verify_installation(read, {})).faults]


def test_a_password_begins_a_session_that_waits_and_does_nothing_else(floor: Floor, phone: Phone) -> None:
    waiting = signed_in(floor, "asha")
    known = floor.db.read(lambda read: presence.known_at(read, Place(True, secret_hash(waiting))))
    assert known is not None
    assert known.principal.due is Due.SECOND_STEP
    with pytest.raises(Forbidden, match="second-step"):
        known.principal.acting(Permission.WATCH_FLOOR, centre=CENTRE)
    assert (known.alive(MORNING + timedelta(minutes=9)), known.alive(MORNING + timedelta(minutes=10))) == (True, False)
    assert phone.take(waiting, phone.code(1), 1)
    assert (due(floor, waiting), faults(floor)) == (None, [])


def test_a_code_is_taken_once_and_of_no_time_but_now(floor: Floor, phone: Phone) -> None:
    waiting = signed_in(floor, "asha", LATER)
    assert not phone.take(waiting, phone.code(0), 1)  # the one that the phone was set up with
    assert not phone.take(waiting, phone.code(5), 3)
    assert not phone.take(waiting, phone.code(1), 3)
    assert phone.take(waiting, phone.code(4), 3)  # the clock of the phone is fast
    again = signed_in(floor, "asha", LATER)
    for step in (2, 3, 4):
        assert not phone.take(again, phone.code(step), 4)
    assert phone.take(again, f" {phone.code(5)[:3]} {phone.code(5)[3:]} ", 5)
    assert faults(floor) == []


def test_digits_of_any_script_are_the_same_code(floor: Floor, phone: Phone) -> None:
    devanagari = phone.code(1).translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    assert phone.take(signed_in(floor, "asha"), devanagari, 1)


def test_a_code_on_paper_stands_once_for_the_phone(floor: Floor, phone: Phone) -> None:
    assert len({*phone.paper}) == 10
    assert phone.take(signed_in(floor, "asha", LATER), phone.paper[3].lower(), 1)
    assert not phone.take(signed_in(floor, "asha", LATER), phone.paper[3], 1)
    assert floor.db.read(lambda read: second_step.codes_left(read, phone.person.id)) == 9
    assert faults(floor) == []


def test_wrong_codes_are_bounded_for_a_person_from_wherever_they_come(floor: Floor, phone: Phone) -> None:
    looked_at = 0
    for n in range(100):
        waiting = signed_in(floor, "asha")  # who has the password begins as many as they like
        try:
            phone.take(waiting, f"{n:06}", address=f"192.0.2.{n % 3}")
            looked_at += 1
        except LockedOut:
            continue
    assert looked_at <= 6
    with pytest.raises(LockedOut):
        phone.take(signed_in(floor, "asha"), phone.code(1), address="198.51.100.1")
    floor.write(lambda tx: accounts.unlock(tx, phone.person.id, MORNING, CLI))
    assert phone.take(signed_in(floor, "asha"), phone.code(1), 1)


def test_a_session_that_waits_for_nothing_or_has_ended_takes_no_code(floor: Floor, phone: Phone) -> None:
    for session in (phone.first, "unknown"):
        with pytest.raises(Unauthenticated):
            phone.take(session, phone.code(1), 1)
    other = Phone(floor, "ravi")
    with pytest.raises(Unauthenticated):  # the session of somebody else
        other.take(signed_in(floor, "asha"), other.code(1), 1)


def test_what_another_session_was_offered_sets_no_phone_up(floor: Floor, phone: Phone) -> None:
    second = signed_in(floor, "asha")
    for token in (phone.offer.token + "0", "é", "", f"{'0' * 32}.{'0' * 64}"):
        assert phone.enrol(phone.code(0), token) is None
    assert phone.enrol(phone.code(0), session=second) is None
    assert phone.enrol("000000") is None


def test_setting_it_up_anew_voids_the_phone_and_the_paper_of_before(floor: Floor, phone: Phone) -> None:
    elsewhere = signed_in(floor, "asha", LATER)
    before = phone.paper[0]
    new = second_step.offered(KEYS, whose(phone.person, phone.first), "Baari")
    assert new.secret != phone.offer.secret
    assert phone.enrol(code_of(new, MORNING), new.token)
    with pytest.raises(Unauthenticated):
        phone.take(elsewhere, phone.code(1), 1)
    for code in (before, phone.code(1)):
        assert not phone.take(signed_in(floor, "asha", LATER), code, 1)
    assert faults(floor) == []


def test_another_person_ends_it_and_all_sessions_with_it(floor: Floor, phone: Phone) -> None:
    number, office = phone.person.id, By("staff:99")
    with pytest.raises(OwnAccount):
        floor.write(lambda tx: second_step.end(tx, number, MORNING, By(f"staff:{number}")))
    twin = twin_centre(floor)
    with pytest.raises(UnknownPerson):
        floor.db.write(twin, lambda tx: second_step.end(tx, number, MORNING, office))
    for _ in range(2):
        floor.write(lambda tx: second_step.end(tx, number, MORNING, office))
    view = floor.db.read(lambda read: accounts.people_of(read, floor.centre_id, MORNING, office))[0]
    assert (view.second_step, view.sessions) == (False, 0)
    assert due(floor, signed_in(floor, "asha")) is None
    assert faults(floor) == []


def test_a_role_that_must_have_one_is_led_to_it(floor: Floor, phone: Phone) -> None:
    add_person(floor, "mala", Role.ADMINISTRATOR)
    assert due(floor, signed_in(floor, "mala"), Role.ADMINISTRATOR) is Due.ENROLMENT
    assert due(floor, signed_in(floor, "mala"), Role.AUDITOR) is None
    assert due(floor, phone.first, Role.COUNTER) is None


def test_an_ended_key_and_another_secret_leave_only_the_paper(floor: Floor, phone: Phone) -> None:
    for keys in (DerivedKeys(KEYS.secret, (1, 2), frozenset({1})), DerivedKeys(b"another secret", (2,))):
        assert not phone.take(signed_in(floor, "asha", LATER), phone.code(1), 1, keys=keys)
    rotated = DerivedKeys(KEYS.secret, (1, 2))
    assert phone.take(signed_in(floor, "asha", LATER), phone.code(1), 1, keys=rotated)
    assert phone.take(signed_in(floor, "asha", LATER), phone.paper[0], 1, keys=DerivedKeys(b"another secret", (2,)))
