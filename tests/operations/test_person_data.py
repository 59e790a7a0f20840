"""Personal data on the command line: what leaves the floor, what is held, and what the doctor says of it."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.services.setup import secret
from server.storage.database import Database
from tests.factories import MORNING, Floor, install_floor
from tests.migrations.full_floor import all_rows
from tests.processes import run_baari_here

WHOM = ("--phone", "9876543210", "--reason", "asked by letter")
SECRET, PHONE = b"a secret of one installation in tests", "+919876543210"


@pytest.fixture
def floor_of_db(db: Database) -> Floor:
    floor = install_floor(db)
    floor.open("G1")
    floor.issue(phone=PHONE, need="senior")
    floor.serve("G1")
    floor.close_day()
    return floor


@pytest.fixture
def place(
    floor_of_db: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Return what runs a command of `baari` beside a floor whose day is over for some days."""
    (tmp_path / "secret_key").write_bytes(SECRET)
    floor_of_db.db.write(None, lambda tx: secret.claim(tx, SECRET, MORNING))
    where = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": floor_of_db.db.url, "BAARI_PERSONAL_DAYS": "1"}
    return partial(run_baari_here, monkeypatch, capsys, **where)


def test_personal_data_leaves_at_a_word_unless_it_is_held(place: Any, floor_of_db: Floor) -> None:
    assert "something due" in place("records", "status").stdout
    held = place("records", "hold", "--day", "2026-11-24", "--token", "f001", "--reason", "a court asks")
    assert "Hold 1 is in force" in held.stdout
    assert "1 stay by a legal hold." in place("records", "run").stdout
    assert "Hold 1: 2026-11-24, F001: a court asks" in place("records", "status").stdout
    assert PHONE in str(floor_of_db.db.read(all_rows))
    assert "lifted" in place("records", "lift", "1").stdout
    done = place("records", "run")
    assert (done.returncode, "1 tokens" in done.stdout) == (0, True)
    assert PHONE not in str(floor_of_db.db.read(all_rows))
    assert "nothing due" in place("records", "status").stdout
    assert place("verify").returncode == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("hold", "--day", "2026-11-24", "--token", "N999", "--reason", "why"), "N999 was not issued"),
        (("hold", "--day", "2026-11-24", "--token", "what", "--reason", "why"), "what is no label"),
        (("hold", "--day", "2026-11-24", "--reason", " "), "needs a reason"),
        (("lift", "7"), "No hold 7 is in force"),
    ],
)
def test_a_hold_that_cannot_be_is_refused_in_words(place: Any, options: tuple[str, ...], says: str) -> None:
    refused = place("records", *options)
    assert (refused.returncode, says in refused.stderr) == (1, True)


def test_the_doctor_says_when_personal_data_should_have_left(place: Any) -> None:
    def found() -> str:
        findings = json.loads(place("doctor", "--json").stdout)["findings"]
        return next(str(each["code"]) for each in findings if each["code"].startswith("person_data"))

    assert found() == "person_data_overdue"
    place("records", "run")
    assert found() == "person_data"


def test_somebody_sees_corrects_and_erases_what_is_known_of_them(place: Any, floor_of_db: Floor) -> None:
    (shown,) = json.loads(place("person-data", "show", *WHOM, "--json").stdout)
    told = {"where": "floor", "token": "F001", "day": "2026-11-24", "phone": "••••••3210", "need": "senior"}
    assert shown == told
    rows = str(floor_of_db.db.read(all_rows)["installation_event"])
    assert (rows.count("person_data.shown"), rows.count("phone.revealed")) == (1, 0)
    assert f"phone {PHONE}" in place("person-data", "show", *WHOM, "--reveal").stdout
    assert str(floor_of_db.db.read(all_rows)["installation_event"]).count("phone.revealed") == 1
    assert "Corrected: 1" in place("person-data", "correct", *WHOM, "--set-phone", "+919800000001").stdout
    assert "Nothing is known." in place("person-data", "show", *WHOM).stdout
    assert place("person-data", "correct", *WHOM).returncode == 1
    by_label = ("--token", "F001", "--day", "2026-11-24", "--reason", "asked")
    assert "Erased: what was known by 1 tokens" in place("person-data", "erase", *by_label).stdout
    assert "919800000001" not in str(floor_of_db.db.read(all_rows))
    assert place("verify").returncode == 0


def test_an_erasure_waits_for_a_second_person_where_the_setting_asks_for_one(
    place: Any, floor_of_db: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)

    def run(who: str, *words: str) -> Any:
        return place(*words, SUDO_USER=who, BAARI_SECOND_PERSON="erasure")

    asked = run("asha", "person-data", "erase", *WHOM)
    assert (asked.returncode, "baari approval approve 1" in asked.stderr) == (3, True)
    assert PHONE in str(floor_of_db.db.read(all_rows))
    listed = run("ravi", "approval", "list").stdout
    assert "F001 2026-11-24" in listed
    assert "9876543210" not in listed
    assert run("ravi", "approval", "approve", "1").returncode == 0
    assert "by 1 tokens" in run("asha", "person-data", "erase", *WHOM).stdout
    assert PHONE not in str(floor_of_db.db.read(all_rows))
    assert place("verify").returncode == 0


def test_what_is_known_is_shown_after_a_second_person_approved_it_where_the_setting_asks_for_one(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)

    def run(who: str, *words: str) -> Any:
        return place(*words, SUDO_USER=who, BAARI_SECOND_PERSON="export")

    asked = run("asha", "person-data", "show", *WHOM, "--reveal")
    assert (asked.returncode, asked.stdout, "baari approval approve 1" in asked.stderr) == (3, "", True)
    assert run("ravi", "approval", "approve", "1").returncode == 0
    assert PHONE in run("asha", "person-data", "show", *WHOM, "--reveal").stdout
    assert run("asha", "person-data", "show", *WHOM).returncode == 3
    assert place("verify").returncode == 0


def test_a_restore_erases_again_what_was_erased_since_the_backup(
    place: Any, floor_of_db: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrase, folder = tmp_path / "passphrase.txt", tmp_path / "backups"
    phrase.write_text("correct horse battery staple\n")
    folder.mkdir()
    sealed = {
        "BAARI_BACKUP_DIR": str(folder),
        "BAARI_BACKUP_PASSPHRASE_FILE": str(phrase),
        "BAARI_PERSONAL_DAYS": "300",
    }
    assert place("backup", "rotate", **sealed).returncode == 0
    assert place("person-data", "erase", *WHOM, **sealed).returncode == 0
    (backup,) = folder.glob("*.backup")
    assert (folder / "erasures.txt").read_text().startswith("baari-erasure:1:1:")
    other = {**sealed, "BAARI_DATABASE_URL": f"sqlite:///{tmp_path / 'other.sqlite'}"}
    restored = place("restore", str(backup), "--nothing-since", **other)
    assert (restored.returncode, "Erased again: what was known by 1 tokens" in restored.stdout) == (0, True), restored
    assert "Nothing is known." in place("person-data", "show", *WHOM, **other).stdout
    assert PHONE.encode() not in (tmp_path / "other.sqlite").read_bytes()
    (folder / "erasures.txt").unlink()
    third = {**sealed, "BAARI_DATABASE_URL": f"sqlite:///{tmp_path / 'third.sqlite'}"}
    assert place("restore", str(backup), "--nothing-since", **third).returncode == 0
    assert PHONE in place("person-data", "show", *WHOM, "--reveal", **third).stdout
