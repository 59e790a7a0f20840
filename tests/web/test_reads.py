"""Screens read in turn: however many ask at once, a command finds a connection, and a line is made once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Semaphore

import pytest

from server.domain.errors import Unavailable
from server.web import reads
from server.web.reads import LOOKS_AT_ONCE, READS_AT_ONCE, Reads
from server.web.views import Views
from tests.factories import MORNING, Floor

ASKERS = 40


@pytest.mark.parametrize(("how", "places"), [("read", READS_AT_ONCE), ("look", LOOKS_AT_ONCE)])
def test_no_more_read_at_once_than_there_are_places(floor: Floor, how: str, places: int) -> None:
    screens, holding, release = getattr(Reads(floor.db), how), Semaphore(0), Event()

    def slow(_: object) -> None:
        holding.release()
        release.wait(10)

    threads = [threading.Thread(target=screens, args=(slow,)) for _ in range(ASKERS)]
    for thread in threads:
        thread.start()
    for _ in range(places):
        assert holding.acquire(timeout=10)
    assert not holding.acquire(timeout=0.2)
    release.set()
    for thread in threads:
        thread.join()


def test_a_command_goes_on_beside_as_many_reads_as_there_are_places(floor: Floor) -> None:
    screens, holding, release = Reads(floor.db), Barrier(READS_AT_ONCE + 1), Event()

    def slow(_: object) -> bool:
        holding.wait(10)
        return release.wait(10)

    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        under_way = [pool.submit(screens.read, slow) for _ in range(READS_AT_ONCE)]
        holding.wait(10)
        assert floor.issue().label == "N001"
        release.set()
    assert all(read.result() for read in under_way)


def test_a_place_comes_back_whatever_a_read_raises(floor: Floor) -> None:
    screens = Reads(floor.db)
    for _ in range(2 * READS_AT_ONCE):
        with pytest.raises(ZeroDivisionError):
            screens.read(lambda _: 1 // 0)
    assert screens.read(lambda _: "free") == "free"


def test_who_waits_too_long_for_a_place_is_told_to_try_again(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PATIENCE_S", 0.01)
    screens, holding, release = Reads(floor.db), Barrier(READS_AT_ONCE + 1), Event()

    def slow(_: object) -> bool:
        holding.wait(10)
        return release.wait(10)

    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        under_way = [pool.submit(screens.read, slow) for _ in range(READS_AT_ONCE)]
        holding.wait(10)
        with pytest.raises(Unavailable):
            screens.read(lambda _: None)
        release.set()
    assert all(read.result() for read in under_way)


def test_many_who_ask_in_one_moment_share_one_computation(floor: Floor) -> None:
    computed: list[None] = []
    views = Views(Reads(floor.db), lambda _centre: MORNING, lambda: computed.append(None))
    for events in range(1, 4):
        floor.issue()
        together = Barrier(ASKERS)

        def ask(number: int, together: Barrier = together) -> bytes:
            together.wait(10)
            return views.line(floor.centre_id, f"G{number % 6 + 1}").body

        with ThreadPoolExecutor(ASKERS) as pool:
            bodies = list(pool.map(ask, range(ASKERS)))
        assert len(computed) == events
        assert len(set(bodies)) == 6  # each counter's own
