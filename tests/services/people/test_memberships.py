"""Somebody works at several centres: each session acts at one of them, with the role that they have there."""

from datetime import timedelta

import pytest

from server.domain.actors import CLI, By
from server.domain.errors import AlreadyThere, Forbidden, KeptElsewhere, OwnAccount, UnknownCentre, UnknownPerson
from server.domain.events.installation import Act, commitment
from server.domain.permissions import Permission, Role, Scope
from server.services.people import accounts, memberships, passwords, presence, seats, second_step, sign_in
from server.services.people.presence import Known, Place
from server.services.people.principal import Due, Principal, secret_hash
from server.services.proof.installation import verify_installation
from server.storage.sql import installation, people
from server.storage.sql.counters import counter_by_id
from tests.factories import CENTRE, MORNING, Floor, second_centre
from tests.services.people.people import HASH, TWIN, add_person, signed_in, try_to_sign_in, twin_centre

MANAGER = By("staff:2")
LATER = MORNING + timedelta(minutes=1)


@pytest.fixture
def twin(floor: Floor) -> int:
    """Return a second centre; Asha serves at the first, which keeps her account, and leads at the second."""
    add_person(floor, "asha")
    add_person(floor, "ravi", Role.MANAGER)
    twin = twin_centre(floor)
    floor.db.write(twin, lambda tx: memberships.begin(tx, " ASHA", Role.LEAD, MORNING, MANAGER))
    return twin


def known(floor: Floor, secret: str) -> Known | None:
    return floor.db.look(lambda read: presence.known_at(read, Place(True, secret_hash(secret))))


def principal(floor: Floor, secret: str) -> Principal:
    there = known(floor, secret)
    assert there is not None
    return there.principal


def choose(floor: Floor, secret: str, centre: str, number: int = 1) -> None:
    floor.db.write(None, lambda tx: memberships.choose(tx, number, secret_hash(secret), centre, LATER))


def acting(floor: Floor, centre: str) -> str:
    """Let Asha sign in and choose a centre; returns the secret of her session."""
    secret = signed_in(floor, "asha")
    choose(floor, secret, centre)
    return secret


def told(floor: Floor) -> list[tuple[str, str, object]]:
    """Return (kind, actor, data) of the acts after the set-up of the twin; the whole record is proven."""
    rows = floor.db.read(lambda conn: list(installation.stored_between(conn, 5, 100)))
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []
    return [(row.kind, row.actor, dict(row.data)) for row in rows if row.kind != Act.SIGNED_IN]


def test_who_works_at_several_centres_chooses_one_before_anything_else(floor: Floor, twin: int) -> None:
    secret = signed_in(floor, "asha")
    asked = principal(floor, secret)
    assert asked.due is Due.CENTRE
    with pytest.raises(Forbidden):
        asked.acting(Permission.WATCH_FLOOR, centre=CENTRE)
    choose(floor, secret, TWIN)
    acts = principal(floor, secret)
    assert (acts.due, acts.centre_id, acts.centre, acts.role, acts.scope) == (None, twin, TWIN, Role.LEAD, Scope.CENTRE)
    choose(floor, secret, CENTRE)
    assert (principal(floor, secret).centre, principal(floor, secret).role) == (CENTRE, Role.COUNTER)
    chosen = [{"person": 1, "session": commitment(secret_hash(secret)), "centre": each} for each in (twin, 1)]
    assert told(floor) == [(Act.CENTRE_CHOSEN, "staff:1", each) for each in chosen]


def test_who_works_at_one_centre_is_not_asked(floor: Floor, twin: int) -> None:
    assert principal(floor, signed_in(floor, "ravi")).due is None


