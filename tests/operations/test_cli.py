"""The command `baari` from outside."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.domain.screens import screen_of
from server.services.people import pairing
from server.services.people.pairing import Origin
from server.services.setup.plans import plan_of
from server.services.setup.presets import load_preset
from server.storage.database import Database
from server.storage.sql import centres
from tests.processes import run_baari

by_pipe = pytest.mark.provokes("GetPassWarning: Can not control echo on the terminal")


@pytest.fixture
def baari(tmp_path: Path) -> Any:
    return partial(run_baari, tmp_path)


@by_pipe
def test_a_centre_is_set_up_gets_a_key_and_a_person_and_verifies(baari: Any) -> None:
    assert baari("init", "--code", "PSK-1", "--name", "Centre One").returncode == 0
    key = baari("key", "create", "--role", "kiosk", "--name", "hall", "--device", "K1")
    assert key.stdout.startswith("baari_")
    added = baari("user", "add", "--user", "asha", "--role", "manager", stdin="a long secret\na long secret\n")
    assert (added.returncode, added.stdout.splitlines()[-1]) == (0, "asha can sign in.")
    verdict = baari("verify", "--json")
    told = json.loads(verdict.stdout)
    assert (told["ok"], told["tokens"], told["events"], told["faults"]) == (True, 0, 0, [])


def test_a_screen_is_paired_listed_and_revoked_at_the_machine(baari: Any, tmp_path: Path) -> None:
    baari("init", "--code", "PSK-1")
    db, screen, now = Database(f"sqlite:///{tmp_path / 'baari.sqlite'}"), screen_of("kiosk:K1"), datetime.now(UTC)
    centre = db.read(lambda read: centres.centre_by_code(read, "PSK-1")).id
    origin = Origin("192.0.2.7", "Chromium / Linux")
    code = db.write(centre, lambda tx: pairing.ask(tx, screen, "baari_x", origin, now, secrets.token_bytes)).code
    db.close()
    assert "192.0.2.7 (Chromium / Linux) asks" in baari("device", "list").stdout
    told = baari("device", "pair", code, "--as", "kiosk:K2", stdin="y\n")
    assert "The page of kiosk:K1 at 192.0.2.7 (Chromium / Linux) shows this code." in told.stdout
    assert told.stdout.splitlines()[-1].endswith("kiosk:K2 is paired.")
    assert "paired" in next(line for line in baari("device", "list").stdout.splitlines() if line.startswith("kiosk:K2"))
    assert baari("device", "revoke", "kiosk:K2").stdout == "kiosk:K2 is not paired any more.\n"
    assert "from 192.0.2.7" not in baari("device", "list").stdout
    refused = baari("device", "pair", code, "--yes")
    assert (refused.returncode, "No screen of this centre shows this code" in refused.stderr) == (1, True)


@pytest.mark.parametrize("days", [1, 300])
def test_a_clock_that_is_set_back_after_the_installation_finds_rules(baari: Any, tmp_path: Path, days: int) -> None:
    baari("init")
    shape, day = load_preset("M"), (datetime.now(UTC) - timedelta(days=days)).date()
    db = Database(f"sqlite:///{tmp_path / 'baari.sqlite'}")
    plan = db.read(lambda conn: plan_of(conn, centres.centre_by_code(conn, shape.centre.code), day))
    db.close()
    assert list(plan.stages) == [stage.code for stage in shape.stages]


@by_pipe
def test_what_is_there_already_is_refused_in_words(baari: Any) -> None:
    baari("init")
    again = baari("init")
    assert (again.returncode, again.stderr) == (1, "baari: There is a centre “PSK-DEMO” already.\n")
    for expected in (0, 1):
        added = baari("user", "add", "--user", "asha", "--role", "counter", stdin="a long secret\na long secret\n")
        assert added.returncode == expected
    assert "There is a person “asha” already." in added.stderr


@by_pipe
def test_a_password_that_is_guessed_first_is_refused_with_the_rule(baari: Any) -> None:
    baari("init")
    for password, why in (("1", "at least 8"), ("Asha2026!", "is the user name"), ("Password@123", "most common")):
        refused = baari("user", "add", "--user", "ASHA ", "--role", "counter", stdin=f"{password}\n{password}\n")
        assert refused.returncode == 1
        assert why in refused.stderr
    refused = baari("user", "add", "--user", "  ", "--role", "counter", stdin="a long secret\na long secret\n")
    assert "A user name has 1 to 64 characters" in refused.stderr


@by_pipe
def test_people_and_keys_are_listed_and_changed_by_name_at_the_machine(baari: Any) -> None:
    baari("init")
    assert baari("user", "list").stdout == "There is nobody.\n"
    assert baari("key", "list").stdout == "There is no key.\n"
    typed = "a long secret\na long secret\n"
    baari("user", "add", "--user", "asha", "--role", "counter", "--start", stdin=typed)
    listed = baari("user", "list").stdout
    assert listed.split() == ["counter", "asha", "active", "never", "seen", "has", "a", "start", "password"]
    for words, told in (
        (("disable",), "asha cannot sign in any more.\n"),
        (("enable",), "asha can sign in.\n"),
        (("unlock",), "asha is not locked.\n"),
        (("role", "--role", "floor_manager"), "asha has the role floor_manager at PSK-DEMO.\n"),
    ):
        done = baari("user", words[0], "--user", "ASHA ", *words[1:])
        assert (done.returncode, done.stdout) == (0, told)
    lost = baari("user", "second-step", "--end", "ASHA ")
    assert (lost.returncode, lost.stdout) == (0, "asha signs in by the password alone.\n")
    assert baari("user", "list").stdout.split()[:2] == ["floor_manager", "asha"]
    missing = baari("user", "disable", "--user", "nobody")
    assert (missing.returncode, missing.stderr) == (1, "baari: There is no “nobody” at this centre.\n")
    key = baari("key", "create", "--role", "display", "--name", "hall").stdout
    assert baari("key", "list").stdout.split() == ["display", "hall", "–", "never", "seen"]
    rotated = baari("key", "rotate", "--name", "hall")
    assert rotated.stdout.startswith("baari_")
    assert rotated.stdout != key
    baari("key", "create", "--role", "display", "--name", "hall")
    twice = baari("key", "rotate", "--name", "hall")
    assert (twice.returncode, "there are 2 keys" in twice.stderr) == (1, True)
    assert json.loads(baari("verify", "--json").stdout)["ok"]


def test_a_printer_is_set_with_its_profile_and_looked_at(baari: Any, tmp_path: Path) -> None:
    baari("init")
    words = ("printer", "set", "--device", "printer-k1", "--kind", "file", "--set", "folder", str(tmp_path))
    kept = baari(*words, "--profile", "generic-58")
    place = f"folder {tmp_path}, kind file, profile generic-58"
    assert (kept.returncode, kept.stdout) == (0, f"printer-k1 is set ({place}), and is ready.\n")
    nothing = baari("printer", "set", "--device", "printer-k1", "--host", "127.0.0.1", "--port", "1")
    assert "(host 127.0.0.1, kind tcp, port 1, profile epson-tm-t20), and is off." in nothing.stdout


def test_a_printer_that_could_not_print_as_set_is_not_set(baari: Any) -> None:
    baari("init")
    refused = baari("printer", "set", "--device", "printer-k1")
    assert (refused.returncode, refused.stderr) == (1, "baari: the printer's setting “host” is missing\n")
    unknown = baari("printer", "set", "--device", "printer-k9", "--host", "127.0.0.1")
    assert (unknown.returncode, unknown.stderr) == (1, "baari: there is no printer 'printer-k9'\n")


def test_a_demo_refuses_a_database_with_a_real_centre(baari: Any) -> None:
    baari("init")
    refused = baari("demo", "--port", "0")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "PSK-DEMO is a real centre" in refused.stderr


def test_a_wrong_setting_stops_the_start_and_names_itself(baari: Any) -> None:
    refused = baari("serve", BAARI_PORT="many")
    assert refused.returncode == 2
    assert "BAARI_PORT" in refused.stderr


def test_a_misspelt_setting_stops_the_start_before_another_database_is_made(baari: Any, tmp_path: Path) -> None:
    refused = baari("init", BAARI_DATABSE_URL="postgresql://127.0.0.1/baari")
    sentence = "baari: BAARI_DATABSE_URL: there is no such setting; the nearest is BAARI_DATABASE_URL\n"
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", sentence)
    assert list(tmp_path.iterdir()) == []


def test_only_its_owner_reads_the_data_folder_and_the_database(baari: Any, tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "elsewhere.sqlite"
    url = f"sqlite:///{file}"
    for _ in range(2):
        assert baari("migrate", BAARI_DATA_DIR=str(data), BAARI_DATABASE_URL=url).returncode == 0
        assert (data.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
        file.chmod(0o644)  # as releases before made it


def test_an_empty_secret_stops_the_start(baari: Any, tmp_path: Path) -> None:
    baari("init")
    (tmp_path / "secret_key").write_text("")
    refused = baari("serve", "--port", "0")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "secret_key holds no secret of 32 characters" in refused.stderr


def test_a_port_that_is_taken_is_named(baari: Any) -> None:
    baari("migrate")
    refused = baari("serve", "--port", "1", BAARI_HOST="203.0.113.1")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "203.0.113.1:1" in refused.stderr


def test_a_stage_that_is_not_there_is_refused_by_the_simulation(baari: Any) -> None:
    refused = baari("simulate", "--open", "Z=3")
    assert refused.returncode == 2
    assert "Z=3" in refused.stderr


def test_closing_the_day_needs_a_name_when_there_is_no_centre(baari: Any) -> None:
    baari("migrate")
    refused = baari("day", "close", "--yes")
    assert refused.returncode == 1
    assert "--centre" in refused.stderr


@pytest.mark.slow
def test_simulated_days_are_explained_reported_and_proven_by_their_seal(baari: Any, tmp_path: Path) -> None:
    file = tmp_path / "baari.sqlite"
    days = baari("simulate", "--keep", str(file), "--json")
    assert json.loads(days.stdout)["verify"]["ok"], days.stderr
    report = baari("report", "--json")
    seal = json.loads(report.stdout)["seal"]["text"]
    assert baari("verify", "--seal", seal).stdout.splitlines()[-3].endswith("every promise kept.")
    forged = baari("verify", "--seal", seal[:-1] + ("0" if seal[-1] != "0" else "1"))
    assert (forged.returncode, forged.stderr) == (1, "baari: This seal was not signed by this installation.\n")
    counted = baari("figures", "rebuild")
    events = json.loads(days.stdout)["events"]
    assert counted.stdout == f"{events} events of PSK-DEMO are counted.\n"
    assert json.loads(baari("report", "--json").stdout)["figures"] == json.loads(report.stdout)["figures"]
    day = json.loads(report.stdout)["day"]
    assert "N150 was called" in baari("explain", "N150", "--day", day).stdout
    missing = baari("explain", "N999", "--day", day)
    assert (missing.returncode, missing.stderr) == (1, "baari: N999 was not issued on 05-01-2026.\n")


def test_a_rule_changes_from_a_day_on_and_a_wrong_one_is_refused(baari: Any, tmp_path: Path) -> None:
    baari("init")
    rule = tmp_path / "calling.yaml"
    rule.write_text("{rule: fifo, quota: 4}")
    changed = baari("policy", "set", "calling", str(rule), "--from", "2099-01-01")
    assert changed.stdout.startswith("calling holds from 2099-01-01.")
    assert "from 2099-01-01" in baari("policy", "list", "calling").stdout
    rule.write_text("{rule: by_height}")
    refused = baari("policy", "set", "calling", str(rule), "--from", "2099-01-01")
    assert refused.returncode == 1
    assert "rule" in refused.stderr


def test_a_second_centre_of_the_same_preset_stands_beside_the_first(baari: Any) -> None:
    assert baari("init").returncode == 0
    assert baari("init", "--code", "PSK-2", "--name", "Centre Two").returncode == 0
    keys = {
        baari("key", "create", "--role", "counter", "--name", "A1", "--counter", "A1", "--centre", c).stdout
        for c in ("PSK-DEMO", "PSK-2")
    }
    assert len(keys) == 2
    assert baari("verify").returncode == 0


@pytest.mark.parametrize("code", ["PSK/1", "..", "PSK 1", "x" * 33])
def test_a_centre_whose_code_could_not_stand_in_an_address_is_refused(baari: Any, code: str) -> None:
    refused = baari("init", "--code", code)
    assert refused.returncode == 2
    assert "1 to 32 letters, digits and hyphens" in refused.stderr


def test_a_key_of_all_centres_is_made_for_a_role_that_reaches_them(baari: Any) -> None:
    baari("init")
    words = ("key", "create", "--name", "all", "--all-centres", "--role")
    assert baari(*words, "integration").stdout.startswith("baari_")
    refused = baari(*words, "counter")
    assert refused.returncode == 2
    assert "a key of the role counter acts in its own centre only" in refused.stderr
