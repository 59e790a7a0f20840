"""What a backup holds, and that a database made of it is the one that was backed up, on either database."""

import io
import random
from pathlib import Path

import orjson
import pytest
from sqlalchemy import inspect

from server.domain.actors import CLI
from server.domain.permissions import Role
from server.operations.backups import faults_of
from server.services.backups.archive import ArchiveWriter, members
from server.services.backups.holding import ABOUT, OF_NOBODY, SECRET, Content, Holding, TableHeld, write
from server.services.backups.sealing import CannotOpen
from server.services.people import pins, second_step
from server.services.people.second_step import Whose
from server.storage import copies, schema
from server.storage.copies import Rows, Shape
from server.storage.database import Database
from server.storage.schema import WrongSchema
from server.storage.transaction import Read
from tests.conftest import new_database
from tests.factories import MORNING, Floor, install_floor
from tests.services.proof.busy_day import busy_day

OLDER = "0107"
SECRET_OF_TESTS = b"a secret of one installation in tests"


def packed(db: Database, *, complete: bool = True) -> tuple[bytes, Holding]:
    """Return a backup of a database, not sealed, and what it holds."""
    out = io.BytesIO()
    holding = db.read(lambda read: write(read, out, MORNING, SECRET_OF_TESTS, complete=complete))
    return out.getvalue(), holding


def unpacked(content: bytes, url: str) -> Content:
    """Make a database of a backup."""
    told = Content(io.BytesIO(content))
    copies.fill(url, told.holding.schema, told.tables())
    return told


def all_rows(db: Database) -> dict[str, list[Rows]]:
    """Return the rows of all tables."""
    return db.read(lambda read: {shape.name: list(copies.rows_of(read, shape)) for shape in copies.shapes()})


def test_every_table_is_the_same_on_either_database_and_its_record_is_proven(floor: Floor, tmp_path: Path) -> None:
    busy_day(floor)
    content, holding = packed(floor.db)
    (tmp_path / "new").mkdir()
    for other in ("sqlite", "postgresql"):
        with new_database(other, tmp_path / "new") as url:
            told = unpacked(content, url)
            db = Database(url)
            assert all_rows(db) == all_rows(floor.db)
            assert db.read(lambda read: faults_of(read, holding)) == []
            assert (told.holding, told.secret) == (holding, SECRET_OF_TESTS)
            goes_on(Floor(db, floor.centre_id, floor.preset, random.Random(7), begin=floor.begin))
            assert db.read(lambda read: faults_of(read, holding)) == []
            db.close()


def goes_on(floor: Floor) -> None:
    """Do what makes new rows in every table that numbers its own."""
    floor.wait(60)
    floor.issue(printer="printer-k1")
    floor.expect("ARN-77")
    floor.key(Role.MANAGER)


def test_a_database_that_is_not_empty_is_left_as_it_is(floor: Floor) -> None:
    floor.issue()
    content, _ = packed(floor.db)
    before = all_rows(floor.db)
    with pytest.raises(WrongSchema, match="there is centre PSK-DEMO with 2 events"):
        unpacked(content, floor.db.url)
    assert all_rows(floor.db) == before


def test_an_open_backup_holds_nothing_of_people_and_its_log_is_proven(floor: Floor, tmp_path: Path) -> None:
    busy_day(floor)
    content, holding = packed(floor.db, complete=False)
    held = dict(members(io.BytesIO(content)))
    assert SECRET not in held
    assert {table.name for table in holding.tables} == set(OF_NOBODY)
    # The set-up names needs and reasons too: as those of nobody.
    told = b"\n".join(data for name, data in held.items() if name.split("/")[1:2] not in (["policy"], ["plan_version"]))
    beside = {*_texts(floor.db, "event", "private"), *_texts(floor.db, "installation_event", "private")}
    private = beside - {"taken_over"}  # the name of a rule
    secrets = [*_texts(floor.db, "token", "secret"), *_texts(floor.db, "token_private", "phone"), "asha"]
    assert len(private) > 3
    assert len(secrets) > 10
    assert [text for text in (*private, *secrets) if text.encode() in told] == []
    (tmp_path / "new").mkdir()
    with new_database("sqlite", tmp_path / "new") as url:
        unpacked(content, url)
        other = Database(url)
        assert other.read(lambda read: faults_of(read, holding)) == []
        other.close()


def _texts(db: Database, table: str, column: str) -> list[str]:
    shape = next(shape for shape in copies.shapes() if shape.name == table)
    place = [name for name, _ in shape.columns].index(column)
    values = db.read(lambda read: [row[place] for rows in copies.rows_of(read, shape) for row in rows])
    parts = [part for value in values if value for part in (value.values() if isinstance(value, dict) else [value])]
    return [part for part in parts if isinstance(part, str) and len(part) > 5]


