"""What is sent ahead to PostgreSQL is as good as what is waited for, and what fails of it is heard by whose it is."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, NotSupportedError

from server.domain.errors import QueueEmpty, Unavailable
from server.storage.database import Database
from server.storage.drivers import EarlierFailed
from server.storage.statements import Statement, begin_part
from server.storage.transaction import Transaction, savepoint

THING = Table("thing", MetaData(), Column("id", Integer, primary_key=True), Column("name", String(9)))
INSERT = Statement(insert(THING), ["id", "name"])
NAME = Statement(select(THING.c.name).where(THING.c.id == bindparam("id")))
IDS = Statement(select(THING.c.id).order_by(THING.c.id))
RENAME = Statement(update(THING).where(THING.c.id >= bindparam("least")), ["name"])
LOCK = Statement(text("SELECT pg_advisory_xact_lock(7)"))
SOON_S = 10


@pytest.fixture
def things(db: Database) -> Database:
    db.write(None, lambda tx: THING.create(tx.conn))
    return db


def ids(things: Database) -> list[int]:
    return [row[0] for row in things.read(IDS.rows)]


def test_what_is_sent_is_seen_by_the_next_statement_whoever_runs_it(things: Database) -> None:
    def write(tx: Transaction) -> tuple[object, object]:
        INSERT.send(tx.conn, id=1, name="a")
        by_sqlalchemy = tx.conn.execute(select(THING.c.name)).scalar_one()
        RENAME.send(tx.conn, least=0, name="b")
        return by_sqlalchemy, NAME.row(tx.conn, id=1)

    assert things.write(None, write) == ("a", ("b",))


def test_what_is_only_sent_is_committed(things: Database) -> None:
    things.write(None, lambda tx: INSERT.send(tx.conn, id=1, name="a"))
    assert ids(things) == [1]


def test_more_than_the_wire_holds_is_sent(things: Database) -> None:
    """Neither side may wait for the other to read."""
    count = 20_000
    rows = [{"id": number, "name": "a" * 9} for number in range(count)]
    things.write(None, lambda tx: INSERT.send_many(tx.conn, rows))
    assert len(ids(things)) == count


def test_answers_are_given_to_who_asked(things: Database) -> None:
    def write(tx: Transaction) -> list[object]:
        INSERT.send_many(tx.conn, [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
        first, second = NAME.ask(tx.conn, id=1), NAME.ask(tx.conn, id=2)
        RENAME.send(tx.conn, least=2, name="c")
        return [second(), first(), NAME.row(tx.conn, id=2), second()]

    assert things.write(None, write) == [[("b",)], [("a",)], ("c",), [("b",)]]


@pytest.mark.parametrize("waits", [False, True])
def test_what_fails_is_raised_whoever_waits_and_undone(things: Database, waits: bool) -> None:
    def write(tx: Transaction) -> None:
        INSERT.send_many(tx.conn, [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}])
        if waits:
            NAME.row(tx.conn, id=1)

    with pytest.raises(IntegrityError, match="INSERT INTO thing"):
        things.write(None, write)
    things.write(None, lambda tx: INSERT.run(tx.conn, id=2, name="b"))
    assert ids(things) == [2]


@pytest.mark.parametrize("waits", [False, True])
def test_a_change_of_none_or_of_two_instead_of_one_is_raised_and_undone(things: Database, waits: bool) -> None:
    def write(least: int, tx: Transaction) -> None:
        INSERT.send_many(tx.conn, [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
        RENAME.change_one(tx.conn, least=least, name="c")
        if waits:
            NAME.row(tx.conn, id=1)

    for least in (1, 3):
        with pytest.raises(RuntimeError, match="rows were changed"):
            things.write(None, partial(write, least))
    assert ids(things) == []
    things.write(None, partial(write, 2))
    assert ids(things) == [1, 2]


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_refusal_forgets_what_was_sent_before_it_good_or_bad(things: Database) -> None:
    def write(tx: Transaction) -> None:
        INSERT.send(tx.conn, id=1, name="a")
        INSERT.send(tx.conn, id=1, name="b")
        raise QueueEmpty("nobody")

    def in_parts(tx: Transaction) -> None:
        INSERT.send(tx.conn, id=2, name="a")
        with pytest.raises(QueueEmpty), savepoint(tx.conn):
            write(tx)
        INSERT.send(tx.conn, id=3, name="a")

    with pytest.raises(QueueEmpty):
        things.write(None, write)
    things.write(None, in_parts)
    assert ids(things) == [2, 3]


def test_what_a_part_waits_for_is_its_own_to_fail(things: Database) -> None:
    def write(tx: Transaction) -> None:
        with savepoint(tx.conn):
            INSERT.send(tx.conn, id=1, name="a")
        with pytest.raises(IntegrityError), savepoint(tx.conn):
            INSERT.run(tx.conn, id=1, name="b")

    things.write(None, write)
    assert ids(things) == [1]


@pytest.mark.parametrize("backend", ["postgresql"])
def test_what_failed_of_an_earlier_part_is_no_refusal_of_the_present_one(things: Database) -> None:
    def write(how: str, tx: Transaction) -> None:
        INSERT.send_many(tx.conn, [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}])
        begin_part(tx.conn)
        with savepoint(tx.conn):
            if how == "waits":
                NAME.row(tx.conn, id=1)
            raise QueueEmpty("nobody")

    for how in ("waits", "refused at once"):
        with pytest.raises(EarlierFailed):
            things.write(None, partial(write, how))
    assert ids(things) == []


@pytest.mark.parametrize("backend", ["postgresql"])
def test_who_has_sent_on_a_connection_that_dies_hears_that_nobody_answered(things: Database) -> None:
    def die(tx: Transaction) -> None:
        pid = tx.conn.scalar(text("SELECT pg_backend_pid()"))
        INSERT.send(tx.conn, id=1, name="a")
        with things.writing.transaction() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    with pytest.raises(Unavailable):
        things.write(None, die)
    things.write(None, lambda tx: INSERT.send(tx.conn, id=2, name="a"))
    assert ids(things) == [2]


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_statement_whose_table_has_changed_fails_once_and_is_prepared_anew(things: Database) -> None:
    change = text("ALTER TABLE thing ALTER name TYPE integer USING name::integer")
    things.write(None, lambda tx: INSERT.run(tx.conn, id=1, name="5"))
    assert things.write(None, lambda tx: NAME.row(tx.conn, id=1)) == ("5",)
    things.write(None, lambda tx: tx.conn.execute(change))
    with pytest.raises(NotSupportedError, match="cached plan"):
        things.write(None, lambda tx: NAME.row(tx.conn, id=1))
    assert things.write(None, lambda tx: NAME.row(tx.conn, id=1)) == (5,)


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.parametrize("ahead", [False, True])
def test_who_waits_for_the_database_lets_the_others_run(things: Database, ahead: bool) -> None:
    """Waiting inside the driver with the interpreter's lock held, nobody could give the other lock back."""
    waiting = threading.Event()

    def wait(tx: Transaction) -> bool:
        NAME.row(tx.conn, id=1)
        if ahead:
            INSERT.send(tx.conn, id=1, name="a")
        waiting.set()
        return bool(LOCK.rows(tx.conn))

    with ThreadPoolExecutor(1) as pool, things.writing.transaction() as holder:
        LOCK.rows(holder)
        waiter = pool.submit(things.write, None, wait)
        assert waiting.wait(SOON_S)
        assert things.read(lambda conn: NAME.row(conn, id=9)) is None
        holder.execute(text("SELECT pg_advisory_unlock_all()"))
    assert waiter.result(SOON_S)
