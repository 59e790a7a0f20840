"""Who listens to commits can fail without harm to those who write."""

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.storage.database import Committed
from server.storage.transaction import Transaction
from tests.factories import Floor


class Broken(Exception):
    """What a listener does wrong."""


def break_down(_committed: Sequence[Committed]) -> None:
    raise Broken


def listening(floor: Floor) -> list[int]:
    """Return the numbers of the events that a listener hears which stands behind one that fails."""
    heard: list[int] = []
    floor.db.on_commit(break_down)
    floor.db.on_commit(lambda committed: heard.extend(event.seq for centre in committed for event in centre.events))
    return heard


@pytest.mark.provokes(r"a listener failed after a commit Broken\(\)")
def test_a_command_is_answered_and_the_next_ones_go_on_when_a_listener_fails(
    floor: Floor, caplog: pytest.LogCaptureFixture
) -> None:
    heard = listening(floor)
    assert [floor.issue().label for _ in range(3)] == ["N001", "N002", "N003"]
    assert heard == [1, 2, 3, 4]  # the first token opened the day
    failures = [record for record in caplog.records if record.exc_info]
    assert [(record.name, record.levelno, record.exc_info[0]) for record in failures if record.exc_info] == [
        ("server.storage.database", logging.ERROR, Broken)
    ] * 3


@pytest.mark.provokes(r"a listener failed after a commit Broken\(\)")
def test_commands_that_wait_together_are_all_answered_when_a_listener_fails(floor: Floor) -> None:
    heard = listening(floor)
    held, release = threading.Event(), threading.Event()

    def hold(_tx: Transaction) -> None:
        held.set()
        release.wait(10)

    with ThreadPoolExecutor(9) as pool:
        pool.submit(floor.write, hold)
        assert held.wait(10)
        issued = [pool.submit(floor.issue) for _ in range(8)]
        while floor.db.writer_of(floor.centre_id).waiting < len(issued):
            time.sleep(0.001)
        release.set()
        assert sorted(token.result(10).number for token in issued) == list(range(1, 9))
    assert heard == list(range(1, 10))  # the first token opened the day
    assert floor.issue().number == 9
