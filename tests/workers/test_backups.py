"""The server begins a backup when it is due, one at a time, and ends it when it stops."""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.services.backups.folder import NAME, NOT_COPIED
from server.workers.backups import BackupTimer
from tests.factories import StillClock

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SLOW = """
import sys, time
with open(sys.argv[1], "a") as file:
    file.write("begun ")
time.sleep(60)
"""
SOON_S = 20.0


def begun(file: Path) -> int:
    return file.read_text().count("begun") if file.exists() else 0


def wait_until_begun(file: Path) -> None:
    give_up = time.monotonic() + SOON_S
    while not begun(file):
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_one_backup_is_made_at_a_time_and_ended_with_the_server(tmp_path: Path) -> None:
    folder, file = tmp_path / "backups", tmp_path / "begun"
    folder.mkdir()
    timer = BackupTimer(folder, 24, (sys.executable, "-c", SLOW, str(file)), StillClock(NOW))
    timer.start()
    timer.look()
    wait_until_begun(file)
    timer.look()
    timer.stop()
    assert begun(file) == 1


def test_a_fresh_backup_is_enough_and_where_no_folder_is_set_none_is_made(tmp_path: Path) -> None:
    file = tmp_path / "begun"
    (tmp_path / (NOW - timedelta(hours=1)).strftime(NAME)).touch()
    command = (sys.executable, "-c", SLOW, str(file))
    for folder in (tmp_path, None):
        timer = BackupTimer(folder, 24, command, StillClock(NOW))
        timer.look()
        timer.stop()
    assert not file.exists()


def test_what_is_not_in_the_store_is_sent_again_without_a_backup_being_due(tmp_path: Path) -> None:
    folder, file = tmp_path / "backups", tmp_path / "begun"
    folder.mkdir()
    (folder / (NOW - timedelta(hours=1)).strftime(NAME)).touch()
    (folder / NOT_COPIED).touch()
    os.utime(folder / NOT_COPIED, (0, 0))
    timer = BackupTimer(folder, 24, (sys.executable, "-c", SLOW, str(file)), StillClock(NOW))
    timer.look()
    wait_until_begun(file)
    timer.stop()
    assert begun(file) == 1


def test_one_that_failed_is_followed_by_the_next(tmp_path: Path) -> None:
    timer = BackupTimer(tmp_path, 24, (sys.executable, "-c", "raise SystemExit(1)"), StillClock(NOW))
    timer.look()
    first = timer._running
    assert first is not None
    assert first.wait(SOON_S) == 1
    timer.look()
    assert timer._running is not first
    timer.stop()
