"""`baari backup` from outside: what the page on recovery says, command by command."""

import os
import random
import re
import shutil
import subprocess
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
import pyrage
import pytest

from server.domain.events.installation import Act
from server.domain.permissions import Role
from server.services.backups.sealing import Seal, lines_of
from server.services.backups.shipping import Shipping
from server.services.backups.tail_folder import TailWriter
from server.services.people.sign_in import add_staff
from server.services.setup import secret
from server.services.setup.presets import load_preset
from server.storage.database import Database
from server.storage.sql.installation import stored_between
from tests.conftest import new_database, skip_or_fail
from tests.factories import MORNING, Floor, install_floor
from tests.processes import ROOT, run_baari, run_baari_here
from tests.services.people.people import HASH, PASSWORD
from tests.stores import running_store

SECRET = b"a secret of one installation in tests"
PAGE = (ROOT / "docs/recovery.md").read_text("utf-8")


def commands(title: str) -> list[list[str]]:
    """Return the commands of `baari` in a part of the page, as words."""
    part = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [line.partition("#")[0].split()[1:] for line in re.findall(r"^baari .*", part, re.MULTILINE)]


@pytest.fixture
def place(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what runs a command of `baari` beside a floor, in a folder with the files of the page."""
    folder = tmp_path / "place"
    folder.mkdir()
    floor = install_floor(db)
    floor.expect("ARN-1234")
    for need in (None, "senior", None):
        floor.issue(need=need, phone="+919800000000")
    (folder / "secret_key").write_bytes(SECRET)
    db.write(None, lambda tx: secret.claim(tx, SECRET, MORNING))
    identity = pyrage.x25519.Identity.generate()
    (folder / "identity.txt").write_text(f"# made just now\n{identity}\n")
    (folder / "recipients.txt").write_text(f"{identity.to_public()}\n")
    (folder / "passphrase.txt").write_text("correct horse battery staple\n")
    monkeypatch.chdir(folder)
    where = {"BAARI_DATA_DIR": str(folder), "BAARI_DATABASE_URL": db.url}
    return partial(run_baari_here, monkeypatch, capsys, **where)


def test_backups_are_made_and_proven_as_the_page_says(place: Any) -> None:
    made = [place(*words) for words in commands("Make a backup")]
    assert [done.returncode for done in made] == [0, 0, 0], made
    for name in ("monday", "tuesday", "open"):
        assert Path(f"{name}.baari").stat().st_mode & 0o777 == 0o600
    assert [Path(f"{name}.baari").read_bytes()[:21] for name in ("monday", "tuesday")] == [b"age-encryption.org/v1"] * 2
    assert "PSK-DEMO: " in made[0].stdout
    assert "days 2026-11-24 to 2026-11-24" in made[0].stdout
    assert "Left out: the secret of the installation; tokens" in made[2].stdout
    assert "Left out" not in made[0].stdout + made[1].stdout
    proven = [place(*words) for words in commands("Prove a backup")]
    assert [done.returncode for done in proven] == [0, 0, 0], proven
    assert [done.stdout.splitlines()[-1] for done in proven] == ["Every promise kept."] * 3
    assert sorted(path.name for path in Path().iterdir() if path.name.startswith((".", "scratch"))) == []


def test_a_backup_overwrites_nothing(place: Any) -> None:
    Path("there.baari").write_text("something")
    refused = place("backup", "there.baari")
    assert (refused.returncode, Path("there.baari").read_text()) == (1, "something")
    assert "overwrites nothing" in refused.stderr
    assert place("backup", "no/such/folder.baari").returncode == 1


def test_another_key_another_passphrase_and_a_damaged_file_are_refused_in_words(place: Any) -> None:
    place("backup", "--recipients", "recipients.txt", "monday.baari")
    place("backup", "--passphrase-file", "passphrase.txt", "tuesday.baari")
    Path("other.txt").write_text(f"{pyrage.x25519.Identity.generate()}\n")
    whole = Path("monday.baari").read_bytes()
    Path("short.baari").write_bytes(whole[:-1000])
    Path("bent.baari").write_bytes(whole[:-5000] + bytes([whole[-5000] ^ 1]) + whole[-4999:])
    for words, why in (
        (("--identity", "other.txt", "monday.baari"), "The key is another"),
        (("monday.baari",), "name the file of an identity with --identity"),
        (("--passphrase-file", "other.txt", "tuesday.baari"), "the passphrase is another"),
        (("--identity", "identity.txt", "short.baari"), "damaged"),
        (("--identity", "identity.txt", "bent.baari"), "damaged"),
        (("--identity", "passphrase.txt", "monday.baari"), "no identity"),
        (("identity.txt",), "damaged"),
    ):
        refused = place("backup", "verify", *words)
        assert (refused.returncode, why in refused.stderr) == (1, True), (words, refused)
        assert "Traceback" not in refused.stderr
    for words in (("--recipients", "passphrase.txt", "x"), ("--passphrase-file", "/dev/null", "x")):
        assert place("backup", *words).returncode == 1
    assert not Path("x").exists()


def test_a_backup_of_a_record_that_was_changed_is_made_and_found_out(place: Any, db: Database) -> None:
    with db.writing.transaction() as connection:
        connection.exec_driver_sql("UPDATE event SET actor = 'staff:9' WHERE seq = 5")
    assert place("backup", "monday.baari", BAARI_BACKUP_PASSPHRASE="correct horse").returncode == 0
    found = place("backup", "verify", "monday.baari", BAARI_BACKUP_PASSPHRASE="correct horse")
    assert found.returncode == 1
    assert "PSK-DEMO, event 5: Event 5 is not what was written. (chain_broken)" in found.stdout


def test_a_backup_is_opened_without_baari_by_a_key_made_without_it(place: Any) -> None:
    if shutil.which("age") is None:
        skip_or_fail("age is not installed")
    for file in ("identity.txt", "recipients.txt"):
        Path(file).unlink()
    shell("Make a backup", "age")
    assert place("backup", "--recipients", "recipients.txt", "monday.baari").returncode == 0
    assert "rows/event/000000.jsonl: OK" in shell("What is in the file", "")
    assert Path("secret_key").read_bytes() == SECRET


def shell(title: str, begin: str) -> str:
    """Run the lines of a part of the page that begin so, without those of `baari`, and return what they print."""
    (block, *_) = re.findall(r"```sh\n(.*?)```", PAGE.partition(f"\n## {title}\n")[2], re.DOTALL)
    lines = [line for line in block.splitlines() if line.startswith(begin) and not line.startswith("baari")]
    done = subprocess.run(["/bin/sh", "-ec", "\n".join(lines)], check=True, capture_output=True, text=True)
    return done.stdout


def target(database_url: str, folder: Path) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    return {"BAARI_DATABASE_URL": database_url, "BAARI_DATA_DIR": str(folder)}


def test_a_centre_goes_on_from_a_backup_and_the_tail_as_the_page_says(
    place: Any, tmp_path: Path, db: Database, backend: str
) -> None:
    Path("tail").mkdir()
    shipping = Shipping(db, TailWriter(Path("tail"), Seal(lines_of(Path("recipients.txt").read_text()))))
    shipping.ship(MORNING)
    place("backup", "--recipients", "recipients.txt", "monday.baari")
    with db.writing.transaction() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM token").scalar_one()
    floor = Floor(db, 1, load_preset("M"), rng=random.Random(9), begin=MORNING + timedelta(hours=1))
    label = floor.issue(phone="+919800000001").label
    shipping.ship(MORNING)
    verify, restore = commands("The tail")
    proven = place(*verify)
    assert (proven.returncode, "The tail goes on from it up to 2026-11-24 04:00:00 UTC." in proven.stdout) == (0, True)
    folder = tmp_path / "new"
    folder.mkdir()
    with new_database(backend, folder) as url:
        done = place(*restore, **target(url, folder))
        assert (done.returncode, "every promise is kept" in done.stdout) == (0, True), done
        with closing(Database(url)) as new, new.writing.transaction() as connection:
            labels = connection.exec_driver_sql("SELECT label FROM token").scalars().all()
    assert (label in labels, len(labels)) == (True, before + 1)
    max(Path("tail").glob("*/*/*.segment")).unlink()
    refused = place(*verify)
    assert (refused.returncode, "Segments of the tail are missing" in refused.stderr) == (1, True), refused


@pytest.mark.parametrize("title", ["Go on from a backup", "Move to another database"])
def test_a_centre_goes_on_as_the_page_says_on_either_database(
    place: Any, tmp_path: Path, title: str, backend: str
) -> None:
    place("backup", "--recipients", "recipients.txt", "monday.baari")
    (words,) = commands(title)
    for other in ("sqlite", "postgresql"):
        folder = tmp_path / f"new-{other}"
        folder.mkdir()
        with new_database(other, folder) as url:
            there = target(url, folder)
            done = place(*words, **there)
            assert done.returncode == 0, done
            moved = title.startswith("Move")
            told = "every series goes on after its last number" if moved else "N after 387"
            assert (told in done.stdout, "every promise is kept" in done.stdout) == (True, True)
            secret_file = Path(there["BAARI_DATA_DIR"]) / "secret_key"
            assert (secret_file.read_bytes(), secret_file.stat().st_mode & 0o777) == (SECRET, 0o600)
            assert place("verify", **there).returncode == 0
            again = place(*words, **there)
            assert (again.returncode, "there is centre PSK-DEMO with" in again.stderr) == (1, True)
            assert [path for path in Path(there["BAARI_DATA_DIR"]).iterdir() if "scratch" in path.name] == []


@pytest.fixture
def monday(place: Any, tmp_path: Path, db: Database) -> Any:
    """Return what restores a backup in which Asha and Ravi manage, where a second person has to approve it."""
    for user, role in (("asha", Role.MANAGER), ("ravi", Role.ADMINISTRATOR), ("meera", Role.COUNTER)):
        db.write(1, lambda tx, u=user, r=role: add_staff(tx, u, r, HASH, MORNING))  # type: ignore[misc]
    place("backup", "--recipients", "recipients.txt", "monday.baari")
    there = target(f"sqlite:///{tmp_path / 'new.sqlite'}", tmp_path / "new") | {"BAARI_SECOND_PERSON": "restore"}
    words = ("restore", "--identity", "identity.txt", "--last", "N=387", "monday.baari")
    return lambda *more: (place(*words, *more, **there), there)


def type_in(monkeypatch: pytest.MonkeyPatch, *users: str) -> None:
    """Let people give their names and the password of all, and no code."""
    typed = iter([each for user in users for each in (user, PASSWORD, "")])
    monkeypatch.setattr(click, "prompt", lambda *_words, **_more: next(typed))


@pytest.mark.parametrize("backend", ["sqlite"])
def test_two_people_of_the_backup_let_it_be_in_force_where_the_setting_asks_for_it(
    monday: Any, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "asha", "asha", "asha", "meera", "asha", "Ravi")
    done, there = monday()
    assert (done.returncode, "every promise is kept" in done.stdout) == (0, True), done
    assert "Nobody approves their own" in done.stderr
    assert "of the second person is another" in done.stderr
    with closing(Database(there["BAARI_DATABASE_URL"])) as new:
        (told,) = (row for row in new.read(lambda read: stored_between(read, 0, 99)) if row.kind == Act.RESTORED.value)
        assert (told.actor, told.data["persons"], told.data["alone"]) == ("staff:1", [1, 2], False)
    assert place("verify", **there).returncode == 0


@pytest.mark.parametrize("backend", ["sqlite"])
def test_who_was_wrong_too_often_restores_nothing(monday: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, *["asha", "meera"] * 5)
    refused, there = monday()
    assert (refused.returncode, "wrong 5 times" in refused.stderr) == (1, True), refused
    assert list(Path(there["BAARI_DATA_DIR"]).iterdir()) == []


@pytest.mark.parametrize("backend", ["sqlite"])
def test_who_is_alone_goes_on_at_the_machine_and_that_stands_on_record(monday: Any, place: Any) -> None:
    assert monday("--alone", " ")[0].returncode == 1
    done, there = monday("--alone", "Ravi is at sea")
    assert done.returncode == 0, done
    with closing(Database(there["BAARI_DATABASE_URL"])) as new:
        (told,) = (row for row in new.read(lambda read: stored_between(read, 0, 99)) if row.kind == Act.RESTORED.value)
        assert (told.data["persons"], told.data["alone"], told.private) == ([], True, {"reason": "Ravi is at sea"})
    assert place("verify", **there).returncode == 0


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_backup_of_one_administrator_says_how_to_go_on_and_no_reason_is_taken_where_nobody_asks(
    place: Any, tmp_path: Path, db: Database
) -> None:
    db.write(1, lambda tx: add_staff(tx, "asha", Role.MANAGER, HASH, MORNING))
    place("backup", "--recipients", "recipients.txt", "monday.baari")
    there = target(f"sqlite:///{tmp_path / 'new.sqlite'}", tmp_path / "new")
    words = ("restore", "--identity", "identity.txt", "--last", "N=387", "monday.baari")
    refused = place(*words, **there, BAARI_SECOND_PERSON="restore")
    assert (refused.returncode, "--alone REASON" in refused.stderr) == (1, True)
    refused = place(*words, "--alone", "nobody else", **there, BAARI_SECOND_PERSON="role")
    assert (refused.returncode, "leave --alone out" in refused.stderr) == (1, True)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_nobody_could_go_on_from_is_refused_and_nothing_is_restored(
    place: Any, tmp_path: Path, db: Database
) -> None:
    place("backup", "open.baari")
    place("backup", "--recipients", "recipients.txt", "monday.baari")
    with db.writing.transaction() as connection:
        connection.exec_driver_sql("UPDATE event SET actor = 'staff:9' WHERE seq = 3")
    place("backup", "--recipients", "recipients.txt", "bent.baari")
    there = target(f"sqlite:///{tmp_path / 'new.sqlite'}", tmp_path / "new")
    key = ("--identity", "identity.txt")
    for words, why in (
        (("open.baari",), "holds nothing of people"),
        ((*key, "--last", "N", "monday.baari"), "is not like N=387"),
        ((*key, "--last", "X=1", "monday.baari"), "no series X in PSK-DEMO"),
        ((*key, "--last", "PSK-9:N=1", "monday.baari"), "no centre PSK-9 in this backup"),
        ((*key, "--last", "N=9", "--nothing-since", "monday.baari"), "either --last or --nothing-since"),
        ((*key, "bent.baari"), "PSK-DEMO, event 3: Event 3 is not what was written."),
    ):
        refused = place("restore", *words, **there)
        assert (refused.returncode, why in refused.stderr) == (1, True), refused
        assert list(Path(there["BAARI_DATA_DIR"]).iterdir()) == []
    (tmp_path / "new" / "secret_key").write_text("another secret of another installation")
    refused = place("restore", *key, "monday.baari", **there)
    assert (refused.returncode, "is another than that of the backup" in refused.stderr) == (1, True)
    (tmp_path / "new" / "secret_key").unlink()
    gone_on = place("restore", *key, "--with-faults", "bent.baari", **there)
    assert (gone_on.returncode, "1 promises are broken" in gone_on.stdout) == (0, True), gone_on


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_clock_makes_backups_of_which_some_are_kept_and_one_that_failed_is_told(place: Any) -> None:
    folder = Path("backups")
    folder.mkdir()
    where = {"BAARI_BACKUP_DIR": str(folder), "BAARI_BACKUP_RECIPIENTS": "recipients.txt", "BAARI_BACKUP_KEEP": "1,0,0"}
    for day in (1, 2):
        (folder / f"baari-2026010{day}T000000Z.backup").touch()
    left = folder / ".baari-20260103T000000Z.backup.00.partial"
    left.touch()
    os.utime(left, (0, 0))
    (folder / "failed.txt").write_text("before")
    os.utime(folder / "failed.txt", (0, 0))
    made = place("backup", "rotate", **where)
    assert (made.returncode, "2 older ones were removed" in made.stdout) == (0, True), made
    (only,) = folder.iterdir()
    assert place("backup", "verify", "--identity", "identity.txt", str(only)).returncode == 0
    assert "No backup is due" in place("backup", "rotate", **where).stdout
    Path("recipients.txt").write_text("nobody")
    (at_once,) = commands("Backups by the clock")
    failed = place(*at_once, **where)
    assert (failed.returncode, (folder / "failed.txt").read_text()) == (1, failed.stderr.removeprefix("baari: "))


@pytest.mark.parametrize("backend", ["sqlite"])
def test_each_backup_is_copied_into_the_store_and_one_that_was_fetched_goes_on(
    place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, new, again = Path("backups"), tmp_path / "new", tmp_path / "again"
    for each in (folder, new, again):
        each.mkdir()
    Path("store-secret.txt").write_text("wrong\n")
    with running_store() as store:
        where = {
            "BAARI_BACKUP_DIR": str(folder),
            "BAARI_BACKUP_RECIPIENTS": str(Path("recipients.txt").absolute()),
            "BAARI_BACKUP_STORE": f"{store.address}/psk-1",
            "BAARI_BACKUP_STORE_KEY": store.key,
            "BAARI_BACKUP_STORE_SECRET_FILE": str(Path("store-secret.txt").absolute()),
        }
        for name, value in where.items():
            monkeypatch.setenv(name, value)
        refused = place("backup", "rotate")
        (made,) = folder.glob("*.backup")
        told = folder / "not-copied.txt"
        assert (refused.returncode, told.read_text()) == (1, refused.stderr.removeprefix("baari: "))
        assert "SignatureDoesNotMatch" in told.read_text()
        Path("store-secret.txt").write_text(f"{store.secret}\n")
        assert "No backup is due" in place("backup", "rotate").stdout
        assert place("backup", "stored").stdout == "No backup is there yet.\n"
        os.utime(told, (0, 0))
        copied = place("backup", "rotate")
        assert (copied.returncode, copied.stdout) == (
            0,
            "1 were copied into the store, 0 older ones were removed there.\n",
        )
        assert list(folder.iterdir()) == [made]
        listed, fetched = (place(*words) for words in commands("In a store"))
        assert listed.stdout.split()[-1] == made.name
        assert (fetched.returncode, Path(made.name).read_bytes()) == (0, made.read_bytes()), fetched
    restored = place(
        *("restore", "--identity", "identity.txt", "--nothing-since", made.name),
        BAARI_DATA_DIR=str(new),
        BAARI_DATABASE_URL=f"sqlite:///{new}/baari.sqlite",
    )
    assert restored.returncode == 0, restored


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_store_without_a_folder_or_a_key_is_refused_and_without_a_store_there_is_nothing_to_list(place: Any) -> None:
    store = {"BAARI_BACKUP_STORE": "https://s3.example/backups", "BAARI_BACKUP_PASSPHRASE": "correct horse"}
    assert "names no store" in place("backup", "stored").stderr
    for more, why in (
        ({}, "BAARI_BACKUP_STORE needs BAARI_BACKUP_DIR"),
        ({"BAARI_BACKUP_DIR": "."}, "BAARI_BACKUP_STORE needs BAARI_BACKUP_STORE_KEY"),
        ({"BAARI_BACKUP_STORE_KEY": "key"}, "and BAARI_BACKUP_STORE_SECRET_FILE"),
        ({"BAARI_BACKUP_STORE": "s3://backups"}, "BAARI_BACKUP_STORE: must be like https://HOST/BUCKET"),
    ):
        refused = place("backup", "stored", **{**store, **more})
        assert (refused.returncode, why in refused.stderr) == (2, True), refused.stderr


@pytest.mark.parametrize("backend", ["sqlite"])
def test_backups_by_the_clock_need_somebody_who_can_open_them(place: Any) -> None:
    refused = place("backup", "rotate", BAARI_BACKUP_DIR=".")
    assert (refused.returncode, "BAARI_BACKUP_DIR needs BAARI_BACKUP_RECIPIENTS" in refused.stderr) == (2, True)


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.provokes("GetPassWarning: Can not control echo on the terminal")
def test_a_passphrase_is_asked_for_where_none_is_set(place: Any, db: Database) -> None:
    place("backup", "--passphrase-file", "passphrase.txt", "tuesday.baari")
    words = ("backup", "verify", "tuesday.baari")
    proven = run_baari(Path(), *words, stdin=Path("passphrase.txt").read_text(), BAARI_DATABASE_URL=db.url)
    assert (proven.returncode, proven.stdout.splitlines()[-1]) == (0, "Every promise kept."), proven
