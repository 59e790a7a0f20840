"""Prints into a folder, each job a file of its own: for tests, demonstrations and an archive."""

import contextlib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hardware.profiles.profile import Profile
from hardware.settings import Settings, WrongSettings, text_of
from hardware.values import PrinterState, Printout, PrintResult, Verdict

FORMS = {"picture": ".png", "commands": ".bin"}


@dataclass(frozen=True, slots=True)
class FilePrinter:
    """A folder as a printer; `form` is what is kept of a job: its `picture` or its `commands`."""

    profile: Profile
    folder: Path
    form: str = "picture"

    @classmethod
    def of(cls, profile: Profile, settings: Settings) -> Self:
        """Return the driver from the settings `folder` and `form`; raises WrongSettings."""
        form = text_of(settings, "form", "picture")
        if form not in FORMS:
            raise WrongSettings(f"a file printer keeps {' or '.join(FORMS)}, not “{form}”")
        return cls(profile, Path(text_of(settings, "folder")), form)

    def look(self) -> PrinterState:
        """Return READY when files can be written into the folder. It is never made: a disk may only be away."""
        return PrinterState.READY if os.access(self.folder, os.W_OK | os.X_OK) else PrinterState.OFF

    def send(self, printout: Printout) -> PrintResult:
        """Write a new file. PRINTED: it is whole and on the disk. REFUSED: nothing is left of it."""
        job = printout.picture if self.form == "picture" else printout.commands
        try:
            _write(self._free_path(printout.id), job)
        except OSError as error:
            return PrintResult(Verdict.REFUSED, PrinterState.OFF, str(error))
        return PrintResult(Verdict.PRINTED, PrinterState.READY)

    def _free_path(self, job_id: str) -> Path:
        """Return a name that no file has; ids come again, and an archive loses nothing."""
        names = itertools.chain([job_id], (f"{job_id}-{number}" for number in itertools.count(2)))
        return next(path for name in names if not (path := self.folder / f"{name}{FORMS[self.form]}").exists())


def _write(path: Path, job: bytes) -> None:
    with path.open("xb") as file:
        try:
            file.write(job)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                path.unlink()
            raise
