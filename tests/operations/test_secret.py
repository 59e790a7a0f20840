"""The secret on the command line: a start with another one is refused, keys are rotated and ended."""

from functools import partial
from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol

import pytest

from server.domain.permissions import Role
from tests.processes import ServerProcess, run_baari


class Baari(Protocol):
    def __call__(self, *words: str, **env: str) -> CompletedProcess[str]: ...


@pytest.fixture
def baari(database_url: str, tmp_path: Path) -> Baari:
    """Return what runs a command with a data folder of its own on a database that others share."""
    return partial(run_baari, tmp_path / "own", BAARI_DATABASE_URL=database_url)


def test_a_data_folder_that_does_not_persist_refuses_the_start_and_says_what_to_do(
    baari: Baari, database_url: str, tmp_path: Path
) -> None:
    assert baari("init").returncode == 0
    secret = (tmp_path / "own" / "secret_key").read_text("utf-8")
    refused = run_baari(tmp_path / "new", "serve", BAARI_DATABASE_URL=database_url)
    assert refused.returncode == 1
    assert "There is no secret in" in refused.stderr
    assert "Set BAARI_SECRET_KEY to that one" in refused.stderr
    assert not (tmp_path / "new" / "secret_key").exists()
    with ServerProcess(database_url, tmp_path / "new", BAARI_SECRET_KEY=secret):
        pass


def test_two_servers_of_one_database_share_the_secret_or_the_second_does_not_start(
    baari: Baari, database_url: str, tmp_path: Path
) -> None:
    assert baari("init").returncode == 0
    refused = baari("serve", BAARI_SECRET_KEY="that of another server of the house")
    assert refused.returncode == 1
    assert "servers that share a database share the secret" in refused.stderr
    one, other = (ServerProcess(database_url, tmp_path / "own") for _ in range(2))
    with one, other:
        booking = {"reference": "AB/2026/77", "slot": "2030-01-07T10:15:00+05:30", "service": "NORMAL"}
        assert one.client().post("centres/PSK-DEMO/appointments", {"bookings": [booking]}).status_code == 200
        again = other.client().post("centres/PSK-DEMO/appointments", {"bookings": [booking]}).json()
        assert [row["result"] for row in again["rows"]] == ["unchanged"]


def test_keys_are_listed_rotated_and_ended(baari: Baari) -> None:
    baari("init")
    assert baari("secret", "list").stdout.startswith("key 1: since ")
    assert (
        baari("secret", "rotate", "--end", "1").stderr == "baari: Key 1 is in force. Run “baari secret rotate” first.\n"
    )
    assert baari("secret", "rotate").stdout.startswith("Key 2 is in force.")
    ended = baari("secret", "rotate", "--end", "1")
    assert (
        ended.stdout
        == "Key 1 has ended with 0 sessions and 0 blocks of paper numbers. References and seals of it stay readable.\n"
    )
    assert ", ended " in baari("secret", "list").stdout.splitlines()[0]


def test_paper_numbers_that_are_out_are_shown_and_void_when_the_key_of_their_lease_ends(
    baari: Baari, database_url: str, tmp_path: Path
) -> None:
    baari("init")
    with ServerProcess(database_url, tmp_path / "own") as server:
        client = server.client(Role.MANAGER)
        assert client.post("centres/PSK-DEMO/leases", {"series": "N", "count": 3, "holder": "pad 1"}).status_code == 201
        assert baari("secret", "rotate").returncode == 0
        assert client.post("centres/PSK-DEMO/leases", {"series": "N", "count": 2, "holder": "pad 2"}).status_code == 201
    asked = baari("secret", "rotate", "--end", "1", stdin="n\n")
    assert "Paper numbers leased under key 1 are out: PSK-DEMO N001–N003 (pad 1).\n" in asked.stdout
    assert ", ended " not in baari("secret", "list").stdout
    ended = baari("secret", "rotate", "--end", "1", "--yes")
    assert ended.stdout.startswith("Key 1 has ended with 0 sessions and 1 block of paper numbers.")
    assert "1 block" not in baari("secret", "rotate", "--end", "1").stdout, "they are void"
    verified = baari("verify")
    assert verified.returncode == 0, verified.stdout


def test_a_secret_that_is_lost_for_good_is_followed_by_the_one_at_hand(baari: Baari) -> None:
    baari("init")
    another = {"BAARI_SECRET_KEY": "the next secret, thirty-two letters at least"}
    assert "Type of key" not in baari("secret", "list").stdout
    assert baari("report", **another).returncode == 1
    ours = baari("secret", "accept")  # it asks nothing: there is nothing to lose
    assert (ours.returncode, ours.stderr) == (1, "baari: This is the secret of this database already.\n")
    asked = baari("secret", "accept", stdin="n\n", **another)
    assert "Go on? [y/N]" in asked.stdout
    assert len(baari("secret", "list").stdout.splitlines()) == 1
    assert baari("secret", "accept", "--yes", **another).stdout.startswith("Key 2 is in force")
    assert "secret accept" not in baari("report", **another).stderr


def test_a_running_server_follows_a_rotation_of_another_process(
    baari: Baari, database_url: str, tmp_path: Path
) -> None:
    baari("init")
    with ServerProcess(database_url, tmp_path / "own") as server:
        client = server.client(Role.MANAGER)
        booking = {"reference": "AB/2026/77", "slot": "2030-01-07T10:15:00+05:30", "service": "NORMAL"}
        client.post("centres/PSK-DEMO/appointments", {"bookings": [booking]})
        assert baari("secret", "rotate").returncode == 0
        spelt = {**booking, "reference": "ab 2026 77"}
        rows = client.post("centres/PSK-DEMO/appointments", {"bookings": [spelt]}).json()["rows"]
        assert [row["result"] for row in rows] == ["unchanged"]
