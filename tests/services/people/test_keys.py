"""A key opens what it was made for until it is revoked; every change of who is there moves a number."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.actors import CLI, By
from server.domain.errors import Forbidden, InvalidInput, UnknownCounter, UnknownDevice, UnknownKey
from server.domain.instants import to_iso
from server.domain.permissions import Role, Scope
from server.services.people import keys, presence, seats, sign_in
from server.services.people.keys import KeyView, Order
from server.services.people.presence import Known, Place
from server.services.people.principal import Principal, secret_hash
from server.services.proof.installation import verify_installation
from server.storage.transaction import Transaction
from tests.factories import CENTRE, MORNING, Floor
from tests.services.people.people import HASH, add_person, signed_in

HOUR = timedelta(hours=1)


def known(floor: Floor, secret: str) -> Known | None:
    return floor.db.look(lambda read: presence.known_at(read, Place(False, secret_hash(secret))))


def holder(floor: Floor, secret: str) -> Principal:
    key = known(floor, secret)
    assert key is not None
    return key.principal


def number(floor: Floor) -> int:
    return floor.db.read(presence.auth_seq)


def test_a_key_is_known_by_its_secret_only_and_bound_to_what_it_was_made_for(floor: Floor) -> None:
    secret = floor.key(Role.KIOSK, device="K1")
    kiosk = holder(floor, secret)
    assert (kiosk.role, kiosk.device, kiosk.printer, kiosk.centre) == (Role.KIOSK, "K1", "printer-k1", CENTRE)
    assert known(floor, secret + "x") is None
    with pytest.raises(UnknownDevice):
        floor.key(Role.KIOSK, device="K9")
    with pytest.raises(UnknownCounter):
        floor.key(Role.COUNTER, counter="Z1")


def test_a_key_reaches_its_counter_its_centre_or_all(floor: Floor) -> None:
    everywhere = floor.write(lambda tx: keys.create_key_of_all(tx, Role.MANAGER, "office", MORNING))
    made = (floor.key(Role.COUNTER, counter="G1"), floor.key(Role.COUNTER), everywhere)
    assert [holder(floor, secret).scope for secret in made] == [Scope.OWN_COUNTER, Scope.CENTRE, Scope.ALL]


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "hall\n"])
def test_a_key_has_a_name_by_which_it_is_found_again(floor: Floor, name: str) -> None:
    for create in (keys.create_key, keys.create_key_of_all):
        with pytest.raises(InvalidInput):
            floor.write(lambda tx, create=create: create(tx, Role.MANAGER, name, MORNING))  # type: ignore[misc]


def test_a_revoked_key_opens_nothing_and_the_others_go_on(floor: Floor) -> None:
    def create(name: str) -> str:
        return floor.write(lambda tx: keys.create_key(tx, Role.DISPLAY, name, MORNING))

    stolen, twin, kept = create("hall"), create("hall"), create("gate")
    assert [floor.write(lambda tx: keys.revoke_key(tx, "hall", MORNING)) for _ in range(2)] == [2, 0]
    assert (known(floor, stolen), known(floor, twin)) == (None, None)
    assert known(floor, kept) is not None


def test_keys_are_listed_revoked_and_given_another_secret_one_by_one(floor: Floor) -> None:
    old = floor.key(Role.KIOSK, device="K1")
    other = floor.key(Role.COUNTER, counter="G1")
    seen = MORNING + timedelta(minutes=1)
    floor.db.write(None, lambda tx: keys.note_seen(tx, secret_hash(old), seen))
    counter, kiosk = floor.db.read(lambda read: keys.keys_of(read, floor.centre_id))
    assert (kiosk.name, kiosk.role, kiosk.device, kiosk.seen_at) == ("test", Role.KIOSK, "K1", seen)
    assert (counter.role, counter.counter, counter.seen_at) == (Role.COUNTER, "G1", None)
    new = keys.new_secret()
    before = known(floor, old)
    floor.write(lambda tx: keys.rotate(tx, kiosk.id, new, seen, By("staff:1")))
    after = known(floor, new)
    assert before is not None
    assert after is not None
    assert (known(floor, old), after.principal) == (None, before.principal)
    with pytest.raises(InvalidInput):
        floor.write(lambda tx: keys.rotate(tx, kiosk.id, other, seen, CLI))
    assert floor.write(lambda tx: keys.revoke(tx, kiosk.id, seen, CLI)).id == kiosk.id
    assert known(floor, new) is None
    for number in (kiosk.id, 99, 2**63):
        with pytest.raises(UnknownKey):
            floor.write(lambda tx, number=number: keys.revoke(tx, number, seen, CLI))  # type: ignore[misc]
        with pytest.raises(UnknownKey):
            floor.write(lambda tx, number=number: keys.rotate(tx, number, keys.new_secret(), seen, CLI))  # type: ignore[misc]
    assert [key.id for key in floor.db.read(lambda read: keys.keys_of(read, floor.centre_id))] == [counter.id]
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []


def test_a_key_of_all_centres_gets_another_secret_on_the_machine_alone(floor: Floor) -> None:
    floor.write(lambda tx: keys.create_key_of_all(tx, Role.MANAGER, "office", MORNING))
    (office,) = floor.db.read(lambda read: keys.keys_of(read, floor.centre_id))
    with pytest.raises(Forbidden):
        floor.write(lambda tx: keys.rotate(tx, office.id, keys.new_secret(), MORNING, By("staff:1")))
    with pytest.raises(Forbidden):
        floor.write(lambda tx: keys.rotate(tx, office.id, keys.new_secret(), MORNING, By("client:asha")))
    for by in (CLI, By("cli:asha")):
        assert floor.write(lambda tx, by=by: keys.rotate(tx, office.id, keys.new_secret(), MORNING, by)).all_centres  # type: ignore[misc]


def test_what_is_known_of_many_is_what_is_known_of_each(floor: Floor) -> None:
    add_person(floor, "asha")
    places = [
        Place(False, secret_hash(floor.key(Role.KIOSK, device="K1"))),
        Place(True, secret_hash(signed_in(floor, "asha"))),
        Place(False, secret_hash("unknown")),
    ]
    each = {place: floor.db.look(lambda read, place=place: presence.known_at(read, place)) for place in places}  # type: ignore[misc]
    assert floor.db.read(lambda read: presence.known_again(read, places)) == {p: k for p, k in each.items() if k}
    assert len([k for k in each.values() if k]) == 2


CHANGES: dict[str, Callable[[Transaction, Principal, str], Any]] = {
    "a key": lambda tx, _who, _secret: keys.create_key(tx, Role.DISPLAY, "hall", MORNING),
    "a key of all centres": lambda tx, _who, _secret: keys.create_key_of_all(tx, Role.DISPLAY, "hall", MORNING),
    "a key revoked": lambda tx, _who, _secret: keys.revoke_key(tx, "test", MORNING),
    "a person": lambda tx, _who, _secret: sign_in.add_staff(tx, "ravi", Role.COUNTER, HASH, MORNING),
    "a seat taken": lambda tx, who, _secret: seats.sit(tx, "G1", who, MORNING),
    "a seat left": lambda tx, who, _secret: seats.leave(tx, who),
    "a session ended": lambda tx, _who, secret: sign_in.sign_out(tx, secret),
    "sessions forgotten": lambda tx, _who, _secret: sign_in.forget_sessions(tx, MORNING + sign_in.SESSION_AGE),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_who_is_there_moves_the_number_with_it(floor: Floor, change: str) -> None:
    add_person(floor, "asha")
    before = number(floor)
    secret = signed_in(floor, "asha")
    signed = number(floor)
    assert signed == before + 1
    who = Principal("staff:1", Role.COUNTER, floor.centre_id, CENTRE, user="asha")
    floor.write(lambda tx: CHANGES[change](tx, who, secret))
    assert number(floor) == signed + 1


def test_a_change_that_is_undone_does_not_move_the_number(floor: Floor) -> None:
    add_person(floor, "asha")
    before = number(floor)

    def fail(tx: Transaction) -> None:
        sign_in.add_staff(tx, "ravi", Role.COUNTER, HASH, MORNING)
        raise RuntimeError("undo")

    with pytest.raises(RuntimeError):
        floor.write(fail)
    floor.db.write(None, lambda tx: sign_in.forget_sessions(tx, MORNING))
    assert number(floor) == before


DRAWN = "baari_" + "d" * 43


def person(floor: Floor, role: Role) -> Principal:
    """Return somebody of a role who is signed in."""
    add_person(floor, "zoya", role)
    place = Place(True, secret_hash(signed_in(floor, "zoya")))
    session = floor.db.look(lambda read: presence.known_at(read, place))
    assert session is not None
    return session.principal


def order(floor: Floor, giver: Principal, role: Role, **more: Any) -> KeyView:
    return floor.write(lambda tx: keys.order_key(tx, Order(role, "hall", **more), DRAWN, MORNING, giver))


def test_a_person_makes_a_key_of_a_device_by_a_secret_that_was_drawn_elsewhere(floor: Floor) -> None:
    made = order(floor, person(floor, Role.ADMINISTRATOR), Role.KIOSK, device="K1", expires_at=MORNING + HOUR)
    assert (made.name, made.role, made.device, made.expires_at) == ("hall", Role.KIOSK, "K1", MORNING + HOUR)
    assert holder(floor, DRAWN).role is Role.KIOSK
    for more, refusal in (({"device": "K9"}, UnknownDevice), ({"counter": "Z1"}, UnknownCounter), ({}, InvalidInput)):
        with pytest.raises(refusal):
            order(floor, holder(floor, floor.key(Role.MANAGER)), Role.KIOSK, **more)
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []


@pytest.mark.parametrize(
    ("giver", "given", "missing"),
    [
        (Role.ADMINISTRATOR, Role.KIOSK, "issue_token"),
        (Role.ADMINISTRATOR, Role.FLOOR_MANAGER, "issue_token"),
        (Role.ADMINISTRATOR, Role.MANAGER, "issue_token"),
        (Role.ADMINISTRATOR, Role.DISPLAY, None),
        (Role.ADMINISTRATOR, Role.ADMINISTRATOR, None),
        (Role.MANAGER, Role.KIOSK, None),
        (Role.MANAGER, Role.INTEGRATION, None),
    ],
)
def test_a_key_makes_none_that_may_more_than_itself(
    floor: Floor, giver: Role, given: Role, missing: str | None
) -> None:
    own = holder(floor, floor.key(giver))
    if missing is None:
        assert order(floor, own, given).role is given
        return
    with pytest.raises(Forbidden) as refused:
        order(floor, own, given)
    assert refused.value.details == {"permission": missing, "role": given.value}


def test_neither_does_one_that_is_bound_or_ends(floor: Floor) -> None:
    bound, until = holder(floor, floor.key(Role.MANAGER, counter="G1")), MORNING + HOUR
    for more in ({}, {"counter": "G2"}):
        with pytest.raises(Forbidden):
            order(floor, bound, Role.COUNTER, **more)
    assert order(floor, bound, Role.COUNTER, counter="G1").counter == "G1"
    short = holder(floor, floor.write(lambda tx: keys.create_key(tx, Role.MANAGER, "short", MORNING, expires_at=until)))

    def ordered(secret: str, ends: datetime | None) -> KeyView:
        what = Order(Role.KIOSK, "hall", expires_at=ends)
        return floor.write(lambda tx: keys.order_key(tx, what, secret, MORNING, short))

    for ends in (None, until + HOUR):
        with pytest.raises(Forbidden) as refused:
            ordered("baari_longer", ends)
        assert refused.value.details == {"until": to_iso(until)}
    assert ordered("baari_as_long", until).expires_at == until


def test_the_role_of_headquarters_is_given_at_the_machine_alone(floor: Floor) -> None:
    with pytest.raises(Forbidden):
        order(floor, person(floor, Role.MANAGER), Role.HEADQUARTERS)
