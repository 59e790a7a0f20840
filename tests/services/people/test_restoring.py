"""Who may decide about approvals lets a restore be in force, by a password of their own and the phone they have."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.actors import CLI
from server.domain.permissions import Role
from server.services.people import accounts, restoring, second_step
from server.services.people.restoring import Given
from server.storage.sql import people
from tests.factories import MORNING, Floor
from tests.services.people.people import HASH, KEYS, PASSWORD, add_person, code_of, signed_in, whose

LATER = MORNING + timedelta(minutes=5)
ASHA = Given("Asha", PASSWORD)


@pytest.fixture
def office(floor: Floor) -> Floor:
    """Return a floor that Asha and Ravi administer, and where Meera serves."""
    for user, role in (("asha", Role.ADMINISTRATOR), ("ravi", Role.MANAGER), ("meera", Role.COUNTER)):
        add_person(floor, user, role)
    return floor


def decider(floor: Floor, given: Given) -> int | None:
    return floor.db.read(lambda read: restoring.decider(read, KEYS, given, LATER))


def test_who_administers_a_centre_lets_it_be_in_force_by_their_password(office: Floor) -> None:
    assert (decider(office, ASHA), decider(office, Given("ravi", PASSWORD))) == (1, 2)
    assert office.db.read(restoring.deciders) == 2


WRONG: dict[str, tuple[Given, Callable[[Floor], object]]] = {
    "another password": (replace(ASHA, password="wrong"), lambda floor: None),
    "nobody's name": (Given("zoya", PASSWORD), lambda floor: None),
    "no name": (Given("", PASSWORD), lambda floor: None),
    "who serves": (Given("meera", PASSWORD), lambda floor: None),
    "who is disabled": (ASHA, lambda floor: floor.write(lambda tx: accounts.disable(tx, 1, MORNING, CLI))),
    "a start password": (ASHA, lambda floor: floor.write(lambda tx: accounts.give_password(tx, 1, HASH, MORNING, CLI))),
}


@pytest.mark.parametrize("case", WRONG)
def test_nobody_else_does(office: Floor, case: str) -> None:
    given, before = WRONG[case]
    before(office)
    assert decider(office, given) is None


def test_of_who_has_a_second_step_the_code_of_the_phone_is_asked_and_taken_once(office: Floor) -> None:
    person = office.db.read(lambda read: people.person_by_user(read, "asha"))
    assert person is not None
    own = whose(person, signed_in(office, "asha"))
    offer = second_step.offered(KEYS, own, "Baari")
    paper = office.write(lambda tx: second_step.enrol(tx, KEYS, own, offer.token, code_of(offer, MORNING), MORNING))
    assert paper is not None
    right = replace(ASHA, code=code_of(offer, LATER))
    assert decider(office, ASHA) is None
    assert decider(office, replace(ASHA, code=paper[0])) is None
    assert decider(office, right) == 1
    office.write(lambda tx: second_step.take_code(tx, KEYS, 1, right.code, LATER))
    assert decider(office, right) is None
