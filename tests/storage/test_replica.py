"""PostgreSQL is lost with its machine: a replica that confirmed each commit goes on, and no number comes twice."""

import logging
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from server.domain.errors import Unavailable
from server.operations.records import judged
from server.storage import schema
from server.storage.database import Database
from tests.clusters import Tell, cluster, wait_for
from tests.factories import Floor, install_floor

BEFORE, MOST, AFTER = 40, 400, 5
PAGE = Path(__file__).parents[2] / "docs/recovery.md"
CONFIRMED, PROMOTED = "ALTER SYSTEM SET synchronous_standby_names = '*';", "SELECT pg_promote(true, 20);"
"""As the page says it."""

log = logging.getLogger(__name__)


def run(url: str, statement: str) -> None:
    """Run a statement by itself."""
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(statement)


@contextmanager
def pair() -> Iterator[tuple[Floor, str, Tell]]:
    """Give a floor, the address of the replica that confirms its commits, and what tells its database a signal."""
    with ExitStack() as stack:
        url, tell = stack.enter_context(cluster())
        wait_for(url)
        schema.migrate(url)
        db = stack.enter_context(closing(Database(url)))
        floor = install_floor(db, always=True)
        replica, _ = stack.enter_context(cluster(of=url))
        wait_for(replica)
        run(url, CONFIRMED)
        run(url, "SELECT pg_reload_conf()")
        yield floor, replica, tell


def give(floor: Floor, labels: list[str]) -> None:
    """Give numbers until the database is gone; those that were answered are kept."""
    with suppress(Unavailable):
        while len(labels) < MOST:
            labels.append(floor.issue().label)


@pytest.mark.slow
def test_what_was_answered_is_on_the_replica_when_the_database_is_killed_and_numbers_go_on() -> None:
    assert {CONFIRMED, PROMOTED} <= set(PAGE.read_text("utf-8").splitlines())
    before: list[str] = []
    with pair() as (floor, replica, tell), ThreadPoolExecutor() as crew:
        kiosk = crew.submit(give, floor, before)
        while len(before) < BEFORE and not kiosk.done():
            time.sleep(0.01)
        tell(signal.SIGKILL)
        killed = time.monotonic()
        kiosk.result(60)
        run(replica, PROMOTED)
        with closing(Database(replica)) as db:
            new = replace(floor, db=db)
            after = [new.issue().label for _ in range(AFTER)]
            log.info("%d numbers before; the replica gave five after %.1f s", len(before), time.monotonic() - killed)
            assert BEFORE <= len(before) < MOST
            assert len({*before, *after}) == len(before) + AFTER
            assert set(before) <= set(db.read(lambda read: read.exec_driver_sql("SELECT label FROM token").scalars()))
            verdicts, people = db.read(lambda read: judged(read, {}))
            assert [fault for verdict in (*verdicts.values(), people) for fault in verdict.faults] == []
