"""People, keys and sign-ins are on record: who was let in, and who was not."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from server.domain.actors import By
from server.domain.events.installation import Act
from server.domain.permissions import Role
from server.services.people import keys, sign_in
from server.services.proof.installation import verify_installation
from server.storage.database import Database
from server.storage.sql import installation
from server.storage.transaction import Transaction
from tests.factories import MORNING, Floor, install_floor
from tests.services.people.people import add_person, signed_in, try_to_sign_in

LATER = MORNING + timedelta(minutes=1)


def events(floor: Floor) -> list[tuple[str, str, object]]:
    """Return (kind, actor, what stands beside the chain) of the events of the installation."""
    rows = floor.db.read(lambda conn: list(installation.stored_between(conn, 0, 100)))
    return [(row.kind, row.actor, row.private) for row in rows]


def refuse(floor: Floor, user: str, address: str, *, minutes: int = 0) -> None:
    at = MORNING + timedelta(minutes=minutes)
    floor.db.write(None, lambda tx: sign_in.note_refusal(tx, user, address, at, locked=False))


def faults(floor: Floor) -> list[str]:
    return [fault.code for fault in floor.db.read(lambda read: verify_installation(read, {})).faults]


def test_each_act_leaves_an_event_with_who_did_it(floor: Floor) -> None:
    add_person(floor, "asha")
    secret = signed_in(floor, "asha")
    floor.db.write(None, lambda tx: sign_in.sign_out(tx, secret, LATER))
    floor.write(lambda tx: keys.create_key(tx, Role.DISPLAY, "hall", MORNING, By("staff:1")))
    floor.write(lambda tx: keys.revoke_key(tx, "hall", LATER, By("staff:1")))
    assert events(floor) == [
        (Act.CENTRE_INSTALLED, "cli", None),
        (Act.PERSON_ADDED, "cli", {"user": "asha"}),
        (Act.SIGNED_IN, "staff:1", None),
        (Act.SIGNED_OUT, "staff:1", None),
        (Act.KEY_CREATED, "staff:1", {"name": "hall"}),
        (Act.KEY_REVOKED, "staff:1", None),
    ]
    assert faults(floor) == []


def test_refused_sign_ins_are_one_event_for_an_address_a_name_and_a_minute(floor: Floor) -> None:
    add_person(floor, "asha")
    for _ in range(3):
        refuse(floor, "asha", "192.0.2.1")
    refuse(floor, "asha", "192.0.2.2")
    refuse(floor, "nobody", "192.0.2.1")
    refuse(floor, "my password", "192.0.2.1")
    refuse(floor, "asha", "192.0.2.1", minutes=1)
    told = [beside for kind, _, beside in events(floor) if kind == Act.SIGN_IN_REFUSED]
    assert told == [
        {"address": "192.0.2.1", "tries": 3},
        {"address": "192.0.2.2", "tries": 1},
        {"address": "192.0.2.1", "tries": 2},
        {"address": "192.0.2.1", "tries": 1},
    ]
    assert faults(floor) == []


def test_what_a_command_that_fails_has_recorded_is_undone_with_it(floor: Floor) -> None:
    def fail(tx: Transaction) -> None:
        keys.create_key(tx, Role.DISPLAY, "hall", MORNING)
        raise LookupError("no")

    with pytest.raises(LookupError):
        floor.write(fail)
    assert [kind for kind, _, _ in events(floor)] == [Act.CENTRE_INSTALLED]


def test_in_a_database_that_is_older_the_chain_begins_with_those_who_are_there(db: Database) -> None:
    floor = install_floor(db)
    add_person(floor, "asha")
    signed_in(floor, "asha")
    floor.key(Role.KIOSK, device="K1")
    for statement in ("DELETE FROM installation_event", "UPDATE installation SET event_seq = 0, head = ''"):
        db.write(None, lambda tx, s=statement: tx.conn.execute(text(s)))  # type: ignore[misc]
    assert faults(floor) == []
    assert try_to_sign_in(floor, "asha", LATER)
    assert [kind for kind, _, _ in events(floor)] == [Act.BEGUN, Act.SIGNED_IN]
    assert faults(floor) == []
