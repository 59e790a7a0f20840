"""Erasures are remembered beside the backups, by marks, so that a restore applies those made since.

The chain of the installation tells them; the list is brought up to it at each look, so that one that could not be
written comes with the next.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from server.domain.actors import CLI, By
from server.domain.derived import DerivedKeys
from server.domain.events.installation import PersonDataErased
from server.services.backups.files import replace
from server.services.person_data.asking import erase_subjects
from server.services.person_data.marks import BEGIN, marks
from server.storage.database import Database
from server.storage.installation import InstallationLog
from server.storage.sql import person_data
from server.storage.sql.centres import all_centres
from server.storage.transaction import Transaction

LIST = "erasures.txt"


def keep(db: Database, folders: Iterable[Path]) -> None:
    """Bring the list in each folder up to what was erased; raises OSError."""
    erased = db.read(person_data.marks_erased)
    for folder in folders:
        there = marks_in(folder / LIST)
        if erased - there:
            replace(folder / LIST, "\n".join([*sorted(there | erased), ""]).encode())


def marks_in(file: Path) -> set[str]:
    """Return the marks of a list, none where there is no file; raises OSError."""
    try:
        text = file.read_text("utf-8", "replace")
    except FileNotFoundError:
        return set()
    return {line.strip() for line in text.splitlines() if line.startswith(BEGIN)}


def apply(db: Database, keys: DerivedKeys, erased: set[str], real: datetime, by: By = CLI) -> int:
    """Erase in a restored database what has a mark; returns of how many tokens and bookings."""
    count = 0
    for centre in db.read(all_centres):
        known = db.read(lambda read, of=centre.id: person_data.subjects_of(read, of))  # type: ignore[misc]
        again = {each: found for each in known if (found := marks(centre.id, each, keys) & erased)}
        if not again:
            continue

        def command(tx: Transaction, again: dict[person_data.Subject, set[str]] = again) -> None:
            subjects = tuple(dict.fromkeys(each.subject for each in again))
            erase_subjects(tx, subjects)
            every = tuple(sorted(set[str]().union(*again.values())))
            InstallationLog(tx, real).record(PersonDataErased(tx.centre.id, subjects, every, again=True), by)

        db.write(centre.id, command)
        count += len(again)
    return count
