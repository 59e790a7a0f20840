"""Who sits where, as the staff sees it."""

from server.domain.permissions import Role
from server.services.people import keys, seats
from server.services.people.presence import Place, known_at
from server.services.people.principal import Principal, secret_hash
from server.services.views.seats import SeatEntry, seats_taken
from tests.factories import MORNING, Floor, at_time
from tests.services.people.people import add_person, signed_in


def holder(floor: Floor, secret: str, *, staff: bool) -> Principal:
    known = floor.db.read(lambda read: known_at(read, Place(staff, secret_hash(secret))))
    assert known is not None
    return known.principal


def person(floor: Floor, user: str) -> Principal:
    add_person(floor, user)
    return holder(floor, signed_in(floor, user, MORNING), staff=True)


def test_each_seat_says_who_sits_there_whether_it_is_oneself_and_who_is_with_them(floor: Floor) -> None:
    asha, ravi = person(floor, "asha"), person(floor, "ravi")
    key = holder(floor, floor.write(lambda tx: keys.create_key(tx, Role.COUNTER, "desk", MORNING)), staff=False)
    for counter, who in (("G2", asha), ("G1", ravi), ("G3", key)):
        floor.open(counter)
        now = floor.now()
        floor.write(lambda tx, at=(counter, who, now): seats.sit(at_time(tx, at[2]), at[0], at[1], MORNING))  # type: ignore[misc]
    token = floor.issue()
    floor.call("G2")
    assert floor.db.read(lambda read: seats_taken(read, asha)) == (
        SeatEntry("G1", "ravi", mine=False, token=None),
        SeatEntry("G2", "asha", mine=True, token=token.label),
        SeatEntry("G3", None, mine=False, token=None),
    )


def test_a_counter_at_which_nobody_sits_is_not_among_them(floor: Floor) -> None:
    asha = person(floor, "asha")
    floor.write(lambda tx: seats.sit(tx, "G2", asha, MORNING))
    floor.write(lambda tx: seats.leave(tx, asha))
    assert floor.db.read(lambda read: seats_taken(read, asha)) == ()
