"""Backups by the clock: when one is due, which are kept, and what is told when something is wrong."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.services.backups.folder import (
    FAILED,
    NAME,
    NOT_COPIED,
    Keep,
    backups_in,
    copy_is_due,
    is_due,
    outdated,
    state_of,
)

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def put(folder: Path, *ages: timedelta) -> None:
    for age in ages:
        (folder / (NOW - age).strftime(NAME)).touch()


def test_a_folder_without_a_backup_gets_one_at_once_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "something else").touch()
    state = state_of(tmp_path, 24, NOW)
    assert (state.last, state.wrong, is_due(state, 24, NOW)) == (None, "stale", True)


def test_the_next_is_due_after_the_hours_and_late_half_as_many_later(tmp_path: Path) -> None:
    for age, due, wrong in ((5, False, None), (6, True, None), (9, True, None), (9.1, True, "stale")):
        for old in backups_in(tmp_path).values():
            old.unlink()
        put(tmp_path, timedelta(hours=age), timedelta(days=9))
        state = state_of(tmp_path, 6, NOW)
        assert (is_due(state, 6, NOW), state.wrong) == (due, wrong), age


def test_one_made_under_a_clock_that_was_ahead_keeps_no_other_from_being_made(tmp_path: Path) -> None:
    put(tmp_path, timedelta(hours=40), timedelta(days=-365))
    state = state_of(tmp_path, 24, NOW)
    assert (state.last, state.wrong) == (NOW - timedelta(hours=40), "stale")
    assert is_due(state, 24, NOW)


def test_one_that_failed_is_told_and_tried_again_after_ten_minutes(tmp_path: Path) -> None:
    put(tmp_path, timedelta(hours=25))
    (tmp_path / FAILED).touch()
    for minutes, due in ((9, False), (10, True)):
        at = (NOW - timedelta(minutes=minutes)).timestamp()
        os.utime(tmp_path / FAILED, (at, at))
        state = state_of(tmp_path, 24, NOW)
        assert (state.wrong, is_due(state, 24, NOW)) == ("failed", due)


def test_what_is_not_in_the_store_is_told_with_its_reason_and_sent_again_after_ten_minutes(tmp_path: Path) -> None:
    put(tmp_path, timedelta(hours=40))
    told = tmp_path / NOT_COPIED
    for why, wrong in (("", "stale"), ("The store did not answer.", "not_copied")):
        told.write_text(why)
        for minutes, due in ((9, False), (10, True)):
            at = (NOW - timedelta(minutes=minutes)).timestamp()
            os.utime(told, (at, at))
            state = state_of(tmp_path, 24, NOW)
            assert (state.wrong, copy_is_due(state, NOW), is_due(state, 24, NOW)) == (wrong, due, True)
    (tmp_path / FAILED).touch()
    assert state_of(tmp_path, 24, NOW).wrong == "failed"
    told.unlink()
    assert not copy_is_due(state_of(tmp_path, 24, NOW), NOW)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    state = state_of(tmp_path / "none", 24, NOW)
    assert (state.wrong, is_due(state, 24, NOW)) == ("no_folder", True)


def test_the_last_of_each_day_week_and_month_is_kept() -> None:
    made = {NOW - timedelta(hours=6 * number) for number in range(4 * 200)}
    kept = made - outdated(made, Keep(days=3, weeks=2, months=4))
    assert sorted(f"{at:%m-%d %H}" for at in kept) == [
        *("08-31 22", "09-30 22", "10-31 22"),
        *("11-22 22", "11-23 22", "11-24 04"),
    ]
    assert outdated({NOW}, Keep(0, 0, 0)) == set()
    assert outdated(made, Keep(0, 0, 0)) == made - {NOW}
