"""The log of SQLite goes into its file beside the commands."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server.storage import checkpoints
from server.storage.checkpoints import EVERY, Checkpoints
from server.storage.transaction import Transaction
from tests.factories import Floor

PAGE, COMMITS = 4096, 400


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def log_of(floor: Floor) -> Path:
    return Path(floor.db.url.removeprefix("sqlite:///") + "-wal")


def reason(words: str, tx: Transaction) -> None:
    tx.conn.execute(text("UPDATE counter SET reason = :words WHERE id = 'G1'"), {"words": words})


def test_the_log_is_brought_into_the_file_and_written_over(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these commits writes a page at least: without it the log would have as many."""
    monkeypatch.setattr(checkpoints, "EVERY", 16)
    start = log_of(sqlite_floor).stat().st_size
    for number in range(COMMITS):
        sqlite_floor.write(partial(reason, str(number)))
        time.sleep(0.002)
    assert log_of(sqlite_floor).stat().st_size - start < COMMITS // 2 * PAGE


def test_one_that_fails_is_told_and_the_next_is_tried(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def fail(*_: object) -> None:
        tries.append(1)
        raise OperationalError("PRAGMA", None, Exception("disk I/O error"))

    monkeypatch.setattr(checkpoints, "on_driver", fail)
    monkeypatch.setattr(checkpoints, "EVERY", 1)
    with caplog.at_level(logging.WARNING):
        for number in (1, 2):
            sqlite_floor.write(lambda _: None)
            eventually(lambda number=number: len(tries) == number)  # type: ignore[misc]
    assert "disk I/O error" in caplog.text


def test_closing_ends_the_thread(sqlite_floor: Floor) -> None:
    mine = Checkpoints(sqlite_floor.db.writing)
    for _ in range(EVERY):
        assert mine._thread is None
        mine.note_commit()
    thread = mine._thread
    assert thread in threading.enumerate()
    mine.close()
    assert thread not in threading.enumerate()
    for _ in range(EVERY):
        mine.note_commit()
    assert mine._thread not in (None, thread)
    mine.close()
