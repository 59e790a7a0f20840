"""Who is there is kept in the process, and what changes elsewhere is known within half a second."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.app import build_server
from server.config import load_settings
from server.domain.errors import Unauthenticated
from server.domain.permissions import Role
from server.services.people import keys, sign_in
from server.storage.database import Database
from server.web import presence as module
from server.web.presence import Credential, Presence
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import add_person, signed_in


class Counted(Database):
    """A database that counts its transactions; a look is how somebody who is not kept is asked of it."""

    looks = reads = writes = 0

    def look(self, fn: Any) -> Any:
        """Count a look."""
        self.looks += 1
        return super().look(fn)

    def read(self, fn: Any) -> Any:
        """Count a read."""
        self.reads += 1
        return super().read(fn)

    def write(self, centre: int | None, fn: Any, **first: Any) -> Any:
        """Count a write."""
        self.writes += 1
        return super().write(centre, fn, **first)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(MORNING)


@pytest.fixture
def here(floor: Floor) -> Iterator[Counted]:
    """Return the database as this process opens it; the floor's own stands for another process."""
    db = Counted(floor.db.url)
    yield db
    db.close()


@pytest.fixture
def presence(here: Counted, clock: StillClock) -> Presence:
    presence = Presence(here, clock)
    here.read(presence.look)
    return presence


def key(floor: Floor, name: str = "hall") -> Credential:
    secret = floor.write(lambda tx: keys.create_key(tx, Role.DISPLAY, name, MORNING))
    return Credential(secret, staff=False)


def session(floor: Floor, user: str, at: datetime = MORNING) -> Credential:
    return Credential(signed_in(floor, user, at), staff=True)


def revoke(floor: Floor, name: str = "hall") -> None:
    floor.write(lambda tx: keys.revoke_key(tx, name, MORNING))


def test_a_holder_is_asked_of_the_database_once(floor: Floor, here: Counted, presence: Presence) -> None:
    add_person(floor, "asha")
    credentials = [key(floor), session(floor, "asha")]
    here.read(presence.look)
    first = [presence.principal(credential) for credential in credentials]
    assert [holder.role for holder in first] == [Role.DISPLAY, Role.COUNTER]
    for _ in range(3):
        assert [presence.principal(credential) for credential in credentials] == first
    assert here.looks == 2


def test_a_new_key_opens_at_once_and_is_kept_from_the_next_look_on(
    floor: Floor, here: Counted, presence: Presence
) -> None:
    new = key(floor)
    assert [presence.principal(new).role for _ in range(2)] == [Role.DISPLAY] * 2
    assert here.looks == 2  # its number is not that of the others yet
    here.read(presence.look)
    for _ in range(3):
        presence.principal(new)
    assert here.looks == 3


def test_what_another_process_revokes_or_ends_is_known_at_the_next_look(
    floor: Floor, here: Counted, presence: Presence
) -> None:
    add_person(floor, "asha")
    stolen, kept, ended = key(floor), key(floor, "gate"), session(floor, "asha")
    here.read(presence.look)
    for credential in (stolen, kept, ended):
        presence.principal(credential)
    revoke(floor)
    floor.db.write(None, lambda tx: sign_in.sign_out(tx, ended.secret))
    here.read(presence.look)
    looks = here.looks
    assert presence.principal(kept).role is Role.DISPLAY
    assert here.looks == looks  # all were read anew together
    for credential in (stolen, ended):
        with pytest.raises(Unauthenticated):
            presence.principal(credential)


def test_what_this_process_changes_it_knows_at_once(floor: Floor, here: Counted, presence: Presence) -> None:
    stolen = key(floor)
    here.read(presence.look)
    presence.principal(stolen)
    assert presence.change(floor.centre_id, lambda tx: keys.revoke_key(tx, "hall", MORNING)) == 1
    with pytest.raises(Unauthenticated):
        presence.principal(stolen)


def test_a_change_of_role_is_known_at_the_next_look(floor: Floor, here: Counted, presence: Presence) -> None:
    add_person(floor, "asha")
    asha = session(floor, "asha")
    here.read(presence.look)
    assert presence.principal(asha).role is Role.COUNTER

    def promote(tx: Any) -> None:
        tx.conn.exec_driver_sql("UPDATE membership SET role = 'manager'")
        tx.conn.exec_driver_sql("UPDATE installation SET auth_seq = auth_seq + 1")

    floor.db.write(None, promote)
    here.read(presence.look)
    assert presence.principal(asha).role is Role.MANAGER


