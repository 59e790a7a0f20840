"""The tail is shipped while this process leads; what fails is told once, and the thread goes on."""

import logging
import time
from pathlib import Path

import pyrage
import pytest

from server.clock import SystemClock
from server.services.backups.sealing import Seal
from server.services.backups.shipping import Shipping
from server.services.backups.tail_folder import FAILED, TailWriter
from server.workers import tail
from server.workers.tail import TailShipper
from tests.factories import Floor

SOON_S = 20.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    there = tmp_path / "tail"
    there.mkdir()
    return there


def shipping_of(floor: Floor, folder: Path) -> Shipping:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    return Shipping(floor.db, TailWriter(folder, Seal(recipients=(recipient,))))


def segments(folder: Path) -> int:
    return len(list(folder.glob("*/*/*.segment")))


def wait_for(folder: Path, most: int) -> None:
    give_up = time.monotonic() + SOON_S
    while segments(folder) < most:
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_what_is_done_is_shipped_at_once_and_the_last_of_it_when_the_server_stops(
    sqlite_floor: Floor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "EVERY_S", 0.05)
    shipper = TailShipper(shipping_of(sqlite_floor, folder), lambda: True, SystemClock())
    shipper.start()
    wait_for(folder, 1)
    sqlite_floor.issue()
    wait_for(folder, 2)
    monkeypatch.setattr(tail, "EVERY_S", 60)
    time.sleep(0.2)
    before = segments(folder)
    sqlite_floor.issue()
    shipper.stop()
    assert segments(folder) == before + 1


def test_who_does_not_lead_ships_nothing(sqlite_floor: Floor, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "EVERY_S", 0.01)
    shipper = TailShipper(shipping_of(sqlite_floor, folder), lambda: False, SystemClock())
    shipper.start()
    time.sleep(0.2)
    shipper.stop()
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_away_is_told_once_and_found_again(
    sqlite_floor: Floor, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tail, "EVERY_S", 0.02)
    folder.rmdir()
    shipper = TailShipper(shipping_of(sqlite_floor, folder), lambda: True, SystemClock())
    with caplog.at_level(logging.WARNING):
        shipper.start()
        time.sleep(0.5)
    assert [record.levelname for record in caplog.records if "could not be shipped" in record.message] == ["WARNING"]
    folder.mkdir()
    wait_for(folder, 1)
    shipper.stop()
    assert not (folder / FAILED).exists()


def test_where_no_folder_is_set_nothing_runs() -> None:
    shipper = TailShipper(None, lambda: True, SystemClock())
    shipper.start()
    shipper.stop()
