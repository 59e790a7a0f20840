"""The trail: both chains as one, the latest first, of one centre, and with the names of whoever acted."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.domain.actors import By
from server.domain.events.installation import Act
from server.domain.permissions import Role
from server.domain.trail import Place, Wanted, place_of
from server.services.people import keys, memberships, sign_in
from server.services.trail import trail
from server.services.trail.trail import TrailEntry, TrailPage
from server.wording.trail import WHAT
from tests.factories import DAY, MORNING, Floor, second_centre
from tests.services.people.people import HASH, add_person, signed_in

MANAGER = By("staff:2")
ALL: dict[str, Any] = {"first": None, "last": None, "kind": None, "token": None, "person": None}


@pytest.fixture
def worked(floor: Floor) -> Floor:
    """Return a floor with Asha and Ravi, on which N001 was served at the gate and N002 waits."""
    add_person(floor, "asha")
    add_person(floor, "ravi", Role.MANAGER)
    floor.issue()
    floor.open("G1")
    floor.sit("G1")
    floor.serve("G1")
    floor.issue()
    return floor


LATEST = Place()


def page(
    floor: Floor, centre_id: int | None = None, place: Place = LATEST, count: int = 100, **asked: Any
) -> TrailPage:
    def read(snapshot: Any) -> TrailPage:
        centre = trail.centre_of(snapshot, centre_id or floor.centre_id)
        return trail.page_of(snapshot, centre, trail.wanted_of(centre, **{**ALL, **asked}), place, count)

    return floor.db.read(read)


def entries(floor: Floor, **asked: Any) -> tuple[TrailEntry, ...]:
    return page(floor, **asked).entries


def test_both_chains_stand_in_one_list_the_latest_first_each_event_once(worked: Floor) -> None:
    signed_in(worked, "asha", worked.now() + timedelta(minutes=1))
    told = entries(worked)
    times = [entry.at for entry in told if entry.kind != Act.CENTRE_INSTALLED]  # a test's centre is of real time
    assert times == sorted(times, reverse=True)
    assert (told[0].kind, told[0].by, told[0].what) == ("person.signed_in", "asha", "Signed in")
    floor = [entry.seq for entry in told if entry.chain == "floor"]
    assert floor == list(range(worked.centre.event_seq, 0, -1))
    assert {entry.kind for entry in told if entry.chain == "installation"} >= {Act.CENTRE_INSTALLED, Act.PERSON_ADDED}


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_pages_of_any_length_tell_the_same_as_one(worked: Floor, count: int) -> None:
    whole, place = entries(worked), LATEST
    told: list[TrailEntry] = []
    while True:
        one = page(worked, place=place, count=count)
        assert 0 < len(one.entries) <= count
        told += one.entries
        if one.older is None:
            break
        place = place_of(one.older)
    assert tuple(told) == whole


def test_a_row_tells_who_what_number_counter_and_local_time(worked: Floor) -> None:
    (finished,) = entries(worked, kind="token.finished")
    assert (finished.token, finished.counter, finished.what) == ("N001", "G1", "Service finished")
    assert finished.local == (finished.at + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S.000+05:30")
    (seated,) = entries(worked, kind="counter.seated")
    assert (seated.counter, seated.about) == ("G1", "asha")


def test_it_is_narrowed_by_kind_number_and_person(worked: Floor) -> None:
    worked.write(lambda tx: memberships.set_role(tx, 1, Role.LEAD, worked.now(), MANAGER))
    assert {entry.kind for entry in entries(worked, kind="token.issued")} == {"token.issued"}
    assert {entry.token for entry in entries(worked, token="n002")} == {"N002"}
    assert {entry.token for entry in entries(worked, token="N001")} == {"N001"}
    assert entries(worked, token="N999") == ()
    changed, seated, added = entries(worked, person=1)
    assert (changed.kind, changed.by, changed.about, changed.detail) == ("person.role_changed", "ravi", "asha", "lead")
    assert (seated.kind, seated.by) == ("counter.seated", "asha")
    assert (added.kind, added.about) == ("person.added", "asha")
    assert [entry.kind for entry in entries(worked, person=2)] == ["person.role_changed", "person.added"]


def test_a_printed_copy_is_found_by_its_number(worked: Floor) -> None:
    token = worked.issue(printer="printer-k1")
    worked.reprint(token)
    (copy,) = entries(worked, kind="slip.reprinted")
    assert copy.token == token.label
    assert copy in entries(worked, token=token.label)


def test_it_is_narrowed_by_business_days_in_both_chains(worked: Floor) -> None:
    before, after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    today = entries(worked, first=DAY, last=DAY)
    assert {entry.chain for entry in today} == {"floor", "installation"}
    assert {entry.local[:10] for entry in today} == {DAY.isoformat()}
    assert entries(worked, last=before) == ()
    assert {entry.kind for entry in entries(worked, first=after)} == {Act.CENTRE_INSTALLED}
    assert entries(worked, first=before, last=after) == today
    assert entries(worked, first=date(1970, 1, 1), last=date(2200, 12, 31)) == entries(worked)


def test_a_moment_cuts_the_floor_s_chain_to_the_event(worked: Floor) -> None:
    floor = [entry.at for entry in entries(worked) if entry.chain == "floor"]
    for moment in (floor[0], floor[len(floor) // 2], floor[-1]):
        since, until = (within(worked, wanted) for wanted in (Wanted(begin=moment), Wanted(end=moment)))
        assert since == [at for at in floor if at >= moment]
        assert until == [at for at in floor if at < moment]


def within(floor: Floor, wanted: Wanted) -> list[datetime]:
    """Return the times of what is wanted of the floor's chain."""
    told = floor.db.read(lambda read: trail.page_of(read, floor.centre, wanted, Place())).entries
    return [entry.at for entry in told if entry.chain == "floor"]