def test_only_the_role_of_the_centre_where_a_session_acts_counts(floor: Floor, twin: int) -> None:
    asha = principal(floor, acting(floor, TWIN))
    assert asha.acting(Permission.CALL_TOKEN, centre=TWIN).centre == TWIN
    with pytest.raises(Forbidden) as refused:
        asha.acting(Permission.CALL_NEXT, centre=CENTRE)
    assert (refused.value.details["acts_at"], refused.value.details["scope"]) == (TWIN, "all")
    with pytest.raises(Forbidden):
        principal(floor, acting(floor, CENTRE)).acting(Permission.CALL_TOKEN, centre=CENTRE)


def test_nobody_acts_at_a_centre_where_they_do_not_work(floor: Floor, twin: int) -> None:
    secret = signed_in(floor, "ravi")
    for centre in (TWIN, "NOWHERE"):
        with pytest.raises(UnknownCentre):
            choose(floor, secret, centre, 2)
    assert principal(floor, secret).centre == CENTRE


def test_a_membership_that_ends_ends_the_sessions_that_act_there_and_no_other(floor: Floor, twin: int) -> None:
    here, there = acting(floor, CENTRE), acting(floor, TWIN)
    asha = principal(floor, there)
    floor.db.write(twin, lambda tx: seats.sit(tx, "G1", asha, MORNING))
    floor.db.write(twin, lambda tx: memberships.end(tx, 1, LATER, MANAGER))
    with pytest.raises(UnknownPerson):
        floor.db.write(twin, lambda tx: memberships.end(tx, 1, LATER, MANAGER))
    assert (known(floor, here) is None, known(floor, there) is None) == (False, True)
    assert floor.db.read(lambda read: counter_by_id(read, twin, "G1")).operator is None
    assert principal(floor, signed_in(floor, "asha", LATER)).due is None
    assert told(floor)[2:] == [(Act.MEMBERSHIP_ENDED, "staff:2", {"person": 1, "centre": twin})]


def test_who_works_nowhere_any_more_is_answered_as_a_stranger_until_they_work_somewhere_again(floor: Floor) -> None:
    add_person(floor, "asha")
    person = floor.db.read(lambda read: sign_in.person_named(read, "asha", MORNING))
    floor.write(lambda tx: memberships.end(tx, 1, LATER, MANAGER))
    assert person is not None
    assert floor.db.read(lambda read: sign_in.person_named(read, "asha", LATER)) is None
    assert floor.db.write(None, lambda tx: sign_in.settle(tx, person, True, LATER)) is None
    view = floor.db.read(lambda read: accounts.people_of(read, floor.centre_id, LATER, MANAGER))[0]
    assert (view.user, view.role, view.kept_here) == ("asha", None, True)
    floor.write(lambda tx: memberships.set_role(tx, 1, Role.LEAD, LATER, MANAGER))
    assert try_to_sign_in(floor, "asha", LATER) is not None


def test_a_person_is_listed_where_they_work_and_where_their_account_is_kept(floor: Floor, twin: int) -> None:
    listed = {
        centre: floor.db.read(lambda read, at=centre: accounts.people_of(read, at, LATER, MANAGER))  # type: ignore[misc]
        for centre in (floor.centre_id, twin)
    }
    facts = {centre: [(each.user, each.role, each.kept_here) for each in people] for centre, people in listed.items()}
    assert facts == {
        floor.centre_id: [("asha", Role.COUNTER, True), ("ravi", Role.MANAGER, True)],
        twin: [("asha", Role.LEAD, False)],
    }


OF_THE_ACCOUNT = {
    "disable": lambda tx: accounts.disable(tx, 1, LATER, MANAGER),
    "enable": lambda tx: accounts.enable(tx, 1, LATER, MANAGER),
    "unlock": lambda tx: accounts.unlock(tx, 1, LATER, MANAGER),
    "password": lambda tx: accounts.give_password(tx, 1, passwords.hashed("another long one"), LATER, MANAGER),
    "second step": lambda tx: second_step.end(tx, 1, LATER, MANAGER),
}