def test_whatever_is_changed_or_missing_in_an_archive_is_found(sqlite_floor: Floor, tmp_path: Path) -> None:
    busy_day(sqlite_floor)
    content, _ = packed(sqlite_floor.db)
    held = list(members(io.BytesIO(content)))
    events = next(place for place, (name, _) in enumerate(held) if name.startswith("rows/event/"))
    name, data = held[events]
    lines = data.splitlines(keepends=True)
    for number, part in enumerate((b"".join(lines[:-1]), b"".join(lines[:-1]) + b"[1]\n", data[:-9])):
        damaged = _archive([*held[:events], (name, part), *held[events + 1 :]])
        with pytest.raises(CannotOpen, match="damaged"):
            unpacked(damaged, f"sqlite:///{tmp_path / f'{number}.sqlite'}")
    for number, whole in enumerate((content[: len(content) // 2], content[:-20], b"", b"no tar"), start=10):
        with pytest.raises(CannotOpen, match=r"damaged|no backup"):
            unpacked(whole, f"sqlite:///{tmp_path / f'{number}.sqlite'}")


def test_an_archive_with_another_checksum_is_found(sqlite_floor: Floor) -> None:
    content, _ = packed(sqlite_floor.db)
    held = [*members(io.BytesIO(content)), ("SHA256SUMS", b"")]
    with pytest.raises(CannotOpen, match="follows the checksums"):
        list(members(io.BytesIO(_archive(held))))


def test_a_backup_of_a_newer_kind_is_refused(sqlite_floor: Floor) -> None:
    content, _ = packed(sqlite_floor.db)
    (_, about), *rest = members(io.BytesIO(content))
    newer = orjson.dumps({**orjson.loads(about), "format": 2})
    with pytest.raises(CannotOpen, match="or of a newer one"):
        Content(io.BytesIO(_archive([(ABOUT, newer), *rest])))


def _archive(held: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with ArchiveWriter(out) as archive:
        for name, data in held:
            archive.add(name, data)
    return out.getvalue()


def test_a_backup_is_one_instant_while_the_floor_goes_on(db: Database) -> None:
    floor = install_floor(db)
    floor.issue()
    out = io.BytesIO()

    def slowly(read: object) -> Holding:
        first = db.read(lambda snapshot: copies.count_rows(snapshot, copies.shapes()[0]))
        assert first == 1
        held = write(read, out, MORNING, None, complete=True)  # type: ignore[arg-type]
        return held

    before = floor.centre.event_seq
    holding = db.read(lambda read: (copies.count_rows(read, copies.shapes()[0]), floor.issue(), slowly(read))[2])
    assert holding.centres[0].events == before
    assert floor.centre.event_seq == before + 1
    rows = {table.name: table.rows for table in holding.tables}
    assert (rows["token"], rows["event"]) == (1, before)


def test_a_backup_of_an_older_schema_is_brought_to_the_newest(sqlite_floor: Floor, tmp_path: Path) -> None:
    busy_day(sqlite_floor)
    # No older schema knows of one: on the way back to it the person would have none, and the record one.
    sqlite_floor.write(lambda tx: second_step.end(tx, 1, MORNING, CLI))
    sqlite_floor.write(lambda tx: pins.end(tx, Whose(1, "asha", "a session"), MORNING))
    url = sqlite_floor.db.url
    newest = sqlite_floor.db.read(schema.revision_of)
    sqlite_floor.db.close()
    schema.revert(url, OLDER)
    old = Database(url)
    content = old.read(lambda read: _archive(_of_older(read)))
    old.close()
    told = unpacked(content, f"sqlite:///{tmp_path / 'new.sqlite'}")
    new = Database(f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert told.holding.schema == OLDER
    assert new.read(schema.revision_of) == newest
    # Nor does one keep what a second person was asked for: of that the record alone tells.
    assert [fault.code for _, fault in new.read(lambda read: faults_of(read, told.holding))] == ["approval_differs"]
    new.close()


def _of_older(read: Read) -> list[tuple[str, bytes]]:
    """Return the members that a backup of an older schema had."""
    there, newest = inspect(read), {each.name: dict(each.columns) for each in copies.shapes()}
    shapes = []
    for name in there.get_sorted_table_and_fkc_names():
        if name[0] in newest:
            kinds = {each["name"]: copies.kind_of(each["type"]) for each in there.get_columns(name[0])}
            columns = tuple((column, newest[name[0]].get(column, kind)) for column, kind in kinds.items())
            shapes.append(Shape(name[0], columns, tuple(there.get_pk_constraint(name[0])["constrained_columns"])))
    held = tuple(TableHeld(each.name, each.columns, each.key, copies.count_rows(read, each)) for each in shapes)
    holding = Holding(1, OLDER, MORNING, True, (), 0, "", held, ())
    blocks = ((each.name, rows) for each in shapes for rows in copies.rows_of(read, each))
    lines = [
        (f"rows/{name}/{number}.jsonl", b"\n".join(map(orjson.dumps, rows)))
        for number, (name, rows) in enumerate(blocks)
    ]
    return [(ABOUT, orjson.dumps(holding)), *lines]
