"""Backups in a folder, by the clock: which is the last, whether another is due, and which are kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAME = "baari-%Y%m%dT%H%M%SZ.backup"
FAILED, NOT_COPIED = "failed.txt", "not-copied.txt"
"""Say why no backup was made, and why none was copied into the store; empty while one is copied for the first time."""
RETRY = timedelta(minutes=10)
AHEAD = timedelta(hours=1)
"""A backup whose name is later than now by more was made under a wrong clock, and is not the last."""
LATE = 1.5
"""A backup is stale when the last is older than so many times the hours between two."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How many backups are kept: the last of each of the latest days, weeks and months that have any."""

    days: int
    weeks: int
    months: int


@dataclass(frozen=True, slots=True)
class FolderState:
    """When the last backup was made, and what is wrong: `no_folder`, `failed`, `not_copied`, `stale`.

    `failed_at` is when one could not be made, `copying_at` when those that are not in the store were last sent there.
    """

    last: datetime | None
    wrong: str | None
    failed_at: datetime | None = None
    copying_at: datetime | None = None


def backups_in(folder: Path) -> dict[datetime, Path]:
    """Return the backups of a folder by when they were made; other files are none. Raises OSError."""
    return {made: path for path in folder.iterdir() if (made := made_at(path.name)) is not None}


def made_at(name: str) -> datetime | None:
    """Return when a backup of this name was made, None for a name that no backup has."""
    try:
        return datetime.strptime(name, NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def state_of(folder: Path, hours: int, now: datetime) -> FolderState:
    """Return how the backups of a folder stand that gets one every so many hours."""
    try:
        last = max((made for made in backups_in(folder) if made <= now + AHEAD), default=None)
        failed_at, _ = _told(folder / FAILED)
        copying_at, why = _told(folder / NOT_COPIED)
    except OSError:
        return FolderState(None, "no_folder")
    stale = last is None or now - last > LATE * timedelta(hours=hours)
    wrong = "failed" if failed_at else "not_copied" if why else "stale" if stale else None
    return FolderState(last, wrong, failed_at, copying_at)


def _told(file: Path) -> tuple[datetime | None, int]:
    """Return when a file that tells of a failure was written, None where there is none, and how long it is."""
    try:
        there = file.stat()
    except FileNotFoundError:
        return None, 0
    return datetime.fromtimestamp(there.st_mtime, UTC), there.st_size


def is_due(state: FolderState, hours: int, now: datetime, tail_begun_at: datetime | None = None) -> bool:
    """Whether a backup is due: some time after one that failed, else when the last is old enough.

    One from which no tail goes on, because that began later, is old enough.
    """
    if state.failed_at is not None and now - state.failed_at < RETRY:
        return False
    if state.last is None or (tail_begun_at is not None and state.last < tail_begun_at):
        return True
    return now - state.last >= timedelta(hours=hours)


def copy_is_due(state: FolderState, now: datetime) -> bool:
    """Whether what is not in the store is sent there again: some time after that failed, or was broken off."""
    return state.copying_at is not None and now - state.copying_at >= RETRY


def outdated(made: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Return which backups are not kept; the last always is."""
    newest = sorted(made, reverse=True)
    kept = set(newest[:1])
    for most, form in ((keep.days, "%Y-%m-%d"), (keep.weeks, "%G-%V"), (keep.months, "%Y-%m")):
        last: Mapping[str, datetime] = {at.strftime(form): at for at in reversed(newest)}
        kept |= set(sorted(last.values(), reverse=True)[:most])
    return set(newest) - kept
