"""An incident is packed: the log of its days, what was done, and whom it concerns, for those who may open it alone."""

import csv
import io
import json
import os
import re
import stat
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyrage
import pytest

from server.domain.actors import CLI
from server.services.backups.archive import members
from server.services.backups.sealing import identities, opened
from server.services.person_data import asking, leaving
from server.services.person_data.asking import Asked
from server.services.setup import secret
from server.storage.database import Database
from tests.factories import CENTRE, DAY, KEYS, MORNING, Floor, install_floor
from tests.migrations.full_floor import all_rows
from tests.processes import run_baari_here
from tests.services.person_data.test_leaving import TERMS, WEEK
from tests.services.proof.forger import all_faults

SECRET, PHONE, OTHER = b"a secret of one installation in tests", "+919876543210", "+919811111111"
LOG = """\
{"at": "2026-11-23T17:59:59.000Z", "level": "info", "message": "the evening before"}
{"at": "2026-11-24T04:00:00.000Z", "level": "error", "message": "it began"}
  a line that belongs to it
{"at":"2026-11-24T12:00:00+05:30","path":"/t/…","status":404}
{"at": "2026-11-26T04:00:00.000Z", "level": "info", "message": "days later"}
"""


class House:
    """An installation whose day is over, and who may open what is packed."""

    def __init__(self, floor: Floor, folder: Path, baari: Callable[..., Any]) -> None:
        self.floor, self.folder, self.baari = floor, folder, baari
        self._identity = pyrage.x25519.Identity.generate()
        (folder / "recipients").write_text(f"{self._identity.to_public()}\n")
        (folder / "log").write_text(LOG)

    def pack(self, *options: str, first: str = "2026-11-24", last: str = "2026-11-25") -> Any:
        """Pack the days."""
        words = ["--log", str(self.folder / "log"), "--recipients", str(self.folder / "recipients")]
        words += ["--file", str(self.folder / "incident.age"), "--reason", "a lost disk", *options]
        return self.baari("incident", first, last, *words)

    def contents(self) -> dict[str, str]:
        """Return what was packed, by names."""
        keys = identities(str(self._identity))
        with (self.folder / "incident.age").open("rb") as file, opened(file, keys, "") as content:
            return {name: data.decode() for name, data in members(content)}

    def persons(self) -> dict[str, dict[str, str]]:
        """Return whom it concerns, by the labels of their tokens."""
        return {row["token"]: row for row in csv.DictReader(io.StringIO(self.contents()["persons.csv"]))}


