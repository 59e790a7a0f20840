"""A server killed at whatever instant loses nothing that was answered and does nothing twice."""

import logging
import random
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.crash.kills import Figures, Ordeal
from tests.crash.load import Crew
from tests.crash.servers import ForkedServer, install

KILLS, MANY_KILLS, KILLS_TO_FIND = 25, 500, 40
REPLAYED = 10
SEED = 20261124

log = logging.getLogger(__name__)


@contextmanager
def working(url: str, folder: Path, fault: str = "none") -> Iterator[Ordeal]:
    """Return a crew on a new floor, with a server that is to be killed."""
    bearer = install(url)
    with ExitStack() as stack:
        server = stack.enter_context(ForkedServer(url, folder, fault))
        crew = stack.enter_context(closing(Crew(server.url, bearer)))
        yield Ordeal(server, crew, random.Random(SEED))
        server.kill()


def tell(name: str, figures: Figures) -> None:
    """Write the figures to the log of the test."""
    log.info(
        "%s: %d kills, %d commands answered, %d cut off (%d of them applied); ready after %.1f s, at most %.1f s",
        name,
        figures.kills,
        figures.answered,
        figures.cut_off,
        figures.applied,
        statistics.median(figures.ready_s),
        max(figures.ready_s),
    )


@pytest.mark.proof
def test_a_killed_server_keeps_what_it_answered_and_does_nothing_twice(
    database_url: str, backend: str, tmp_path: Path, long: bool
) -> None:
    kills = MANY_KILLS if long else KILLS
    with working(database_url, tmp_path) as ordeal:
        for number in range(1, kills + 1):
            assert ordeal.kill_once(replay=number % REPLAYED == 0 or number == kills) == [], f"kill {number}"
    tell(backend, ordeal.figures)
    assert ordeal.figures.answered > kills
    assert ordeal.figures.applied < ordeal.figures.cut_off
    assert ordeal.figures.applied or not long  # few of those cut off were applied; a short run may meet none


@pytest.mark.proof
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("fault", ["answer_early", "keep_later"])
def test_a_server_that_forgets_at_a_crash_is_found_out(database_url: str, tmp_path: Path, fault: str) -> None:
    with working(database_url, tmp_path, fault) as ordeal:
        found = any(ordeal.kill_once() for _ in range(KILLS_TO_FIND))
    tell(fault, ordeal.figures)
    assert found
