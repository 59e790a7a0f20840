"""Statements on the driver's cursor fail as SQLAlchemy's own do."""

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, delete, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.domain.errors import Unavailable
from server.storage.database import Database
from server.storage.statements import Statement
from server.storage.transaction import Transaction

THING = Table("thing", MetaData(), Column("id", Integer, primary_key=True), Column("name", String(9)))
INSERT = Statement(insert(THING), ["id", "name"])
DELETE = Statement(delete(THING).where(THING.c.id >= bindparam("least")))
NAME = Statement(select(THING.c.name).where(THING.c.id == bindparam("id")))


@pytest.fixture
def things(db: Database) -> Database:
    db.write(None, lambda tx: THING.create(tx.conn))
    return db


def test_rows_go_in_come_out_and_are_counted(things: Database) -> None:
    def write(tx: Transaction) -> int:
        INSERT.send_many(tx.conn, [{"id": number, "name": f"n{number}"} for number in range(5)])
        return DELETE.run(tx.conn, least=3)

    assert things.write(None, write) == 2
    assert things.read(lambda conn: NAME.row(conn, id=2)) == ("n2",)
    assert things.read(lambda conn: NAME.row(conn, id=4)) is None


@pytest.mark.parametrize("many", [False, True])
def test_a_broken_promise_is_an_integrity_error(things: Database, many: bool) -> None:
    def write(tx: Transaction) -> None:
        if many:
            INSERT.send_many(tx.conn, [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}])
        else:
            INSERT.run(tx.conn, id=1, name="a")
            INSERT.run(tx.conn, id=1, name="b")

    with pytest.raises(IntegrityError) as broken:
        things.write(None, write)
    assert "INSERT INTO thing" in str(broken.value)
    assert things.read(lambda conn: NAME.row(conn, id=1)) is None


def test_a_table_that_is_not_there_is_a_database_error(db: Database) -> None:
    with pytest.raises((DBAPIError, Unavailable)):
        db.read(lambda conn: NAME.row(conn, id=1))


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_connection_that_died_is_dropped_and_the_next_command_has_another(things: Database) -> None:
    def die(tx: Transaction) -> None:
        pid = tx.conn.scalar(text("SELECT pg_backend_pid()"))
        with things.writing.transaction() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        INSERT.run(tx.conn, id=1, name="a")

    with pytest.raises(Unavailable):
        things.write(None, die)
    things.write(None, lambda tx: INSERT.run(tx.conn, id=1, name="a"))
    assert things.read(lambda conn: NAME.row(conn, id=1)) == ("a",)
