"""Each centre has a writer of its own on PostgreSQL; on SQLite one writes for all, in turn."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text

from server.domain.errors import QueueEmpty, Unavailable, UnknownCentre
from server.storage import writers
from server.storage.engines import PG_READERS, PG_WRITERS
from server.storage.timekeeping import Timekeeper
from server.storage.transaction import Transaction, lock_centre
from server.storage.writers import Command, Writer
from tests.factories import Floor, second_centre

SOON_S = 10


def gather(together: threading.Barrier, _tx: Transaction) -> int:
    """Wait inside a transaction until all the others are inside theirs."""
    return together.wait(SOON_S)


@pytest.mark.parametrize("backend", ["postgresql"])
def test_two_centres_and_the_installation_are_written_at_once(floor: Floor) -> None:
    """Each waits under its lock for the others: if one had to wait for another's commit, nobody would go on."""
    centres = [floor.centre_id, second_centre(floor), None]
    together = threading.Barrier(len(centres))
    with ThreadPoolExecutor(len(centres)) as pool:
        inside = [pool.submit(floor.db.write, centre, partial(gather, together)) for centre in centres]
        assert sorted(place.result(SOON_S) for place in inside) == [0, 1, 2]


@pytest.mark.parametrize("backend", ["postgresql"])
def test_who_refers_to_a_centre_does_not_wait_for_who_writes_it(floor: Floor) -> None:
    zone = text("INSERT INTO zone (centre_id, code, name) VALUES (:centre, 'Q', '{}')")

    def refer(_tx: Transaction) -> None:
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(
                floor.db.write, None, lambda tx: tx.conn.execute(zone, {"centre": floor.centre_id}).rowcount
            )
            assert other.result(SOON_S) == 1

    floor.write(refer)


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.parametrize("together", [1, 3])
def test_a_centre_that_another_process_holds_is_unavailable_and_holds_up_no_other(floor: Floor, together: int) -> None:
    other = second_centre(floor)
    with floor.db.writing.transaction() as connection, ThreadPoolExecutor(together) as pool:
        lock_centre(connection, floor.centre_id, Timekeeper(floor.db.clock))()
        waiting = [pool.submit(floor.issue) for _ in range(together)]
        assert floor.db.write(other, lambda tx: tx.centre.id) == other
        assert not any(issued.done() for issued in waiting)
        assert {type(issued.exception(SOON_S)) for issued in waiting} == {Unavailable}
    assert floor.issue().label == "N001"


def test_the_commands_of_one_centre_take_turns(floor: Floor) -> None:
    assert_turns(floor, floor.centre_id)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_on_sqlite_the_centres_take_turns(floor: Floor) -> None:
    assert_turns(floor, second_centre(floor))


def assert_turns(floor: Floor, other: int) -> None:
    """Hold a transaction until a command of `other` waits for it, and see which of them ended first."""
    ended: list[str] = []

    def hold(_tx: Transaction, pool: ThreadPoolExecutor) -> Future[None]:
        waiting = pool.submit(floor.db.write, other, lambda tx: ended.append("second"))
        deadline = time.monotonic() + SOON_S
        while not floor.db.writer_of(other).waiting:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        ended.append("first")
        return waiting

    with ThreadPoolExecutor(1) as pool:
        floor.write(lambda tx: hold(tx, pool)).result(SOON_S)
    assert ended == ["first", "second"]


def test_writing_to_another_centre_inside_a_write_is_a_mistake_too(floor: Floor) -> None:
    other = second_centre(floor)
    with pytest.raises(RuntimeError, match="services get the transaction"):
        floor.write(lambda tx: floor.db.write(other, lambda inner: None))
    assert floor.issue().label == "N001"


def test_a_refusal_in_one_centre_leaves_the_other_alone(floor: Floor) -> None:
    other = second_centre(floor)

    def refuse(_tx: Transaction) -> None:
        raise QueueEmpty("nobody")

    def attempt(number: int) -> str:
        if number % 2:
            with pytest.raises(QueueEmpty):
                floor.db.write(other, refuse)
            return "refused"
        return floor.issue().label

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(16)))
    assert sorted(outcomes) == [f"N{number:03d}" for number in range(1, 9)] + ["refused"] * 8


@pytest.mark.parametrize("backend", ["postgresql"])
def test_many_centres_share_a_few_connections(floor: Floor) -> None:
    def nowhere(centre: int) -> None:
        with pytest.raises(UnknownCentre):
            floor.db.write(centre, lambda tx: None)

    with ThreadPoolExecutor(4 * PG_WRITERS) as pool:
        list(pool.map(nowhere, range(1000, 1000 + 10 * PG_WRITERS)))
    ours = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    assert floor.db.read(lambda conn: conn.execute(ours).scalar_one()) <= PG_WRITERS + PG_READERS
    assert len(floor.db.writing._idle) <= PG_WRITERS


class Gate:
    """Lets the commands of a writer through one batch after the other, and keeps the size of each."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.open, self.reached = threading.Event(), threading.Event()

    def apply(self, batch: Sequence[Command]) -> None:
        """Answer a batch when the gate is open."""
        self.reached.set()
        assert self.open.wait(SOON_S)
        self.sizes.append(len(batch))
        for command in batch:
            command.answer(threading.current_thread().name, None)


def eventually(true: Callable[[], bool]) -> bool:
    """Wait until something is true."""
    deadline = time.monotonic() + SOON_S
    while not true() and time.monotonic() < deadline:
        time.sleep(0.001)
    return true()


def crowd(writer: Writer, gate: Gate, pool: ThreadPoolExecutor, count: int) -> list[Command]:
    """Run one command, and so many behind it that wait together; returns all."""
    gate.open.clear()
    gate.reached.clear()
    commands = [Command(None, lambda tx: None) for _ in range(count + 1)]
    running = [pool.submit(writer.run, commands[0])]
    assert gate.reached.wait(SOON_S)
    running += [pool.submit(writer.run, command) for command in commands[1:]]
    assert eventually(lambda: writer.waiting == count)
    gate.open.set()
    for each in running:
        each.result(SOON_S)
    return commands


def test_an_idle_writer_ends_its_thread_and_begins_another_when_somebody_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writers, "IDLE_S", 0.01)
    gate = Gate()
    writer = Writer(gate.apply)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            commands = crowd(writer, gate, pool, 5)
            assert {command.result for command in commands[1:]} == {"writer"}
            assert eventually(lambda: writer._thread is None)
    assert gate.sizes == [1, 5] * 3


def test_a_writer_that_was_closed_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "IDLE_S", 600)
    gate = Gate()
    writer = Writer(gate.apply)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(2):
            crowd(writer, gate, pool, 2)
            writer.close()
            assert writer._thread is None
    assert (gate.sizes, writer.busy) == ([1, 2, 1, 2], False)


def test_whoever_brings_several_takes_along_who_waits_and_nothing_is_written_for_nobody() -> None:
    batches: list[int] = []

    def apply(batch: Sequence[Command]) -> None:
        batches.append(len(batch))
        for command in batch:
            command.answer(None, None)

    writer = Writer(apply)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(50):
            while not writer.take():  # its thread may look once more whether somebody waits
                time.sleep(0.001)
            before = len(batches)
            ran = [pool.submit(writer.run, Command(1, lambda _: None)) for _ in range(3)]
            while writer.waiting < 3:
                time.sleep(0.001)
            ran += [pool.submit(writer.run_all, [Command(1, lambda _: None)] * 2) for _ in range(2)]
            writer.release()
            for each in ran:
                each.result(SOON_S)
            assert sum(batches[before:]) == 7
    writer.close()
    assert 0 not in batches