def test_while_nobody_looks_nothing_that_is_kept_is_believed(
    floor: Floor, here: Counted, presence: Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = key(floor)
    here.read(presence.look)
    presence.principal(stolen)
    revoke(floor)
    monkeypatch.setattr(module, "FRESH_S", 0.0)
    with pytest.raises(Unauthenticated):
        presence.principal(stolen)


def test_before_the_first_look_every_holder_is_asked_of_the_database(
    floor: Floor, here: Counted, clock: StillClock
) -> None:
    presence, hall = Presence(here, clock), key(floor)
    for _ in range(2):
        presence.principal(hall)
    assert here.looks == 2


def test_a_look_that_was_begun_before_a_change_brings_nothing_back(
    floor: Floor, here: Counted, presence: Presence
) -> None:
    stolen = key(floor)
    here.read(presence.look)
    presence.principal(stolen)

    def slowly(read: Any) -> None:
        read.exec_driver_sql("SELECT auth_seq FROM installation")  # the snapshot is taken
        revoke(floor)
        here.read(presence.look)
        presence.look(read)

    here.read(slowly)
    with pytest.raises(Unauthenticated):
        presence.principal(stolen)
    here.read(presence.look)
    with pytest.raises(Unauthenticated):
        presence.principal(stolen)


def test_a_number_that_was_set_back_empties_what_is_kept(floor: Floor, here: Counted, presence: Presence) -> None:
    hall = key(floor)
    here.read(presence.look)
    presence.principal(hall)
    looks = here.looks

    def restore(tx: Any) -> None:
        tx.conn.exec_driver_sql("UPDATE access_key SET revoked_at = 1")
        tx.conn.exec_driver_sql("UPDATE installation SET auth_seq = 0")

    floor.db.write(None, restore)
    here.read(presence.look)
    with pytest.raises(Unauthenticated):
        presence.principal(hall)
    assert here.looks == looks + 1


def test_secrets_that_are_not_known_are_not_kept_and_those_used_lately_push_out_the_oldest(
    floor: Floor, here: Counted, presence: Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    oldest, *later = [key(floor) for _ in range(3)]
    here.read(presence.look)
    for credential in (oldest, *later):
        presence.principal(credential)
    for number in range(5):
        with pytest.raises(Unauthenticated):
            presence.principal(Credential(f"baari_{number}", staff=False))
    looks = here.looks
    for credential in later:
        presence.principal(credential)
    assert here.looks == looks
    presence.principal(oldest)
    assert here.looks == looks + 1


def test_the_secret_of_a_session_is_no_key_and_a_key_is_no_session(
    floor: Floor, here: Counted, presence: Presence
) -> None:
    add_person(floor, "asha")
    credentials = [key(floor), session(floor, "asha")]
    here.read(presence.look)
    for credential in credentials:
        presence.principal(credential)
        with pytest.raises(Unauthenticated):
            presence.principal(replace(credential, staff=not credential.staff))


def test_a_session_lasts_while_it_is_used_and_to_ask_whose_it_is_is_no_use(
    floor: Floor, here: Counted, presence: Presence, clock: StillClock
) -> None:
    add_person(floor, "asha")
    asha = session(floor, "asha")
    here.read(presence.look)
    presence.principal(asha)
    for minutes in range(4, 120, 4):
        clock.at = MORNING + timedelta(minutes=minutes)
        assert presence.principal(asha).user == "asha"
        assert presence.holder(asha.place).user == "asha"
    looks = here.looks
    for minutes in range(120, 172, 4):  # last noted at minute 112
        clock.at = MORNING + timedelta(minutes=minutes)
        presence.holder(asha.place)
    assert here.looks == looks
    clock.at = MORNING + timedelta(minutes=172)
    with pytest.raises(Unauthenticated):
        presence.holder(asha.place)


def test_a_session_that_is_used_in_another_process_is_not_idle_here(
    floor: Floor, here: Counted, presence: Presence, clock: StillClock
) -> None:
    add_person(floor, "asha")
    asha = session(floor, "asha")
    here.read(presence.look)
    presence.principal(asha)
    clock.at = MORNING + timedelta(minutes=61)
    noted = MORNING + timedelta(minutes=59)
    floor.db.write(None, lambda tx: sign_in.note_seen(tx, asha.secret, noted))
    assert presence.principal(asha).user == "asha"


def test_a_request_of_a_key_that_is_known_asks_the_database_for_its_own_matter_only(
    floor: Floor, here: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside that each process asks every two seconds which keys are derived, with which commands are told apart."""
    monkeypatch.setattr("server.web.derived.FRESH_S", 3600.0)
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": here.url})
    here.clock = StillClock(MORNING)
    app = build_server(settings, db=here, clock=here.clock).app
    here.read(app.extensions["baari"].presence.look)
    manager = floor.key(Role.MANAGER)
    here.read(app.extensions["baari"].presence.look)
    headers = {"Authorization": f"Bearer {manager}"}

    def ask() -> None:
        for number, verb in enumerate(("open", "close")):
            path = f"/api/v1/centres/{CENTRE}/counters/G1/{verb}"
            answer = app.test_client().post(path, json={}, headers={**headers, "Idempotency-Key": f"{number}"})
            assert answer.status_code == 200
        assert app.test_client().get(f"/api/v1/centres/{CENTRE}/snapshot", headers=headers).status_code == 200

    app.extensions["baari"].keyring.keys()
    looks = here.looks
    ask()
    assert here.looks == looks + 1
    before = here.reads, here.writes
    ask()
    assert (here.looks - looks, here.reads - before[0], here.writes - before[1]) == (1, 1, 2)


def test_a_row_that_was_deleted_past_everybody_is_known_at_a_look_within_two_seconds(
    floor: Floor, here: Counted, presence: Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person(floor, "asha")
    theirs = session(floor, "asha")
    here.read(presence.look)
    presence.principal(theirs)
    floor.write(lambda tx: tx.conn.exec_driver_sql("DELETE FROM staff_session"))
    monkeypatch.setattr(module, "AGAIN_S", 0.0)
    here.read(presence.look)
    with pytest.raises(Unauthenticated):
        presence.principal(theirs)
