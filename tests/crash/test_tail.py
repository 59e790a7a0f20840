"""A server that is killed and lost with its disk goes on from a backup and the tail as it was just before."""

import logging
import random
import statistics
import time
from contextlib import closing
from pathlib import Path

import pytest

from server.domain.centre import CentreState
from server.storage.database import Database
from server.storage.sql.centres import centre_by_code
from tests.conftest import new_database
from tests.crash.audit import read_books
from tests.crash.commands import Command
from tests.crash.load import Crew
from tests.crash.servers import ForkedServer, install
from tests.crash.test_backups import Place, is_restored, place
from tests.factories import CENTRE

__all__ = ["place"]

KILLS, MANY_KILLS = 3, 200
AT_MOST_LOST_S = 10.0
"""Far below the promised minute; the log tells what it was. A busy machine ships late."""
WORKS_S = (1.5, 4.0)
LOOK_S = 0.02
SEED = 20261128

log = logging.getLogger(__name__)


def watch(crew: Crew, for_s: float) -> dict[str, tuple[float, Command]]:
    """Return the commands that were carried out meanwhile, by key, with a moment at which their answer had come."""
    answered: dict[str, tuple[float, Command]] = {}
    end = time.monotonic() + for_s
    while (now := time.monotonic()) < end:
        for worker in crew.workers:
            for command in worker.sent[-20:]:
                if command.carried_out:
                    answered.setdefault(command.key, (now, command))
        time.sleep(LOOK_S)
    return answered


def centre_of(url: str) -> CentreState:
    with closing(Database(url)) as db:
        return db.read(lambda read: centre_by_code(read, CENTRE))


def restore(place: Place, url: str, *more: str) -> None:
    words = ("restore", "--identity", str(place.folder / "identity.txt"), "--tail", str(place.folder / "tail"), *more)
    place.run(url, *words, str(place.folder / "backup"))


@pytest.mark.proof
def test_a_killed_server_goes_on_from_a_backup_and_the_tail_as_it_was_just_before(
    place: Place, database_url: str, backend: str, long: bool, tmp_path: Path
) -> None:
    bearer, rng, lost_s, told = install(database_url), random.Random(SEED), [], 0
    recipients, tail = place.folder / "recipients.txt", place.folder / "tail"
    tail.mkdir()
    settings = {"BAARI_TAIL_DIR": str(tail), "BAARI_BACKUP_RECIPIENTS": str(recipients)}
    with ForkedServer(database_url, place.folder, **settings) as server, closing(Crew(server.url, bearer)) as crew:
        while not list(tail.glob("tail-*/cursor.json")):
            time.sleep(LOOK_S)
        place.run(database_url, "backup", "--recipients", str(recipients), str(place.folder / "backup"))
        before = centre_of(database_url)
        for number in range(MANY_KILLS if long else KILLS):
            with crew.at_work():
                answered = watch(crew, rng.uniform(*WORKS_S))
                server.kill()
                killed = time.monotonic()
            (tmp_path / str(number)).mkdir()
            with new_database(backend, tmp_path / str(number)) as url:
                restore(place, url)
                assert is_restored(url, before)
                books = read_books(url, [command for _, command in answered.values()], replay=False)
            missing = [at for at, command in answered.values() if not books.says(command)]
            lost_s.append(killed - min(missing, default=killed))
            told += len(answered)
            server.start()
    log.info(
        "%s: %d kills, %d answered; lost at most %.1f s, half of them %.1f s or less",
        backend,
        len(lost_s),
        told,
        max(lost_s),
        statistics.median(lost_s),
    )
    assert told > len(lost_s)
    assert max(lost_s) < AT_MOST_LOST_S
