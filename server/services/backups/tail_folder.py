"""The tail in a folder: runs of segments that follow each other, each segment a file that is whole or not there.

A run begins with the tail, with another schema or other recipients, and where the one before does not reach. Its
`run.json` and `cursor.json` hold no more than how far the logs have come; everything else is sealed.
"""

import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from server.services.backups.files import replace, sync_folder, with_new_file
from server.services.backups.sealing import (
    CannotOpen,
    Key,
    Seal,
    identity_in,
    identity_under,
    opened_bytes,
    recipient,
    sealed_bytes,
)
from server.services.backups.tail import Segment, read_segment
from server.storage.tails import Mark

RUN, ABOUT, CURSOR, IDENTITY, SEGMENT = "tail-%Y%m%dT%H%M%S%fZ", "run.json", "cursor.json", "identity.age", ".segment"
FAILED = "failed.txt"
A_FOLDER = 1000  # segments
STALE = timedelta(minutes=1)
"""After which the tail is stale: nobody has looked whether there is more."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of segments: under which schema, since when, from where, and for whom they are sealed.

    Those of a passphrase are sealed for an identity of this run, which the passphrase opens.
    """

    schema: str
    begun_at: datetime
    since: Mark
    recipients: tuple[str, ...]
    by_passphrase: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where a run has come: the number of its last segment, and the end of that."""

    number: int
    until: Mark


@dataclass(frozen=True, slots=True)
class TailState:
    """When somebody last looked whether there is more, and what is wrong: `no_folder`, `failed`, `stale`."""

    looked_at: datetime | None
    wrong: str | None
    begun_at: datetime | None = None


T = TypeVar("T")
RUNS, CURSORS = TypeAdapter(Run), TypeAdapter(Cursor)


class TailWriter:
    """Writes the segments of one leading process; `go_on` first."""

    def __init__(self, folder: Path, seal: Seal) -> None:
        self._folder, self._seal = folder, seal
        self._run = folder
        self._recipients: list[Key] = []
        self._number = 0

    def go_on(self, now: Mark, schema: str, at: datetime) -> Mark:
        """Return from where to go on: the end of the latest run, if this one can join it, else now. Raises OSError."""
        there = _latest(self._folder)
        if there is not None:
            run, cursor = _run_of(there), _cursor_of(there)
            if (run.schema, self._same(run), now.reaches(cursor.until)) == (schema, True, True):
                self._take(there, run, cursor.number)
                return cursor.until
        self._begin(Run(schema, at, now, *self._sealed_for()), at)
        return now

    def add(self, content: bytes, until: Mark) -> None:
        """Write a segment; raises OSError, and FileExistsError where another process has written one of its number."""
        number = self._number + 1
        file = _file(self._run, number)
        if not file.parent.exists():
            file.parent.mkdir(mode=0o700)
            sync_folder(self._run)
        with with_new_file(file) as out:
            out.write(sealed_bytes(content, self._recipients))
        replace(self._run / CURSOR, orjson.dumps(Cursor(number, until)))
        self._number = number

    def note_look(self) -> None:
        """Leave a sign that somebody looked and there is no more; raises OSError."""
        os.utime(self._run / CURSOR)
        (self._folder / FAILED).unlink(missing_ok=True)

    def note_failure(self, why: str) -> None:
        """Say why nothing could be written; raises OSError."""
        (self._folder / FAILED).write_text(f"{why}\n", "utf-8")

    def _same(self, run: Run) -> bool:
        return run.by_passphrase if self._seal.passphrase else run.recipients == self._seal.recipients

    def _sealed_for(self) -> tuple[tuple[str, ...], bool]:
        if not self._seal.passphrase:
            return self._seal.recipients, False
        known, self._identity = identity_under(self._seal.passphrase)
        return (known,), True

    def _begin(self, run: Run, at: datetime) -> None:
        folder = self._folder / at.astimezone(UTC).strftime(RUN)
        folder.mkdir(mode=0o700)
        if run.by_passphrase:
            replace(folder / IDENTITY, self._identity)
        replace(folder / ABOUT, orjson.dumps(run))
        replace(folder / CURSOR, orjson.dumps(Cursor(0, run.since)))
        sync_folder(folder)
        sync_folder(self._folder)
        self._take(folder, run, 0)

    def _take(self, folder: Path, run: Run, number: int) -> None:
        self._run, self._number = folder, number
        while _file(folder, self._number + 1).exists():  # written, and then its cursor was not
            self._number += 1
        self._recipients = [recipient(line) for line in run.recipients]


def tail_state(folder: Path, now: datetime) -> TailState:
    """Return how the tail stands."""
    try:
        there = _latest(folder)
        if (folder / FAILED).exists():
            return TailState(None, "failed")
        if there is None:
            return TailState(None, "stale")
        looked_at = datetime.fromtimestamp((there / CURSOR).stat().st_mtime, UTC)
        return TailState(looked_at, "stale" if now - looked_at > STALE else None, _run_of(there).begun_at)
    except (OSError, CannotOpen):
        return TailState(None, "no_folder")


def tail_begun_at(folder: Path | None, now: datetime) -> datetime | None:
    """Return since when the tail goes on without a gap, None where there is none."""
    return None if folder is None else tail_state(folder, now).begun_at


def segments_after(folder: Path, backup: Mark, keys: Sequence[Key], passphrase: str) -> Iterator[Segment]:
    """Return the segments of a folder, in order, from the first that ends behind a backup; raises CannotOpen."""
    ours = [there for there in _runs(folder) if _same_history(_run_of(there).since, backup)]
    if not ours:
        raise CannotOpen(f"There is no tail that goes on from this backup in {folder}.")
    for there in ours:
        run, cursor = _run_of(there), _cursor_of(there)
        if backup.reaches(cursor.until):
            continue
        opening = identity_in((there / IDENTITY).read_bytes(), passphrase) if run.by_passphrase else keys
        if not opening:
            raise CannotOpen("The tail is sealed for recipients: name the file of an identity with --identity.")
        yield from _segments(there, cursor, backup, opening)


def remove_before(folder: Path, before: datetime) -> int:
    """Remove the segments that were written before an instant, and runs of which none is left; returns how many."""
    removed = 0
    *older, _ = _runs(folder) or [folder]
    for there in _runs(folder):
        for file in there.glob(f"*/*{SEGMENT}"):
            if file.stat().st_mtime < before.timestamp():
                file.unlink()
                removed += 1
        for part in there.iterdir():
            if part.is_dir() and not any(part.iterdir()):
                part.rmdir()
        if there in older and not any(part.is_dir() for part in there.iterdir()):
            for file in there.iterdir():
                file.unlink()
            there.rmdir()
    return removed


def _segments(there: Path, cursor: Cursor, backup: Mark, keys: Sequence[Key]) -> Iterator[Segment]:
    numbers = sorted(int(file.stem) for file in there.glob(f"*/*{SEGMENT}"))
    if not numbers or numbers != [*range(numbers[0], numbers[-1] + 1)] or numbers[-1] < cursor.number:
        raise CannotOpen(f"Segments of the tail are missing in {there}.")

    def is_behind(number: int) -> bool:
        return not backup.reaches(_read(there, number, keys).held.until)

    for number in numbers[bisect_left(numbers, True, key=is_behind) :]:
        yield _read(there, number, keys)


def _read(there: Path, number: int, keys: Sequence[Key]) -> Segment:
    file = _file(there, number)
    try:
        return read_segment(opened_bytes(file.read_bytes(), keys))
    except CannotOpen as error:
        raise CannotOpen(f"{file}: {error}") from error


def _same_history(one: Mark, other: Mark) -> bool:
    """Whether no centre of both was restored between them."""
    epochs = {each.code: each.epoch for each in one.centres}
    return all(epochs.get(each.code, each.epoch) == each.epoch for each in other.centres)


def _runs(folder: Path) -> list[Path]:
    return sorted(there for there in folder.iterdir() if _is_run(there))


def _latest(folder: Path) -> Path | None:
    return max((there for there in folder.iterdir() if _is_run(there)), default=None)


def _is_run(there: Path) -> bool:
    return there.name.startswith("tail-") and (there / CURSOR).exists()


def _run_of(there: Path) -> Run:
    return _told(RUNS, there / ABOUT)


def _cursor_of(there: Path) -> Cursor:
    return _told(CURSORS, there / CURSOR)


def _told(kind: TypeAdapter[T], file: Path) -> T:
    try:
        return kind.validate_json(file.read_bytes())
    except ValidationError as error:
        raise CannotOpen(f"{file} is damaged.") from error


def _file(run: Path, number: int) -> Path:
    return run / f"{number // A_FOLDER:06}" / f"{number:010}{SEGMENT}"
