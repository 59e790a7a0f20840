"""Who sits where, and how far each reaches from there."""

from dataclasses import replace

import pytest

from server.domain.errors import CounterBusy, CounterTaken, Forbidden, NotYourCounter, UnknownToken
from server.domain.permissions import Permission, Role, Scope
from server.services.people import seats
from server.services.people.principal import Principal, in_centre
from server.storage.sql.counters import counter_by_id
from tests.factories import CENTRE, MORNING, Floor, at_time
from tests.services.people.people import TWIN, add_person, signed_in, twin_centre


def person(floor: Floor, user: str) -> Principal:
    """Return somebody who has signed in and acts at their own counter."""
    add_person(floor, user)
    signed_in(floor, user)
    id_ = str(floor.write(lambda tx: seats.officer_named(tx, user)))
    return Principal(id_, Role.COUNTER, floor.centre_id, CENTRE, user=user, scope=Scope.OWN_COUNTER)


def sit(floor: Floor, who: Principal, counter: str, *, take_over: bool = False) -> None:
    floor.write(lambda tx: seats.sit(at_time(tx, floor.now()), counter, who, MORNING, take_over=take_over))


def operator(floor: Floor, counter: str, centre: int | None = None) -> str | None:
    return floor.db.read(lambda read: counter_by_id(read, centre or floor.centre_id, counter)).operator


def may_act(floor: Floor, who: Principal, counter: str) -> bool:
    try:
        floor.write(lambda tx: seats.require_seat(tx, counter, who))
    except NotYourCounter:
        return False
    return True


def test_a_person_sits_at_one_counter_of_their_own_centre(floor: Floor) -> None:
    twin = twin_centre(floor)
    asha = person(floor, "asha")
    sit(floor, asha, "G1")
    sit(floor, asha, "G2")
    assert [operator(floor, counter) for counter in ("G1", "G2")] == [None, asha.id]
    assert [operator(floor, counter, twin) for counter in ("G1", "G2")] == [None, None]
    floor.write(lambda tx: seats.leave(at_time(tx, floor.now()), asha))
    assert operator(floor, "G2") is None


def test_a_seat_is_left_only_when_nobody_is_there_any_more(floor: Floor) -> None:
    asha = person(floor, "asha")
    sit(floor, asha, "G1")
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    with pytest.raises(CounterBusy):
        sit(floor, asha, "G2")
    with pytest.raises(CounterBusy):
        floor.write(lambda tx: seats.leave(at_time(tx, floor.now()), asha))
    sit(floor, asha, "G1")
    assert [operator(floor, counter) for counter in ("G1", "G2")] == [asha.id, None]


def test_a_person_gives_way_to_a_take_over_and_a_key_to_everybody(floor: Floor) -> None:
    asha, ravi = person(floor, "asha"), person(floor, "ravi")
    key = Principal("key:7", Role.COUNTER, floor.centre_id, CENTRE)
    sit(floor, key, "G1")
    sit(floor, asha, "G1")
    with pytest.raises(CounterTaken):
        sit(floor, ravi, "G1")
    sit(floor, ravi, "G1", take_over=True)
    assert operator(floor, "G1") == ravi.id


def test_who_reaches_their_own_counter_only_acts_where_they_sit(floor: Floor) -> None:
    asha = person(floor, "asha")
    sit(floor, asha, "G1")
    assert [may_act(floor, asha, counter) for counter in ("G1", "G2")] == [True, False]
    assert may_act(floor, replace(asha, scope=Scope.CENTRE), "G2")
    assert may_act(floor, Principal("key:7", Role.COUNTER, floor.centre_id, CENTRE, scope=Scope.OWN_COUNTER), "G2")


def test_a_key_of_a_counter_changes_the_tokens_of_that_counter_only(floor: Floor) -> None:
    bound = Principal("key:7", Role.COUNTER, floor.centre_id, CENTRE, counter="G1", scope=Scope.OWN_COUNTER)
    floor.open("G1", "G2")
    token, waiting = floor.issue(), floor.issue()
    floor.call("G1")

    def refusal(who: Principal, token_id: str) -> dict[str, str]:
        try:
            floor.write(lambda tx: seats.require_token(tx, token_id, who, Permission.REMARK_TOKEN))
        except Forbidden as error:
            return dict(error.details)
        return {}

    missing = {"permission": "remark_token", "scope": "centre"}
    other = replace(bound, counter="G2")
    assert [refusal(bound, t.id) for t in (token, waiting)] == [{}, missing]
    assert refusal(other, token.id) == missing
    assert refusal(replace(bound, counter=None), waiting.id) == {}
    with pytest.raises(UnknownToken):
        refusal(bound, "nobody")
    floor.lose("G1")
    assert [refusal(who, token.id) for who in (bound, other)] == [{}, missing]


@pytest.mark.parametrize(
    ("scope", "counter", "asked", "missing"),
    [
        (Scope.OWN_COUNTER, "G1", (Permission.CALL_NEXT, CENTRE, "G1"), None),
        (Scope.OWN_COUNTER, "G1", (Permission.CALL_NEXT, CENTRE, "G2"), "centre"),
        (Scope.OWN_COUNTER, "G1", (Permission.CORRECT_TOKEN, CENTRE, None), None),
        (Scope.CENTRE, None, (Permission.CALL_NEXT, CENTRE, "G2"), None),
        (Scope.CENTRE, None, (Permission.CALL_TOKEN, CENTRE, "G2"), None),
        (Scope.CENTRE, None, (Permission.CALL_TOKEN, TWIN, "G2"), "all"),
        (Scope.ALL, None, (Permission.CALL_TOKEN, TWIN, "G2"), None),
        (Scope.ALL, None, (Permission.CALL_NEXT, TWIN, "G2"), "all"),
        (Scope.ALL, None, (Permission.TAKE_SEAT, TWIN, "G2"), "all"),
    ],
)
def test_a_principal_goes_as_far_as_both_it_and_its_role_reach(
    scope: Scope, counter: str | None, asked: tuple[Permission, str, str | None], missing: str | None
) -> None:
    who = Principal("key:7", Role.MANAGER, 1, CENTRE, counter=counter, scope=scope)
    action, centre, at = asked
    if missing is None:
        assert who.acting(action, centre=centre, counter=at).scope <= scope
        return
    with pytest.raises(Forbidden) as refusal:
        who.acting(action, centre=centre, counter=at)
    assert refusal.value.details == {"permission": action.value, "scope": missing}


def test_an_action_narrows_the_scope_and_a_role_without_it_is_refused() -> None:
    who = Principal("key:7", Role.MANAGER, 1, CENTRE, scope=Scope.ALL)
    assert who.acting(Permission.CALL_NEXT, centre=CENTRE).scope is Scope.OWN_COUNTER
    assert who.acting(Permission.OPEN_COUNTER, centre=CENTRE) == who
    with pytest.raises(Forbidden):
        replace(who, role=Role.DISPLAY).acting(Permission.CALL_NEXT, centre=CENTRE)


def test_somebody_of_all_centres_acts_in_another_under_its_id(floor: Floor) -> None:
    twin = twin_centre(floor)
    who = Principal("key:7", Role.MANAGER, floor.centre_id, CENTRE, scope=Scope.ALL)
    there = floor.db.read(lambda read: in_centre(read, who, TWIN))
    assert there == replace(who, centre_id=twin, centre=TWIN)
