"""The tail: a backup and what was shipped since are the database, row by row, on either database."""

import io
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyrage
import pytest

from server.domain.permissions import Role
from server.operations.backups import faults_of
from server.services.backups.holding import Content, Holding, write
from server.services.backups.sealing import CannotOpen, Seal
from server.services.backups.shipping import Shipping
from server.services.backups.tail import Tail, joined
from server.services.backups.tail_folder import (
    IDENTITY,
    STALE,
    TailWriter,
    remove_before,
    segments_after,
    tail_begun_at,
    tail_state,
)
from server.services.people import accounts, keys
from server.storage import copies
from server.storage.database import Database
from server.storage.tails import LEFT_OUT
from tests.conftest import new_database
from tests.factories import MORNING, TEST, Floor
from tests.services.people.people import add_person, twin_centre
from tests.services.proof.busy_day import busy_day

SECRET = b"a secret of one installation in tests"
ME = pyrage.x25519.Identity.generate()
SEAL = Seal(recipients=(str(ME.to_public()),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    there = tmp_path / "tail"
    there.mkdir()
    return there


def backup_of(db: Database) -> bytes:
    out = io.BytesIO()
    db.read(lambda read: write(read, out, MORNING, SECRET, complete=True))
    return out.getvalue()


def restored(backup: bytes, folder: Path, url: str, passphrase: str = "") -> tuple[Database, Holding, Tail]:
    """Make a database of a backup and the tail in a folder, as `baari restore` does: by way of a scratch database."""
    content, tail = Content(io.BytesIO(backup)), Tail()
    mark = content.holding.mark
    for segment in joined(segments_after(folder, mark, [ME], passphrase), mark, content.holding.schema):
        tail.add(segment)
    with TemporaryDirectory() as place:
        scratch = f"sqlite:///{place}/scratch.sqlite"
        copies.fill(scratch, content.holding.schema, content.tables(), tail.changes(), synchronous="OFF")
        db = Database(scratch)
        db.read(lambda read: copies.fill(url, content.holding.schema, copies.through(read), synchronous="OFF"))
        db.close()
    return Database(url), content.holding, tail


def rows(db: Database) -> dict[str, list[Any]]:
    shapes = [shape for shape in copies.shapes() if shape.name not in LEFT_OUT]
    return db.read(lambda read: {s.name: [row for block in copies.rows_of(read, s) for row in block] for s in shapes})


def in_force(db: Database) -> list[str]:
    with db.writing.transaction() as connection:
        found = connection.exec_driver_sql("SELECT name FROM access_key WHERE revoked_at IS NULL").scalars()
        return [str(name) for name in found]


@pytest.fixture
def other(backend: str, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database of the other kind."""
    (tmp_path / "other").mkdir()
    with new_database("postgresql" if backend == "sqlite" else "sqlite", tmp_path / "other") as url:
        yield url


def ship_now_and_then(floor: Floor, folder: Path, rng: random.Random) -> Callable[[], None]:
    """Ship behind some of the commits, now and then by another process; returns what ships the rest."""
    shippings = [Shipping(floor.db, TailWriter(folder, SEAL)) for _ in range(2)]
    leading = [0]

    def ship(*_: object) -> None:
        if rng.random() < 0.02:
            shippings[leading[0]].forget()
            leading[0] = 1 - leading[0]
        if rng.random() < 0.3:
            shippings[leading[0]].ship(floor.begin)

    ship_all = shippings[0]
    ship_all.ship(floor.begin)
    floor.db.on_commit(ship)

    def rest() -> None:
        shippings[0].forget()
        shippings[0].ship(floor.begin + timedelta(hours=12))

    return rest


def test_a_backup_and_the_tail_are_the_database_after_a_busy_day(floor: Floor, folder: Path, other: str) -> None:
    rest = ship_now_and_then(floor, folder, random.Random(5))
    early = backup_of(floor.db)
    busy_day(floor)
    late = backup_of(floor.db)
    floor.issue()
    rest()
    db, holding, tail = restored(early, folder, other)
    assert tail.segments > 20
    there, here = rows(db), rows(floor.db)
    assert {name for name in here if there[name] != here[name]} == set()
    assert db.read(lambda read: faults_of(read, holding)) == []
    db.close()
    with new_database("sqlite", folder) as url:
        db, _, tail = restored(late, folder, url)
        assert tail.segments < 20
        assert rows(db) == here
        db.close()


def test_what_was_revoked_freed_or_added_since_the_backup_stays_so(floor: Floor, folder: Path, other: str) -> None:
    shipping = Shipping(floor.db, TailWriter(folder, SEAL))
    floor.expect("ARN-1")
    add_person(floor, "asha", Role.MANAGER)
    for name in ("stolen", "good"):
        floor.write(lambda tx, name=name: keys.create_key(tx, Role.DISPLAY, name, MORNING))  # type: ignore[misc]
    used = floor.issue()
    floor.attach(used, "ARN-1")
    shipping.ship(MORNING)
    backup = backup_of(floor.db)
    floor.write(lambda tx: keys.revoke_key(tx, "stolen", MORNING))
    floor.write(lambda tx: accounts.disable(tx, 1, MORNING, TEST))
    floor.undo_of(used)
    shipping.ship(MORNING)
    twin_centre(floor)
    shipping.ship(MORNING)
    db, holding, _ = restored(backup, folder, other)
    assert rows(db) == rows(floor.db)
    assert in_force(db) == ["good"]
    assert db.read(lambda read: faults_of(read, holding)) == []
    db.close()


def test_a_row_that_is_gone_since_the_backup_does_not_come_back(
    sqlite_floor: Floor, folder: Path, tmp_path: Path
) -> None:
    shipping, token = Shipping(sqlite_floor.db, TailWriter(folder, SEAL)), sqlite_floor.issue()
    helper = f"INSERT INTO helper (centre_id, counter, token_id) VALUES ({sqlite_floor.centre_id}, 'A2', '{token.id}')"
    execute(sqlite_floor.db, helper)
    shipping.ship(MORNING)
    backup = backup_of(sqlite_floor.db)
    execute(sqlite_floor.db, "DELETE FROM helper")
    sqlite_floor.issue()
    shipping.ship(MORNING)
    db, _, _ = restored(backup, folder, f"sqlite:///{tmp_path / 'new.sqlite'}")
    there = rows(db)
    db.close()
    assert there == rows(sqlite_floor.db)


def execute(db: Database, statement: str) -> None:
    with db.writing.transaction() as connection:
        connection.exec_driver_sql(statement)


def test_a_segment_that_is_missing_or_bent_is_found(sqlite_floor: Floor, folder: Path, tmp_path: Path) -> None:
    shipping = Shipping(sqlite_floor.db, TailWriter(folder, SEAL))
    shipping.ship(MORNING)
    backup = backup_of(sqlite_floor.db)
    for _ in range(5):
        sqlite_floor.issue()
        shipping.ship(MORNING)
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    *_, before_last, last = sorted(folder.glob("*/*/*.segment"))
    whole, middle = last.read_bytes(), before_last.read_bytes()
    for damage, why in (
        (before_last.unlink, "Segments of the tail are missing"),
        (last.unlink, "Segments of the tail are missing"),
        (lambda: last.write_bytes(whole[:-1]), "does not open"),
        (lambda: last.write_bytes(middle), None),
    ):
        damage()
        if why is not None:
            with pytest.raises(CannotOpen, match=why):
                restored(backup, folder, url)
        last.write_bytes(whole)
        before_last.write_bytes(middle)
    db, _, tail = restored(backup, folder, url)
    assert tail.segments == 5
    db.close()


def test_a_tail_that_began_after_the_backup_does_not_go_on_from_it(sqlite_floor: Floor, folder: Path) -> None:
    backup = backup_of(sqlite_floor.db)
    sqlite_floor.issue()
    shipping = Shipping(sqlite_floor.db, TailWriter(folder, SEAL))
    shipping.ship(MORNING)
    sqlite_floor.issue()
    shipping.ship(MORNING)
    with pytest.raises(CannotOpen, match="is missing in the tail"):
        restored(backup, folder, "sqlite://")
    assert tail_begun_at(folder, MORNING) == MORNING


def test_a_folder_without_a_tail_of_this_history_is_no_tail(sqlite_floor: Floor, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="There is no tail"):
        restored(backup_of(sqlite_floor.db), folder, "sqlite://")
    Shipping(sqlite_floor.db, TailWriter(folder, SEAL)).ship(MORNING)
    db, _, tail = restored(backup_of(sqlite_floor.db), folder, f"sqlite:///{tmp_path / 'new.sqlite'}")
    db.close()
    assert tail.segments == 0
    sqlite_floor.write(lambda tx: tx.change_centre(epoch="after a restore"))
    with pytest.raises(CannotOpen, match="There is no tail"):
        restored(backup_of(sqlite_floor.db), folder, "sqlite://")


def test_a_passphrase_opens_the_tail_too_and_is_asked_once_a_run(
    sqlite_floor: Floor, folder: Path, tmp_path: Path
) -> None:
    for _ in range(2):  # another process goes on with the run of the first
        shipping = Shipping(sqlite_floor.db, TailWriter(folder, Seal(passphrase="correct horse")))
        shipping.ship(MORNING)
        backup = backup_of(sqlite_floor.db)
        sqlite_floor.issue()
        shipping.ship(MORNING)
    (run,) = folder.iterdir()
    assert (run / IDENTITY).exists()
    with pytest.raises(CannotOpen, match="the passphrase is another"):
        restored(backup, folder, f"sqlite:///{tmp_path / 'none.sqlite'}", "wrong")
    db, _, _ = restored(backup, folder, f"sqlite:///{tmp_path / 'new.sqlite'}", "correct horse")
    assert rows(db) == rows(sqlite_floor.db)
    db.close()


def test_other_recipients_begin_another_run_and_both_go_on_from_a_backup(
    sqlite_floor: Floor, folder: Path, tmp_path: Path
) -> None:
    first = Shipping(sqlite_floor.db, TailWriter(folder, SEAL))
    first.ship(MORNING)
    backup = backup_of(sqlite_floor.db)
    sqlite_floor.issue()
    first.ship(MORNING)
    second = str(pyrage.x25519.Identity.generate().to_public())
    then = Shipping(sqlite_floor.db, TailWriter(folder, Seal(recipients=(*SEAL.recipients, second))))
    then.ship(MORNING + timedelta(hours=1))
    sqlite_floor.issue()
    then.ship(MORNING + timedelta(hours=1))
    assert len(list(folder.iterdir())) == 2
    db, _, _ = restored(backup, folder, f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert rows(db) == rows(sqlite_floor.db)
    db.close()


def test_what_no_backup_needs_is_removed(sqlite_floor: Floor, folder: Path, tmp_path: Path) -> None:
    shipping = Shipping(sqlite_floor.db, TailWriter(folder, SEAL))
    for _ in range(3):
        shipping.ship(MORNING)
        sqlite_floor.issue()
    backup = backup_of(sqlite_floor.db)
    sqlite_floor.issue()
    shipping.ship(MORNING)
    *old, last = sorted(folder.glob("*/*/*.segment"))
    assert remove_before(folder, MORNING) == 0
    later = last.stat().st_mtime
    for file in old:
        os.utime(file, (later - 100, later - 100))
    assert remove_before(folder, datetime.fromtimestamp(later - 1, UTC)) == len(old)
    db, _, _ = restored(backup, folder, f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert rows(db) == rows(sqlite_floor.db)
    db.close()


def test_it_is_told_how_the_tail_stands(sqlite_floor: Floor, folder: Path) -> None:
    now = datetime.now(UTC)
    assert tail_state(folder / "none", now).wrong == "no_folder"
    assert tail_state(folder, now).wrong == "stale"
    writer = TailWriter(folder, SEAL)
    Shipping(sqlite_floor.db, writer).ship(now)
    assert tail_state(folder, now).wrong is None
    assert tail_state(folder, now + STALE + timedelta(seconds=5)).wrong == "stale"
    writer.note_failure("the disk is full")
    assert tail_state(folder, now).wrong == "failed"
    Shipping(sqlite_floor.db, writer).ship(now)
    assert tail_state(folder, now).wrong is None


def test_nothing_of_anybody_can_be_read_in_the_folder(sqlite_floor: Floor, folder: Path) -> None:
    shipping = Shipping(sqlite_floor.db, TailWriter(folder, SEAL))
    shipping.ship(MORNING)
    token = sqlite_floor.issue(phone="+919812345678")
    shipping.ship(MORNING)
    content = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    for words in (b"9812345678", token.id.encode(), b"N001"):
        assert words not in content
    assert {file.stat().st_mode & 0o077 for file in folder.rglob("*")} == {0}