@pytest.mark.parametrize("name", OF_THE_ACCOUNT)
def test_an_account_is_changed_only_where_it_is_kept(floor: Floor, twin: int, name: str) -> None:
    with pytest.raises(KeptElsewhere) as refused:
        floor.db.write(twin, OF_THE_ACCOUNT[name])
    assert refused.value.details == {"centre": CENTRE}
    assert told(floor) == []
    floor.write(OF_THE_ACCOUNT[name])


def test_another_centre_sees_and_ends_only_the_sessions_that_act_there(floor: Floor, twin: int) -> None:
    here, there = acting(floor, CENTRE), acting(floor, TWIN)
    seen = [len(floor.db.read(lambda read, at=at: accounts.sessions_of(read, at, 1))) for at in (1, twin)]  # type: ignore[misc]
    assert seen == [2, 1]
    assert floor.db.write(twin, lambda tx: accounts.end_sessions(tx, 1, None, LATER, MANAGER)) == 1
    assert (known(floor, here) is None, known(floor, there) is None) == (False, True)


def test_nobody_works_twice_at_a_centre_nor_changes_what_they_are_themselves(floor: Floor, twin: int) -> None:
    with pytest.raises(AlreadyThere):
        floor.db.write(twin, lambda tx: memberships.begin(tx, "asha", Role.LEAD, LATER, MANAGER))
    with pytest.raises(UnknownPerson):
        floor.db.write(twin, lambda tx: memberships.begin(tx, "nobody", Role.LEAD, LATER, MANAGER))
    for act in (memberships.end, lambda tx, n, now, by: memberships.set_role(tx, n, Role.MANAGER, now, by)):
        with pytest.raises(OwnAccount):
            floor.db.write(twin, lambda tx, act=act: act(tx, 1, LATER, By("staff:1")))  # type: ignore[misc]
    assert told(floor) == []


def test_who_reads_the_figures_of_all_centres_may_act_at_each_and_is_made_at_the_machine(floor: Floor) -> None:
    add_person(floor, "asha")
    second_centre(floor)
    for give in (
        lambda tx: sign_in.add_staff(tx, "meera", Role.HEADQUARTERS, HASH, MORNING, MANAGER),
        lambda tx: memberships.set_role(tx, 1, Role.HEADQUARTERS, MORNING, MANAGER),
    ):
        with pytest.raises(Forbidden):
            floor.write(give)
    number = floor.write(lambda tx: sign_in.add_staff(tx, "meera", Role.HEADQUARTERS, HASH, MORNING, CLI))
    secret = signed_in(floor, "meera")
    assert (principal(floor, secret).due, principal(floor, secret).centre) == (None, CENTRE)
    places = floor.db.read(lambda read: memberships.workplaces_of(read, number))
    assert [(each.centre, each.role) for each in places] == [(CENTRE, Role.HEADQUARTERS), ("PSK-2", None)]
    choose(floor, secret, "PSK-2", number)
    acts = principal(floor, secret)
    assert (acts.centre, acts.role, acts.scope) == ("PSK-2", Role.HEADQUARTERS, Scope.ALL)
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []


def test_a_seat_is_taken_only_by_who_acts_at_its_centre(floor: Floor, twin: int) -> None:
    here = principal(floor, acting(floor, CENTRE))
    floor.write(lambda tx: seats.sit(tx, "G1", here, MORNING))
    choose(floor, acting(floor, TWIN), TWIN)
    ravi = Principal("staff:2", Role.MANAGER, floor.centre_id, CENTRE, user="ravi")
    floor.write(lambda tx: accounts.end_sessions(tx, 1, None, LATER, MANAGER))
    acting(floor, TWIN)
    assert floor.write(lambda tx: seats.sit(tx, "G1", ravi, MORNING)).operator == "staff:2"
    assert floor.db.read(lambda read: sorted(people.signed_in(read, twin, MORNING - timedelta(hours=1)))) == [1]
