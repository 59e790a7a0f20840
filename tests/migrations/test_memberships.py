"""Everybody has the role of before where their account is kept; going back, who works elsewhere only stays out."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from server.domain.actors import CLI
from server.domain.events.installation import Act
from server.domain.permissions import Role
from server.services.people import memberships
from server.services.people.principal import secret_hash
from server.services.proof.installation import verify_installation
from server.storage import schema
from server.storage.chains import chained
from server.storage.database import Database
from server.storage.sql import installation
from server.storage.transaction import Transaction
from tests.factories import CENTRE, MORNING, Floor, install_floor
from tests.services.people.people import HASH, TWIN, add_person, signed_in, twin_centre

BEFORE = "0116"


@pytest.fixture
def floor(db: Database) -> Iterator[Floor]:
    """Return a floor with Asha, who also leads elsewhere, Ravi, who manages, and Meera, who works elsewhere only."""
    floor = install_floor(db)
    for user, role in (("asha", Role.COUNTER), ("ravi", Role.MANAGER), ("meera", Role.COUNTER)):
        add_person(floor, user, role)
    twin = twin_centre(floor)
    for user in ("asha", "meera"):
        floor.db.write(twin, lambda tx, user=user: memberships.begin(tx, user, Role.LEAD, MORNING, CLI))  # type: ignore[misc]
    floor.write(lambda tx: memberships.end(tx, 3, MORNING, CLI))
    yield floor
    floor.db.close()


def rows(floor: Floor, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in floor.db.read(lambda conn: conn.execute(text(query)).all())]


def move(floor: Floor, revision: str | None) -> None:
    if revision is None:
        schema.migrate(floor.db.url)
    else:
        schema.revert(floor.db.url, revision)
    floor.db.close()
    floor.db = Database(floor.db.url)


def test_roles_go_down_with_the_account_and_up_into_memberships(floor: Floor) -> None:
    at_home, elsewhere, unchosen = (signed_in(floor, "asha") for _ in range(3))
    kept = signed_in(floor, "ravi")
    for secret, centre in ((at_home, CENTRE), (elsewhere, TWIN)):
        floor.db.write(None, lambda tx, s=secret, c=centre: memberships.choose(tx, 1, secret_hash(s), c, MORNING))  # type: ignore[misc]
    move(floor, BEFORE)
    assert rows(floor, "SELECT id, centre_id, role FROM staff ORDER BY id") == [
        (1, 1, "counter"),
        (2, 1, "manager"),
        (3, 1, "counter"),
    ]
    locked = rows(floor, "SELECT id FROM staff WHERE password_hash <> '" + HASH + "'")
    assert locked == [(3,)]
    sessions = {hash_ for (hash_,) in rows(floor, "SELECT secret_hash FROM staff_session")}
    assert sessions == {secret_hash(at_home), secret_hash(kept)}
    assert secret_hash(unchosen) not in sessions
    move(floor, None)
    assert rows(floor, "SELECT staff_id, centre_id, role FROM membership ORDER BY staff_id") == [
        (1, 1, "counter"),
        (2, 1, "manager"),
        (3, 1, "counter"),
    ]


def test_a_record_of_before_tells_no_centre_and_is_proven_beside_memberships(db: Database) -> None:
    floor = install_floor(db)
    add_person(floor, "asha")
    signed_in(floor, "asha")
    floor.write(lambda tx: memberships.set_role(tx, 1, Role.LEAD, MORNING, CLI))

    def as_before(tx: Transaction) -> None:
        head = ""
        for row in list(installation.stored_between(tx.conn, 0, 100)):
            named = row.kind in (Act.SIGNED_IN, Act.ROLE_CHANGED)
            data = {name: value for name, value in row.data.items() if not (named and name == "centre")}
            new = chained(replace(row, data=data), head)
            head = new.hash
            values = {"data": json.dumps(new.data), "hash": head, "seq": new.seq}
            tx.conn.execute(text("UPDATE installation_event SET data = :data, hash = :hash WHERE seq = :seq"), values)
        tx.conn.execute(text("UPDATE installation SET head = :head"), {"head": head})

    floor.db.write(None, as_before)
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []
    floor.db.close()
