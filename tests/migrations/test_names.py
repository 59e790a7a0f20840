"""Names of an older release that could not sign in, or that are one name now, are names again."""

from sqlalchemy import text

from server.domain.actors import CLI
from server.domain.permissions import Role
from server.services.people import accounts, passwords, sign_in
from server.services.proof.installation import verify_installation
from server.storage import schema
from server.storage.database import Database
from tests.factories import MORNING, install_floor
from tests.services.people.people import HASH, PASSWORD

OLD = ("clerk", "Clerk", "CLERK ", "", "Zoë", "a" * 3000, "b\x1bc", "person-4", "रवि", "clerk-3")
NOBODY_S = "$argon2id$v=19$m=19456,t=2,p=1$AAAA"
RENAME = text('UPDATE staff SET "user" = :to WHERE id = :n')


def test_every_name_of_before_is_one_normal_name_and_nobody_shares_it(db: Database) -> None:
    floor = install_floor(db)
    for n in range(len(OLD)):
        floor.write(lambda tx, n=n: sign_in.add_staff(tx, f"p{n}", Role.COUNTER, HASH, MORNING))  # type: ignore[misc]
    db.close()
    schema.revert(db.url, "0108")
    older = Database(db.url)
    for n, name in enumerate(OLD):
        older.write(None, lambda tx, values={"to": name, "n": n + 1}: tx.conn.execute(RENAME, values))  # type: ignore[misc]
    older.close()
    schema.migrate(db.url)
    floor.db = Database(db.url)
    rows = floor.db.read(lambda conn: conn.execute(text('SELECT id, "user" FROM staff ORDER BY id')).all())
    names = [name for _, name in rows]
    assert names == [
        "clerk",
        "clerk-2",
        "clerk-3-",
        "person-4-",
        "zoë",
        f"{'a' * 40}-6",
        "bc-7",
        "person-4",
        "रवि",
        "clerk-3",
    ]
    for typed, number in (("Clerk", 1), ("CLERK-2", 2), ("ZOË ", 5), ("रवि", 9)):
        person = floor.db.read(lambda read, typed=typed: sign_in.person_named(read, typed, MORNING))  # type: ignore[misc]
        assert person is not None
        assert person.id == number
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []
    floor.db.close()


def test_who_is_disabled_is_not_let_in_by_the_release_before(db: Database) -> None:
    floor = install_floor(db)
    for name in ("asha", "ravi"):
        floor.write(lambda tx, name=name: sign_in.add_staff(tx, name, Role.COUNTER, HASH, MORNING))  # type: ignore[misc]
    floor.write(lambda tx: accounts.disable(tx, 1, MORNING, CLI))
    db.close()
    schema.revert(db.url, "0109")
    older = Database(db.url)
    kept = older.read(lambda conn: conn.execute(text("SELECT password_hash FROM staff ORDER BY id")).scalars().all())
    older.close()
    assert kept[0].startswith(NOBODY_S)
    assert kept[1] == HASH
    assert not passwords.fits(kept[0], PASSWORD)
    schema.migrate(db.url)
