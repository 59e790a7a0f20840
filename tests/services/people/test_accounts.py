"""What becomes of a person's account: each act is on record, and what ends, ends at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from server.domain.actors import CLI, By
from server.domain.errors import OwnAccount, UnknownPerson, UnknownSession
from server.domain.events.installation import Act, commitment
from server.domain.permissions import Role
from server.services.people import accounts, memberships, passwords, presence, seats, sign_in
from server.services.people.accounts import PersonState, PersonView
from server.services.people.presence import Place
from server.services.people.principal import Due, Principal, secret_hash
from server.services.proof.installation import verify_installation
from server.storage.sql import installation
from server.storage.sql.counters import counter_by_id
from server.storage.transaction import Transaction
from tests.factories import CENTRE, MORNING, Floor, at_time, second_centre
from tests.services.people.people import HASH, PASSWORD, add_person, signed_in, try_to_sign_in

MANAGER = By("staff:2")
LATER = MORNING + timedelta(minutes=1)
OTHER = passwords.hashed("another long one")
ACTS: dict[str, Callable[[Transaction, int, By], Any]] = {
    "disable": lambda tx, who, by: accounts.disable(tx, who, LATER, by),
    "enable": lambda tx, who, by: accounts.enable(tx, who, LATER, by),
    "unlock": lambda tx, who, by: accounts.unlock(tx, who, LATER, by),
    "role": lambda tx, who, by: memberships.set_role(tx, who, Role.MANAGER, LATER, by),
    "password": lambda tx, who, by: accounts.give_password(tx, who, OTHER, LATER, by),
    "sessions": lambda tx, who, by: accounts.end_sessions(tx, who, None, LATER, by),
}
FORBIDDEN_TO_ONESELF = ("disable", "role", "password")


@pytest.fixture
def office(floor: Floor) -> Floor:
    """Return a floor with Asha at a counter and Ravi, who manages."""
    add_person(floor, "asha")
    add_person(floor, "ravi", Role.MANAGER)
    return floor


def act(floor: Floor, name: str, who: int = 1, by: By = MANAGER) -> Any:
    return floor.write(lambda tx: ACTS[name](tx, who, by))


def person(floor: Floor, who: int = 1) -> PersonView:
    people = floor.db.read(lambda read: accounts.people_of(read, floor.centre_id, LATER, MANAGER))
    return next(each for each in people if each.id == who)


def is_known(floor: Floor, secret: str) -> bool:
    return floor.db.look(lambda read: presence.known_at(read, Place(True, secret_hash(secret)))) is not None


def told(floor: Floor) -> list[tuple[str, str, Any]]:
    """Return (kind, actor, data) of the events since both were added."""
    rows = floor.db.read(lambda conn: list(installation.stored_between(conn, 3, 100)))
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []
    return [(row.kind, row.actor, dict(row.data)) for row in rows if row.kind != Act.SIGNED_IN]


def test_people_are_listed_by_name_with_what_they_are_and_when_they_were_seen(office: Floor) -> None:
    signed_in(office, "asha")
    people = office.db.read(lambda read: accounts.people_of(read, office.centre_id, LATER, MANAGER))
    assert [(p.user, p.role, p.state, p.seen_at, p.sessions, p.mine) for p in people] == [
        ("asha", Role.COUNTER, PersonState.ACTIVE, MORNING, 1, False),
        ("ravi", Role.MANAGER, PersonState.ACTIVE, None, 0, True),
    ]
    secret = signed_in(office, "asha", LATER)
    office.db.write(None, lambda tx: sign_in.note_seen(tx, secret, LATER + timedelta(minutes=6)))
    assert person(office).seen_at == LATER + timedelta(minutes=6)


def test_who_is_disabled_is_out_gets_up_and_is_answered_as_a_stranger(office: Floor) -> None:
    secret = signed_in(office, "asha")
    asha = Principal("staff:1", Role.COUNTER, office.centre_id, CENTRE, user="asha")
    office.write(lambda tx: seats.sit(tx, "G1", asha, MORNING))
    known = office.db.read(lambda read: sign_in.person_named(read, "asha", MORNING))
    act(office, "disable")
    assert known is not None
    assert not is_known(office, secret)
    assert office.db.read(lambda read: counter_by_id(read, office.centre_id, "G1")).operator is None
    assert office.db.read(lambda read: sign_in.person_named(read, "asha", LATER)) is None
    assert office.db.write(None, lambda tx: sign_in.settle(tx, known, True, LATER)) is None
    assert (person(office).state, person(office).sessions) == (PersonState.DISABLED, 0)
    act(office, "disable")
    assert told(office) == [(Act.PERSON_DISABLED, "staff:2", {"person": 1})]
    act(office, "enable")
    act(office, "enable")
    assert try_to_sign_in(office, "asha", LATER) is not None
    assert told(office)[1:] == [(Act.PERSON_ENABLED, "staff:2", {"person": 1})]


def test_who_is_disabled_with_somebody_at_their_counter_ends_nobody_s_turn(office: Floor) -> None:
    asha = Principal("staff:1", Role.COUNTER, office.centre_id, CENTRE, user="asha")
    office.open("G1")
    office.write(lambda tx: seats.sit(at_time(tx, office.now()), "G1", asha, MORNING))
    office.issue()
    office.call("G1")
    act(office, "disable")
    counter = office.db.read(lambda read: counter_by_id(read, office.centre_id, "G1"))
    assert (counter.operator, counter.token is not None) == ("staff:1", True)


def test_another_role_holds_in_the_session_that_is_open(office: Floor) -> None:
    secret = signed_in(office, "asha")
    act(office, "role")
    act(office, "role")
    known = office.db.look(lambda read: presence.known_at(read, Place(True, secret_hash(secret))))
    assert known is not None
    assert known.principal.role is Role.MANAGER
    assert told(office) == [(Act.ROLE_CHANGED, "staff:2", {"person": 1, "role": "manager", "centre": office.centre_id})]


def test_a_password_that_was_given_ends_all_sessions_and_must_be_changed(office: Floor) -> None:
    secret = signed_in(office, "asha")
    act(office, "password")
    assert not is_known(office, secret)
    assert not person(office).own_password
    start = signed_in(office, "asha", LATER)
    other = signed_in(office, "asha", LATER)
    known = office.db.look(lambda read: presence.known_at(read, Place(True, secret_hash(start))))
    assert known is not None
    assert known.principal.due is Due.PASSWORD
    kept = secret_hash(start)
    office.db.write(None, lambda tx: accounts.change_password(tx, 1, HASH, kept, LATER))
    assert (is_known(office, start), is_known(office, other)) == (True, False)
    assert person(office).own_password
    assert passwords.fits(HASH, PASSWORD)
    given, own = told(office)
    assert given == (
        Act.PASSWORD_CHANGED,
        "staff:2",
        {"person": 1, "password": commitment(OTHER), "session": None},
    )
    assert own[1:] == ("staff:1", {"person": 1, "password": commitment(HASH), "session": commitment(kept)})


def test_sessions_are_listed_by_what_opens_nothing_and_ended_one_by_one_or_all(office: Floor) -> None:
    first, second, third = (signed_in(office, "asha", at) for at in (MORNING, LATER, LATER))
    listed = office.db.read(lambda read: accounts.sessions_of(read, office.centre_id, 1))
    assert {session.id for session in listed} == {commitment(secret_hash(each)) for each in (first, second, third)}
    assert (listed[-1].began_at, listed[-1].seen_at, listed[-1].address) == (MORNING, MORNING, None)
    one = commitment(secret_hash(second))
    assert office.write(lambda tx: accounts.end_sessions(tx, 1, one, LATER, MANAGER)) == 1
    assert [is_known(office, each) for each in (first, second, third)] == [True, False, True]
    with pytest.raises(UnknownSession):
        office.write(lambda tx: accounts.end_sessions(tx, 1, one, LATER, MANAGER))
    assert act(office, "sessions") == 2
    assert act(office, "sessions") == 0
    assert [kind for kind, _, _ in told(office)] == [Act.SESSION_ENDED] * 3


def test_a_lock_is_taken_off(office: Floor) -> None:
    for _ in range(5):
        try_to_sign_in(office, "asha", LATER, fits=False)
    assert person(office).state is PersonState.LOCKED
    act(office, "unlock")
    assert person(office).state is PersonState.ACTIVE
    assert try_to_sign_in(office, "asha", LATER) is not None


@pytest.mark.parametrize("name", FORBIDDEN_TO_ONESELF)
def test_nobody_locks_themselves_out_but_the_machine_does(office: Floor, name: str) -> None:
    with pytest.raises(OwnAccount):
        act(office, name, 2)
    act(office, name, 2, CLI)


@pytest.mark.parametrize("name", ACTS)
def test_nothing_is_done_to_a_person_of_another_centre_or_to_nobody(office: Floor, name: str) -> None:
    elsewhere = second_centre(office)
    for number in (1, 99, 2**63):
        with pytest.raises(UnknownPerson):
            office.db.write(elsewhere, lambda tx, number=number: ACTS[name](tx, number, MANAGER))  # type: ignore[misc]
    assert told(office)[1:] == []  # the other centre alone