@pytest.fixture
def house(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> House:
    (tmp_path / "secret_key").write_bytes(SECRET)
    floor = install_floor(db)
    db.write(None, lambda tx: secret.claim(tx, SECRET, MORNING))
    floor.open("G1")
    floor.issue(phone=PHONE, need="senior")
    floor.issue()
    floor.issue(phone=OTHER)
    floor.close_day()
    where = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": db.url}
    return House(floor, tmp_path, partial(run_baari_here, monkeypatch, capsys, **where))


def reveal(floor: Floor, phone: str, hours: float) -> None:
    """Look at somebody, and be told their number."""
    real = MORNING + timedelta(hours=hours)
    known = floor.db.read(lambda read: asking.find(read, floor.centre_id, Asked(phone), KEYS))
    floor.write(lambda tx: asking.show(tx, known, "asked", real, CLI))
    floor.write(lambda tx: asking.reveal(tx, known.subjects[0], "asked", real, CLI))


def test_the_log_the_trail_and_whom_it_concerns_are_packed_for_those_who_may_open_it(house: House) -> None:
    reveal(house.floor, PHONE, 1)
    reveal(house.floor, OTHER, 24 * 5)  # after the days
    done = house.pack()
    assert (done.returncode, "3 lines of the log" in done.stdout, "2 persons" in done.stdout) == (0, True, True), done
    file = house.folder / "incident.age"
    assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    packed = house.contents()
    assert packed["log.jsonl"].splitlines() == LOG.splitlines()[1:4]
    kinds = {json.loads(line)["kind"] for line in packed["trail.jsonl"].splitlines()}
    assert kinds >= {"token.issued", "phone.revealed", "person_data.shown"}
    summary = json.loads(packed["incident.json"])
    assert (summary["centre"], summary["persons"], summary["lines"], summary["phones"]) == (CENTRE, 2, 3, False)
    first, third = house.persons()["F001"], house.persons()["N002"]
    assert (first["phone"], first["known"], first["where"]) == ("••••••3210", "phone need", "floor")
    assert [first[act] for act in ("shown", "revealed", "corrected", "erased")] == ["1", "1", "0", "0"]
    assert (third["shown"], third["revealed"]) == ("0", "0")
    assert not [text for text in packed.values() if PHONE in text]


def test_that_it_was_packed_stands_on_record_with_the_digest_of_the_file(house: House) -> None:
    assert house.pack("--reveal").returncode == 0
    assert house.persons()["F001"]["phone"] == f"'{PHONE}"
    (event,) = [
        row for row in house.floor.db.read(all_rows)["installation_event"] if "incident.packed" in map(str, row)
    ]
    digest = sha256((house.folder / "incident.age").read_bytes()).hexdigest()
    assert (digest in str(event), PHONE in str(event)) == (True, False)
    assert re.search(r"(?i)phones\W+true", str(event))
    assert all_faults(house.floor) == []


@pytest.mark.parametrize("options", [(), ("--reveal",)])
def test_what_is_sealed_is_told_by_its_hashes_and_opened_for_the_numbers_alone(
    house: House, options: tuple[str, ...]
) -> None:
    keys = secret.keys_of(house.floor.db.read(secret.numbers_of), SECRET)
    leaving.Round(house.floor.db, keys, TERMS, house.floor.centre_id, WEEK, WEEK).run()
    assert house.pack(*options).returncode == 0
    person = house.persons()["F001"]
    told = ("sealed", f"'{PHONE}", "phone need") if options else ("sealed", "sealed", "phone sealed")
    assert (person["where"], person["phone"], person["known"]) == told


def test_who_was_erased_is_told_as_gone(house: House) -> None:
    floor = house.floor
    known = floor.db.read(lambda read: asking.find(read, floor.centre_id, Asked(PHONE), KEYS))
    floor.write(lambda tx: asking.erase(tx, known, KEYS, "asked", MORNING, CLI))
    assert house.pack().returncode == 0
    person = house.persons()["F001"]
    assert (person["where"], person["phone"], person["erased"]) == ("gone", "", "1")


def test_nothing_is_packed_in_the_open_or_over_another_file(house: House) -> None:
    assert house.pack().returncode == 0
    before = (house.folder / "incident.age").read_bytes()
    again = house.pack()
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    assert (house.folder / "incident.age").read_bytes() == before
    backwards = house.pack(first="2026-11-25", last=DAY.isoformat())
    assert (backwards.returncode, "is before" in backwards.stderr) == (1, True)
    in_the_open = house.baari("incident", "2026-11-24", "2026-11-24", "--reason", "x")
    assert (in_the_open.returncode, "say who can open it" in in_the_open.stderr) == (1, True)
    rows = str(house.floor.db.read(all_rows)["installation_event"])
    assert rows.count("incident.packed") == 1


def test_without_a_log_it_says_so(house: House) -> None:
    (house.folder / "log").write_text("")
    done = house.pack()
    assert (done.returncode, "No line of the log was found" in done.stderr) == (0, True)


def test_it_is_packed_after_a_second_person_approved_it_where_the_setting_asks_for_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    plain = house.baari
    house.baari = partial(plain, SUDO_USER="asha", BAARI_SECOND_PERSON="export")
    asked = house.pack()
    assert (asked.returncode, "baari approval approve 1" in asked.stderr) == (3, True)
    assert not list(house.folder.glob("*incident.age*"))
    assert plain("approval", "approve", "1", SUDO_USER="ravi").returncode == 0
    assert house.pack("--reveal").returncode == 3
    assert house.pack().returncode == 0
    assert "N002" in house.persons()