def test_what_is_another_centre_s_stays_there(worked: Floor) -> None:
    elsewhere = second_centre(worked)
    worked.db.write(elsewhere, lambda tx: keys.create_key(tx, Role.KIOSK, "their kiosk", MORNING))
    worked.db.write(elsewhere, lambda tx: sign_in.add_staff(tx, "meera", Role.COUNTER, HASH, MORNING))
    here, there = page(worked).entries, page(worked, elsewhere).entries
    assert {entry.about for entry in here} & {"meera", "their kiosk", "asha", "ravi"} == {"asha", "ravi"}
    assert {entry.about for entry in there} & {"meera", "their kiosk", "asha", "ravi"} == {"meera", "their kiosk"}
    assert [entry.kind for entry in there].count("centre.installed") == 1
    assert not any(entry.token for entry in there)
    assert page(worked, elsewhere, person=1).entries == ()


def test_what_becomes_of_another_centre_s_key_stays_there_too(worked: Floor) -> None:
    elsewhere = second_centre(worked)
    worked.db.write(elsewhere, lambda tx: keys.create_key(tx, Role.KIOSK, "their kiosk", MORNING))
    (key,) = worked.db.read(lambda read: keys.keys_of(read, elsewhere))
    worked.db.write(elsewhere, lambda tx: keys.revoke(tx, key.id, MORNING, MANAGER))
    assert page(worked, kind="key.revoked").entries == ()
    assert [entry.about for entry in page(worked, elsewhere, kind="key.revoked").entries] == ["their kiosk"]


def test_a_refused_sign_in_tells_its_address_and_that_of_a_stranger_is_told_everywhere(worked: Floor) -> None:
    elsewhere = second_centre(worked)
    for user in ("asha", "a password in the wrong field"):
        worked.db.write(None, lambda tx, u=user: sign_in.note_refusal(tx, u, "10.0.0.9", MORNING, locked=False))  # type: ignore[misc]
    here = page(worked, kind="sign_in.refused").entries
    assert [(entry.about, entry.detail, entry.actor) for entry in here] == [
        (None, "10.0.0.9", "nobody"),
        ("asha", "10.0.0.9", "nobody"),
    ]
    assert [entry.about for entry in page(worked, elsewhere, kind="sign_in.refused").entries] == [None]


def test_what_staff_wrote_and_what_a_citizen_needs_stands_nowhere(worked: Floor) -> None:
    worked.issue(need="disability", phone="+919876543210")
    assert not any(word in repr(entries(worked)) for word in ("disability", "9876543210"))


def test_an_event_that_makes_no_sense_stands_there_all_the_same(worked: Floor) -> None:
    kinds = [entry.kind for entry in entries(worked)]
    with worked.db.writing.transaction() as conn:
        conn.execute(text("UPDATE event SET data = '{}' WHERE seq = 1"))
        conn.execute(text("UPDATE installation_event SET data = '{}' WHERE kind = 'person.added'"))
    told = entries(worked)
    assert [entry.kind for entry in told] == kinds
    assert [(entry.token, entry.about) for entry in told if entry.kind == "person.added"] == [(None, None)] * 2


def test_every_kind_has_its_words(worked: Floor) -> None:
    assert all(entry.what == WHAT[entry.kind] for entry in entries(worked))
