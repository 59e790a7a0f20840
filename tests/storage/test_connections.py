"""Connections stay open, and one at a time belongs to each transaction."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import TimeoutError as NoPlace

from server.domain.errors import Unavailable
from server.storage.connections import KEPT, Connections
from server.storage.database import Database
from server.storage.engines import open_connections
from server.storage.sql import counters
from server.storage.statements import on_driver
from tests.factories import Floor


def driver_of(connection: Connection) -> int:
    return id(connection.connection.dbapi_connection)


INSERT = "INSERT INTO mine VALUES (1)"
WAYS: dict[str, Callable[[Connection], object]] = {
    "by SQLAlchemy": lambda connection: connection.execute(text(INSERT)),
    "on the driver": lambda connection: on_driver(connection, INSERT),
}


def insert_and_fail(connection: Connection, insert: Callable[[Connection], object]) -> None:
    insert(connection)
    raise ZeroDivisionError


def test_the_next_transaction_has_the_same_connection(db: Database) -> None:
    with db.writing.transaction() as first:
        mine = driver_of(first)
    with db.writing.transaction() as second:
        assert driver_of(second) == mine


@pytest.mark.parametrize("way", WAYS)
def test_what_is_raised_undoes_the_transaction_and_no_other(db: Database, way: str) -> None:
    def count() -> int:
        return db.read(lambda connection: int(connection.execute(text("SELECT count(*) FROM mine")).scalar_one()))

    with db.writing.transaction() as connection:
        connection.execute(text("CREATE TABLE mine (id INTEGER)"))
    with pytest.raises(ZeroDivisionError), db.writing.transaction() as connection:
        insert_and_fail(connection, WAYS[way])
    assert count() == 0
    with db.writing.transaction() as connection:
        WAYS[way](connection)
    assert count() == 1


def test_who_finds_all_connections_in_use_is_told_after_a_while(database_url: str) -> None:
    writer, reader = open_connections(database_url)
    hasty = Connections(writer.engine, 1, 0.05, "BEGIN")
    with hasty.transaction(), pytest.raises(NoPlace), hasty.transaction():
        pass
    with hasty.transaction() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    for connections in (hasty, writer, reader):
        connections.close()


def test_who_waits_gets_the_connection_of_who_is_through(database_url: str) -> None:
    writer, reader = open_connections(database_url)
    one = Connections(writer.engine, 1, 10, "BEGIN")
    came = threading.Event()

    def use() -> None:
        with one.transaction():
            came.set()

    with one.transaction():
        thread = threading.Thread(target=use)
        thread.start()
        assert not came.wait(0.1)
    assert came.wait(10)
    thread.join()
    for connections in (one, writer, reader):
        connections.close()


def test_a_crowd_of_readers_leaves_no_crowd_of_connections(db: Database) -> None:
    together = threading.Barrier(3 * KEPT, timeout=10)
    with ThreadPoolExecutor(3 * KEPT) as pool:
        list(pool.map(db.read, [lambda _: together.wait()] * (3 * KEPT)))
    assert KEPT <= len(db._reading._idle) < 2 * KEPT
    assert f"Connections in pool: {KEPT}" in db._reading.engine.pool.status()


def test_a_look_that_asks_as_sqlalchemy_does_leaves_its_connection_fit(db: Database) -> None:
    for _ in range(2):
        assert db.look(lambda connection: connection.execute(text("SELECT 1")).scalar_one()) == 1
        assert db.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one()) == 1


def test_a_look_sees_what_is_committed_and_leaves_no_transaction_open(floor: Floor) -> None:
    def state(connection: Connection) -> str:
        return counters.counter_by_id(connection, floor.centre_id, "G1").state.value

    before = floor.db.look(state)
    floor.write(lambda tx: tx.conn.execute(text("UPDATE counter SET state = 'open' WHERE id = 'G1'")))
    assert (before, floor.db.look(state), floor.db.read(state)) == ("closed", "open", "open")


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_look_is_lent_the_connection_that_writes_unless_somebody_does(floor: Floor) -> None:
    with floor.db.writing.transaction() as connection:
        writes = driver_of(connection)
    assert floor.db.look(driver_of) == writes
    seen = floor.write(lambda tx: (driver_of(tx.conn), floor.db.look(driver_of)))
    assert seen[0] == writes != seen[1]
    assert floor.db.look(driver_of) == writes


@pytest.mark.parametrize("backend", ["postgresql"])
def test_on_postgresql_a_look_has_a_connection_that_only_reads(floor: Floor) -> None:
    with floor.db.writing.transaction() as connection:
        writes = driver_of(connection)
    assert floor.db.look(driver_of) != writes


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_look_does_not_leave_postgresql_idle_in_a_transaction(floor: Floor) -> None:
    floor.db.look(lambda connection: counters.counter_by_id(connection, floor.centre_id, "G1"))
    idle = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'")
    assert floor.db.read(lambda connection: connection.execute(idle).scalar_one()) == 0


@pytest.mark.parametrize("backend", ["postgresql"])
def test_after_a_restart_of_postgresql_one_read_fails_and_no_more(floor: Floor) -> None:
    together = threading.Barrier(3, timeout=10)

    def read(connection: Connection) -> int:
        together.wait()
        return int(connection.execute(text("SELECT 1")).scalar_one())

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(floor.db.read, [read] * 3)) == 3
    with pytest.raises(ZeroDivisionError):
        floor.db.read(lambda _: 1 // 0)  # its connection waits in the pool
    mine = "datname = current_database() AND pid <> pg_backend_pid()"
    others = text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")
    floor.write(lambda tx: tx.conn.execute(others))
    with pytest.raises(Unavailable):
        floor.db.read(lambda connection: counters.counter_by_id(connection, floor.centre_id, "G1"))
    for _ in range(3):
        assert floor.db.read(lambda connection: counters.counter_by_id(connection, floor.centre_id, "G1")).id == "G1"
