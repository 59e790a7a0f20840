"""A backup or a restore that is killed leaves nothing under the name, and nothing in the database, or all of it."""

import contextlib
import logging
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest

from server.domain.centre import CentreState
from server.operations.records import judged
from server.services.backups.holding import Content
from server.services.backups.sealing import opened
from server.storage import schema
from server.storage.database import Database
from server.storage.sql.centres import all_centres
from tests.conftest import new_database
from tests.crash.launch import launch_apart
from tests.crash.servers import FORKS
from tests.factories import Floor, install_floor

PEOPLE, KILLS, MANY_KILLS = 200, 8, 200
SEED = 20261127

log = logging.getLogger(__name__)


@dataclass
class Place:
    """A folder with the files of a backup, and how long a command took that nobody killed."""

    folder: Path
    identity: pyrage.x25519.Identity
    rng: random.Random

    def run(self, url: str, *words: str, kill_after_s: float | None = None) -> float:
        """Run a command of `baari`, killed after some time perhaps; returns how long it lived."""
        environ = {"BAARI_DATABASE_URL": url, "BAARI_DATA_DIR": str(self.folder)}
        begun = time.monotonic()
        process = FORKS.Process(target=launch_apart, args=(environ, "none", words))
        process.start()
        if kill_after_s is not None:
            process.join(kill_after_s)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        assert kill_after_s is not None or process.exitcode == 0
        return time.monotonic() - begun

    def is_whole(self, file: Path) -> bool:
        """Read a backup to its end; raises CannotOpen where it is not whole."""
        with file.open("rb") as box, opened(box, [self.identity], "") as archive:
            content = Content(archive)
            return sum(len(rows) for _, rows in content.tables()) == sum(held.rows for held in content.holding.tables)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity.txt").write_text(str(identity))
    (tmp_path / "recipients.txt").write_text(str(identity.to_public()))
    (tmp_path / "secret_key").write_text("a secret of one installation in tests")
    return Place(tmp_path, identity, random.Random(SEED))


@pytest.fixture
def busy(db: Database) -> Floor:
    floor = install_floor(db)
    for number in range(PEOPLE):
        floor.issue(need="senior" if number % 9 == 0 else None)
    return floor


@pytest.mark.proof
def test_a_backup_that_is_killed_leaves_nothing_or_a_whole_one(
    place: Place, busy: Floor, backend: str, long: bool
) -> None:
    file, outcomes = place.folder / "backup", {True: 0, False: 0}
    words = ("backup", "--recipients", str(place.folder / "recipients.txt"), str(file))
    whole_s = place.run(busy.db.url, *words)
    file.unlink()
    for _ in range(MANY_KILLS if long else KILLS):
        lived_s = place.run(busy.db.url, *words, kill_after_s=place.rng.uniform(0, 1.2 * whole_s))
        outcomes[file.exists()] += 1
        if file.exists():
            whole_s = min(whole_s, lived_s)  # the first of all may have been the slowest: the kill has to come in time
            assert place.is_whole(file)
            file.unlink()
    log.info("%s: %d backups whole, %d not there; %.1f s", backend, outcomes[True], outcomes[False], whole_s)
    assert outcomes[False]
    assert place.run(busy.db.url, *words) > 0
    assert place.is_whole(file)


@pytest.mark.proof
def test_a_restore_that_is_killed_leaves_an_empty_database_or_a_whole_one(
    place: Place, busy: Floor, backend: str, long: bool, tmp_path: Path
) -> None:
    file, outcomes = place.folder / "backup", {True: 0, False: 0}
    place.run(busy.db.url, "backup", "--recipients", str(place.folder / "recipients.txt"), str(file))
    words = ("restore", "--identity", str(place.folder / "identity.txt"), "--last", "N=387", str(file))
    with fresh(backend, tmp_path / "first") as url:
        whole_s = place.run(url, *words)
        assert is_restored(url, busy.centre)
    for number in range(MANY_KILLS if long else KILLS):
        with fresh(backend, tmp_path / str(number)) as url:
            lived_s = place.run(url, *words, kill_after_s=place.rng.uniform(0.3, 1.2) * whole_s)
            restored = is_restored(url, busy.centre)
            outcomes[restored] += 1
            whole_s = min(whole_s, lived_s) if restored else whole_s
    log.info("%s: %d restored, %d empty; %.1f s", backend, outcomes[True], outcomes[False], whole_s)
    assert outcomes[False]
    with fresh(backend, tmp_path / "last") as url:
        place.run(url, *words)
        assert is_restored(url, busy.centre)
        assert [left for left in place.folder.iterdir() if left.name.startswith("scratch")] == []


@contextlib.contextmanager
def fresh(backend: str, folder: Path) -> Iterator[str]:
    folder.mkdir()
    with ExitStack() as stack:
        yield stack.enter_context(new_database(backend, folder))


def is_restored(url: str, of: CentreState) -> bool:
    """Whether a database is empty (False), or all that was backed up, in a new epoch and proven (True)."""
    with closing(Database(url)) as db:
        if db.read(schema.schema_of) is schema.Schema.EMPTY:
            return False
        db.read(schema.require_current)
        (centre,) = db.read(all_centres)
        assert (centre.epoch != of.epoch, centre.event_seq > of.event_seq) == (True, True)
        verdicts, people = db.read(lambda read: judged(read, {}))
        assert [fault for verdict in (*verdicts.values(), people) for fault in verdict.faults] == []
        return True
