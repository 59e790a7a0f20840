"""Who is at the machine is told by the account of the operating system, in the log, the trail and its files."""

import json
import os
import pwd
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from server.domain.actors import CLI, CLOCK, By
from server.domain.trail import Wanted
from server.operations.at_machine import LONGEST, at_machine
from server.services.trail import files, trail
from server.services.trail.files import Form
from tests.factories import Floor
from tests.processes import run_baari_here

ASHA, RAVI, SERVICE, NOBODY = 1001, 1002, 998, 4711
ACCOUNTS = {0: "root", ASHA: "asha", RAVI: "ravi", SERVICE: "baari"}
Behind = Callable[..., By]


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Behind:
    """Return who is told behind a process of an account, which sudo called for somebody."""

    def account(uid: int) -> pwd.struct_passwd:
        return pwd.struct_passwd((ACCOUNTS[uid], "x", uid, uid, "", "/", "/bin/sh"))

    def told(uid: int, sudo: str | None = None) -> By:
        monkeypatch.setattr(os, "getuid", lambda: uid)
        monkeypatch.setattr(pwd, "getpwuid", account)
        if sudo is None:
            monkeypatch.delenv("SUDO_USER", raising=False)
        else:
            monkeypatch.setenv("SUDO_USER", sudo)
        return at_machine()

    return told


def test_without_sudo_it_is_the_account_that_runs_it(behind: Behind) -> None:
    assert [behind(uid).actor for uid in (ASHA, 0, SERVICE)] == ["cli:asha", "cli:root", "cli:baari"]


@pytest.mark.parametrize("uid", [0, SERVICE])
def test_behind_root_and_the_service_it_is_who_called_sudo(behind: Behind, uid: int) -> None:
    assert behind(uid, "asha").actor == "cli:asha"
    assert behind(uid, "").actor == f"cli:{ACCOUNTS[uid]}"


def test_a_person_cannot_say_that_they_are_another(behind: Behind) -> None:
    assert behind(RAVI, "asha").actor == "cli:ravi"


def test_an_account_without_a_name_is_told_by_its_number(behind: Behind) -> None:
    assert behind(NOBODY).actor == "cli:uid-4711"


def test_a_name_is_short_and_has_nothing_that_means_something_in_the_log(behind: Behind) -> None:
    assert behind(0, "OFFICE\\asha rao:=\n1").actor == "cli:OFFICE_asha_rao___1"
    assert behind(0, "a" * 500).actor == f"cli:{'a' * LONGEST}"


def test_who_is_at_the_machine_is_told_from_everybody_else() -> None:
    at_machine = [CLI, By("cli:asha"), By("cli:uid-4711")]
    others = [CLOCK, By("client"), By("staff:1"), By("key:1"), By("citizen:cli"), By("baari")]
    assert [by.at_machine for by in (*at_machine, *others)] == [True] * 3 + [False] * len(others)
    assert not any(by.is_person for by in at_machine)


@pytest.fixture
def baari(
    floor: Floor,
    behind: Behind,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., CompletedProcess[str]]:
    data = str(tmp_path_factory.mktemp("data"))

    def run(*words: str) -> CompletedProcess[str]:
        behind(SERVICE, "asha")
        return run_baari_here(monkeypatch, capsys, *words, BAARI_DATABASE_URL=floor.db.url, BAARI_DATA_DIR=data)

    return run


COMMANDS = (
    ("key create --role kiosk --name hall", "key.created"),
    ("key rotate --name hall", "key.rotated"),
    ("key revoke --name hall", "key.revoked"),
    ("user add --user meera --role manager --password a-long-secret", "person.added"),
    ("user disable --user meera", "person.disabled"),
    ("secret rotate", "secret.begun"),
    ("secret rotate --end 1 --yes", "secret.ended"),
    ("day close --then end --yes", "day.closed"),
    ("day reopen --reason early", "day.reopened"),
)


def test_every_command_stands_in_the_trail_and_its_files_by_who_gave_it(
    floor: Floor, baari: Callable[..., CompletedProcess[str]]
) -> None:
    floor.issue()
    there = {(row["chain"], row["seq"]) for row in _exported(floor)}
    for command, kind in COMMANDS:
        done = baari(*command.split())
        assert done.returncode == 0, (command, done.stderr)
        new = [row for row in _exported(floor) if (row["chain"], row["seq"]) not in there]
        there |= {(row["chain"], row["seq"]) for row in new}
        assert kind in {row["kind"] for row in new}
        assert {(row["actor"], row["by"]) for row in new} == {("cli:asha", None)}, command
    told = json.loads(baari("verify", "--json").stdout)
    assert (told["ok"], told["faults"]) == (True, [])


def _exported(floor: Floor) -> list[dict[str, Any]]:
    lines = b"".join(files.written(Form.JSONL, trail.all_of(floor.db.read, floor.centre, Wanted())))
    return [json.loads(line) for line in lines.splitlines()]
