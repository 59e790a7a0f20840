"""Backups go into a real store and come back, and what it refuses is said in words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from server.domain.stores import StorePlace, store_place
from server.services.backups.folder import NAME, Keep
from server.services.backups.store import Account, Copied, Store, StoreFailed, backups_of, copy, fetch
from tests.processes import free_port
from tests.stores import REGION, RunningStore, running_store

ALL = Keep(99, 0, 0)
DAYS = [datetime(2026, 11, day, 3, tzinfo=UTC) for day in (21, 22, 23)]
NAMES = [day.strftime(NAME) for day in DAYS]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningStore]:
    with running_store() as store:
        yield store


@pytest.fixture
def there(running: RunningStore) -> RunningStore:
    """The store, with nothing in it."""
    running.empty()
    return running


def place_in(there: RunningStore, prefix: str = "psk-1/") -> StorePlace:
    return store_place(f"{there.address}/{prefix}")


def account(there: RunningStore) -> Account:
    return Account(there.key, there.secret, REGION)


def opened(there: RunningStore) -> Store:
    return Store(place_in(there), account(there))


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(name.encode() * 3)


def test_what_the_store_lacks_is_sent_once(there: RunningStore, tmp_path: Path) -> None:
    write(tmp_path, *NAMES[:2], "failed.txt", "a letter.txt")
    store = opened(there)
    assert copy(tmp_path, store, ALL) == Copied(sent=2, removed=0)
    assert copy(tmp_path, store, ALL) == Copied(sent=0, removed=0)
    write(tmp_path, NAMES[2])
    assert copy(tmp_path, store, ALL) == Copied(sent=1, removed=0)
    assert there.files() == {f"psk-1/{name}": name.encode() * 3 for name in NAMES}


def test_what_stands_there_in_part_is_sent_again(there: RunningStore, tmp_path: Path) -> None:
    write(tmp_path, NAMES[0])
    there.put(f"psk-1/{NAMES[0]}", b"the beg")
    assert copy(tmp_path, opened(there), ALL).sent == 1
    assert there.files() == {f"psk-1/{NAMES[0]}": NAMES[0].encode() * 3}


def test_those_that_are_not_kept_are_removed_and_nothing_else(there: RunningStore, tmp_path: Path) -> None:
    others = {f"psk-2/{NAMES[0]}": b"of another centre", "psk-1/a letter.txt": b"of somebody"}
    for name, content in others.items():
        there.put(name, content)
    write(tmp_path, *NAMES)
    assert copy(tmp_path, opened(there), Keep(2, 0, 0)) == Copied(sent=3, removed=1)
    assert set(there.files()) == {*others, *(f"psk-1/{name}" for name in NAMES[1:])}


def test_what_the_folder_has_lost_stays_in_the_store_as_long_as_it_is_kept(there: RunningStore, tmp_path: Path) -> None:
    write(tmp_path, *NAMES)
    copy(tmp_path, opened(there), ALL)
    (tmp_path / NAMES[0]).unlink()
    copy(tmp_path, opened(there), ALL)
    assert backups_of(opened(there)) == {day: (f"{day:{NAME}}", 3 * len(NAMES[0])) for day in DAYS}


def test_a_backup_comes_back_whole_and_overwrites_nothing(there: RunningStore, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4 * 2**14  # 16 MiB and the beginning of another part
    there.put(f"psk-1/{NAMES[0]}", content + b"end")
    file = fetch(opened(there), NAMES[0], tmp_path)
    assert (file, file.read_bytes(), file.stat().st_mode & 0o777) == (tmp_path / NAMES[0], content + b"end", 0o600)
    with pytest.raises(FileExistsError):
        fetch(opened(there), NAMES[0], tmp_path)
    with pytest.raises(StoreFailed, match="NoSuchKey"):
        fetch(opened(there), NAMES[1], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[0]]


def test_a_list_beside_the_backups_goes_along_and_forgets_nothing(there: RunningStore, tmp_path: Path) -> None:
    here, new, back = (tmp_path / name for name in ("here", "new", "back"))
    for folder, lines in ((here, "one\ntwo\n"), (new, "three\n"), (back, "zero\n")):
        folder.mkdir()
        (folder / "list.txt").write_text(lines)
    for folder in (here, new):
        write(folder, NAMES[0])
        copy(folder, opened(there), ALL, ["list.txt", "another.txt"])
    fetch(opened(there), NAMES[0], back, ["list.txt", "another.txt"])
    assert sorted((back / "list.txt").read_text().split()) == ["one", "three", "two", "zero"]
    assert {path.name for path in back.iterdir()} == {NAMES[0], "list.txt"}


def test_a_large_backup_is_sent_in_parts(there: RunningStore) -> None:
    content = b"0123456789abcdef" * 2**20 + b"end"
    opened(there).put("large", BytesIO(content), len(content))
    assert there.files() == {"psk-1/large": content}


def test_what_a_store_refuses_is_said_with_its_code(there: RunningStore) -> None:
    wrong = Store(place_in(there), replace(account(there), secret="another secret"))
    with pytest.raises(StoreFailed, match=r"127\.0\.0\.1:\d+ refused: .*SignatureDoesNotMatch"):
        wrong.put("name", BytesIO(b"x"), 1)
    nowhere = Store(replace(place_in(there), bucket="another"), account(there))
    with pytest.raises(StoreFailed, match="NoSuchBucket"):
        nowhere.files()


def test_a_store_that_is_away_is_said_to_be(there: RunningStore) -> None:
    away = Store(replace(place_in(there), host=f"127.0.0.1:{free_port()}"), account(there))
    with pytest.raises(StoreFailed, match="did not answer"):
        away.files()


def test_a_store_that_speaks_no_tls_is_not_believed(there: RunningStore) -> None:
    with pytest.raises(StoreFailed, match="did not answer"):
        Store(replace(place_in(there), encrypted=True), account(there)).files()
