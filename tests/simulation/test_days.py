"""Many days in a row: one history, kept if asked for, replayed in memory that does not grow."""

import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.events.kinds import Kind
from server.services.proof.verify import certify, verify
from server.services.setup.presets import load_preset
from server.services.setup.shapes import Preset
from server.simulation.day import Progress, Span, simulate
from server.simulation.report import day_report, progress_line
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.sql.events import day_ends, events_between

DAYS = 4
History = tuple[Path, dict[str, Any], list[Progress]]


@pytest.fixture(scope="module")
def small() -> Preset:
    """Return preset M with two people to a slot: 48 bookings a day."""
    preset = load_preset("M")
    return preset.model_copy(update={"slots": preset.slots.model_copy(update={"capacity": 2})})


@pytest.fixture(scope="module")
def history(small: Preset, tmp_path_factory: pytest.TempPathFactory) -> History:
    """Return the file of four days, their figures, and what was told on the way."""
    file = tmp_path_factory.mktemp("history") / "days.sqlite"
    told: list[Progress] = []
    return file, simulate(small, Span(seed=1, days=DAYS), keep=file, tell=told.append), told


def open_file(file: Path) -> Database:
    return Database(f"sqlite:///{file}", synchronous="OFF")


def test_the_figures_are_over_all_days(history: History) -> None:
    _, result, _ = history
    assert (result["days"], result["seed"], result["verify"]["ok"]) == (DAYS, 1, True)
    assert result["issued"] == result["completed"] == result["stay"]["all"]["n"]
    assert result["issued"] + result["no_show"] == 48 * DAYS
    assert day_report(result).startswith("Seed 1, days 4, counters open: G 6 A 30")


def test_each_day_that_is_over_is_told_with_the_pace(history: History) -> None:
    _, result, told = history
    assert [progress.day for progress in told] == list(range(1, DAYS + 1))
    assert told[-1].tokens == result["issued"]
    assert told[-1].events == result["events"]
    assert progress_line(Progress(2, 10, 1000, 9000, 6.0)) == (
        "day 2 of 10: 1000 tokens, 9000 events, 1500 events/s, 0 min left"
    )


def test_the_history_is_kept_and_stays_provable(history: History) -> None:
    file, result, _ = history
    db = open_file(file)
    try:
        centre = db.read(lambda conn: centres.all_centres(conn)[0])
        assert db.read(lambda conn: verify(conn, centre)).ok
        assert len(db.read(lambda conn: day_ends(conn, centre.id))) == DAYS
        assert centre.event_seq == result["events"]
    finally:
        db.close()


def test_a_file_that_is_there_is_not_written_over(small: Preset, tmp_path: Path) -> None:
    file = tmp_path / "precious"
    file.write_text("everything")
    with pytest.raises(FileExistsError, match="precious is there already"):
        simulate(small, Span(), keep=file)
    assert file.read_text() == "everything"


def test_the_same_seed_gives_the_same_day(small: Preset) -> None:
    first, again, other = (simulate(small, Span(seed)) for seed in (1, 1, 2))
    changing = {"seconds": 0, "verify": {}}
    assert first | changing == again | changing
    assert first["stay"] != other["stay"]


def test_a_commit_holds_many_commands_and_each_its_own_time(history: History) -> None:
    db = open_file(history[0])
    try:
        centre = db.read(lambda conn: centres.all_centres(conn)[0])
        events = db.read(lambda conn: list(events_between(conn, centre.id, 0, centre.event_seq)))
    finally:
        db.close()
    calls = [event.at for event in events if event.kind is Kind.TOKEN_CALLED]
    assert calls == sorted(calls)
    assert len(set(calls)) > 0.9 * len(calls)
    assert all(at.microsecond % 1000 == 0 for at in calls)
    assert max(calls) - min(calls) > timedelta(days=DAYS - 1)


def test_the_replay_of_four_days_takes_no_more_memory_than_that_of_two(history: History) -> None:
    """The second day is the first that remembers those who left the day before, as every later one does."""
    db = open_file(history[0])
    try:
        ends = db.read(lambda conn: day_ends(conn, 1))
        two, four = (peak(db, ends[day - 1].seq) for day in (2, DAYS))
    finally:
        db.close()
    assert four < 1.2 * two


def peak(db: Database, until: int) -> int:
    """Return the most bytes that were held at once while the events up to a number were replayed."""
    tracemalloc.start()
    try:
        db.read(lambda conn: certify(conn, centres.all_centres(conn)[0], 0, until))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
