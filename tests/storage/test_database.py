"""The one writer, the snapshots of readers, and what the tables refuse."""

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from types import NoneType
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.domain.actors import By
from server.domain.errors import QueueEmpty, Refused, Unavailable, UnknownCentre, UnknownCounter
from server.services.floor.issue import issue
from server.storage import schema
from server.storage.base import Base
from server.storage.database import Command, Database
from server.storage.engines import open_connections, require_safe_sqlite, sqlite_module
from server.storage.metadata import METADATA
from server.storage.sql import centres, tokens
from server.storage.sql.counters import counter_by_id
from server.storage.statements import Statement
from server.storage.tables.floor import CounterTable, StepTable, TokenTable
from server.storage.transaction import Transaction
from server.storage.types import from_ms, to_ms
from tests.factories import CENTRE, MORNING, Floor, at_time, hold_writer, second_centre


def test_commands_that_wait_together_share_a_commit_and_a_refusal_undoes_only_itself(floor: Floor) -> None:
    commits: list[int] = []
    floor.db.on_commit(lambda _: commits.append(1))
    release, holder = hold_writer(floor)

    def attempt(number: int) -> str:
        if number % 3 == 0:
            floor.write(lambda tx: refuse_after_a_change(tx))
        return floor.issue().label

    def refuse_after_a_change(tx: Transaction) -> None:
        issue(at_time(tx, MORNING), floor.order(), By("test"))
        raise QueueEmpty("undone")

    with ThreadPoolExecutor(9) as pool:
        futures = [pool.submit(attempt, number) for number in range(9)]
        threading.Timer(0.3, release).start()
        outcomes = ["refused" if f.exception() else f.result() for f in futures]
    holder.join()
    assert outcomes.count("refused") == 3
    assert sorted(label for label in outcomes if label != "refused") == [f"N{n:03d}" for n in range(1, 7)]
    assert floor.centre.event_seq == 7  # the first of them opened the day
    assert len(commits) == 1


def test_commands_that_are_given_together_share_a_commit_and_each_has_its_outcome(floor: Floor) -> None:
    commits: list[int] = []
    floor.db.on_commit(lambda committed: commits.append(len(committed)))

    def refuse_after_a_change(tx: Transaction) -> None:
        issue(at_time(tx, MORNING), floor.order(), By("test"))
        raise QueueEmpty("undone")

    def take(tx: Transaction) -> str:
        return issue(at_time(tx, MORNING), floor.order(), By("test")).token.label

    commands = [Command(floor.centre_id, fn) for fn in (take, refuse_after_a_change, take)]
    floor.db.write_all(commands)
    assert (commands[0].outcome(), commands[2].outcome()) == ("N001", "N002")
    with pytest.raises(QueueEmpty):
        commands[1].outcome()
    assert commits == [1]


def test_commands_of_two_centres_that_are_given_together_are_each_written_there(floor: Floor) -> None:
    other = second_centre(floor)
    centres_seen = [Command(centre, lambda tx: tx.centre.id) for centre in (floor.centre_id, other, floor.centre_id)]
    floor.db.write_all(centres_seen)
    assert [command.outcome() for command in centres_seen] == [floor.centre_id, other, floor.centre_id]


def test_commands_that_are_given_together_wait_for_whoever_writes_and_take_along_who_waits(floor: Floor) -> None:
    commits: list[int] = []
    floor.db.on_commit(lambda committed: commits.append(len(committed)))
    release, holder = hold_writer(floor)
    with ThreadPoolExecutor(2) as pool:
        alone = pool.submit(floor.issue)
        while not floor.db.writer_of(floor.centre_id).waiting:
            time.sleep(0.001)
        given = [Command(floor.centre_id, lambda tx: issue(at_time(tx, MORNING), floor.order(), By("test")))]
        together = pool.submit(floor.db.write_all, given)
        release()
        together.result()
        alone.result()
    holder.join()
    assert len(commits) <= 2
    assert floor.centre.event_seq == 3  # the first of them opened the day


REMARK = "UPDATE counter SET reason = 'changed' WHERE id = 'G1'"
CHANGES: dict[str, Callable[[Connection], object]] = {
    "it was sent": Statement(text(REMARK)).send,
    "it was waited for": Statement(text(REMARK)).run,
    "its row was asked for": Statement(text(f"{REMARK} RETURNING id").columns(CounterTable.id)).ask,
    "SQLAlchemy ran it": lambda conn: conn.execute(text(REMARK)),
}


def together(floor: Floor, *commands: Callable[[Transaction], object]) -> list[BaseException | None]:
    """Let commands share a commit, and return what each was refused with."""
    release, holder = hold_writer(floor)
    with ThreadPoolExecutor(len(commands)) as pool:
        futures = []
        for command in commands:
            futures.append(pool.submit(floor.write, command))
            while floor.db.writer_of(floor.centre_id).waiting < len(futures):
                time.sleep(0.001)
        release()
        refusals = [future.exception(10) for future in futures]
    holder.join()
    return refusals


@pytest.mark.parametrize("change", CHANGES)
def test_of_a_command_that_is_refused_behind_a_change_nothing_is_left_however(floor: Floor, change: str) -> None:
    def refused(tx: Transaction) -> None:
        CHANGES[change](tx.conn)
        raise QueueEmpty("undone")

    before, refusal, after = together(floor, lambda _: floor.order(), refused, partial(issued, floor))
    assert (before, type(refusal), after) == (None, QueueEmpty, None)
    assert floor.write(lambda tx: counter_by_id(tx.conn, tx.centre.id, "G1").reason) is None


def issued(floor: Floor, tx: Transaction) -> str:
    return issue(at_time(tx, MORNING), floor.order(), By("test")).token.label


def test_of_commands_that_share_a_commit_none_runs_again_where_one_is_refused_before_a_change(floor: Floor) -> None:
    ran: list[str] = []

    def refused(tx: Transaction) -> None:
        ran.append("refused")
        counter_by_id(tx.conn, tx.centre.id, "nowhere")

    def good(tx: Transaction) -> None:
        ran.append(issued(floor, tx))

    refusals = together(floor, good, refused, good)
    assert [type(refusal) for refusal in refusals] == [NoneType, UnknownCounter, NoneType]
    assert ran == ["N001", "refused", "N002"]


def test_a_lone_command_is_written_by_the_thread_that_brought_it(floor: Floor) -> None:
    assert floor.write(lambda _: threading.get_ident()) == threading.get_ident()


def test_nobody_overtakes_the_commands_that_wait(floor: Floor) -> None:
    """Who comes while others wait goes behind them, also in the moment between two commits."""
    order: list[int] = []
    release, holder = hold_writer(floor)
    with ThreadPoolExecutor(200) as pool:
        for number in range(200):
            pool.submit(floor.write, lambda _, number=number: order.append(number))
            while floor.db.writer_of(floor.centre_id).waiting <= number:
                time.sleep(0.001)
        release()
    holder.join()
    assert order == list(range(200))


def test_closing_finishes_the_commands_that_wait(sqlite_floor: Floor) -> None:
    """Also when the thread that shall write them has only just begun."""
    release, holder = hold_writer(sqlite_floor)
    db = sqlite_floor.db
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(sqlite_floor.write, lambda _: "written")
        while not db.writer_of(sqlite_floor.centre_id).waiting:
            time.sleep(0.001)
        closing = pool.submit(db.close)
        release()
        assert waiting.result(10) == "written"
        closing.result(10)
    holder.join()


def test_an_answer_comes_after_the_commit(floor: Floor) -> None:
    floor.issue()
    assert floor.db.read(lambda conn: tokens.count_tokens(conn, floor.centre_id)) == 1


def test_a_bug_in_a_command_hurts_its_caller_only(floor: Floor) -> None:
    with pytest.raises(ZeroDivisionError):
        floor.write(lambda tx: 1 / 0)
    with pytest.raises(IntegrityError):
        floor.write(lambda tx: tx.conn.execute(text("INSERT INTO zone (centre_id, code) VALUES (1, 'A')")))
    assert floor.issue().label == "N001"


def test_writing_inside_a_write_is_a_mistake_that_says_so(floor: Floor) -> None:
    with pytest.raises(RuntimeError, match="services get the transaction"):
        floor.write(lambda tx: floor.db.write(None, lambda inner: None))


def test_a_centre_that_is_not_there_is_refused(floor: Floor) -> None:
    with pytest.raises(Refused) as refused:
        floor.db.write(999, lambda tx: None)
    assert isinstance(refused.value, UnknownCentre | Unavailable)
    assert floor.issue().label == "N001"


def test_a_reader_sees_one_instant(floor: Floor) -> None:
    def read_twice(conn: Any) -> tuple[int, int]:
        first = centres.centre_by_code(conn, CENTRE).event_seq
        with ThreadPoolExecutor(1) as pool:
            pool.submit(floor.issue).result()
        return first, tokens.count_tokens(conn, floor.centre_id)

    assert floor.db.read(read_twice) == (0, 0)
    assert floor.centre.event_seq == 2  # it opened the day


def test_a_reader_cannot_write(floor: Floor) -> None:
    with pytest.raises((DBAPIError, Unavailable)):
        floor.db.read(lambda conn: conn.execute(text("DELETE FROM token")))


def test_a_commit_that_fails_is_told_and_the_writer_lives_on(floor: Floor) -> None:
    def twice_the_same_event(tx: Transaction) -> None:
        issue(at_time(tx, MORNING), floor.order(), By("test"))
        tx.recorded.append(tx.recorded[0])

    with pytest.raises(IntegrityError):
        floor.write(twice_the_same_event)
    assert floor.issue().label == "N001"


def test_of_commands_that_share_a_commit_only_the_one_that_breaks_it_fails(floor: Floor) -> None:
    """The batch is undone and each runs alone, also those that stood behind it."""
    release, holder = hold_writer(floor)

    def twice_the_same_event(tx: Transaction) -> None:
        issue(at_time(tx, MORNING), floor.order(), By("test"))
        tx.recorded.append(tx.recorded[0])

    orders = [floor.order() for _ in range(6)]
    with ThreadPoolExecutor(7) as pool:
        good = [
            pool.submit(floor.write, lambda tx, order=order: issue(at_time(tx, MORNING), order, By("test")))
            for order in orders
        ]
        bad = pool.submit(floor.write, twice_the_same_event)
        while floor.db.writer_of(floor.centre_id).waiting < 7:
            time.sleep(0.001)
        release()
        assert sorted(issued.result(10).token.number for issued in good) == [1, 2, 3, 4, 5, 6]
        assert isinstance(bad.exception(10), IntegrityError)
    holder.join()
    assert floor.centre.event_seq == 7  # the first of them opened the day


def test_nobody_is_woken_by_a_commit_without_events(floor: Floor) -> None:
    woken: list[int] = []
    floor.db.on_commit(lambda _: woken.append(1))
    floor.write(lambda tx: None)
    assert woken == []
    floor.issue()
    assert woken == [1]


def test_a_locked_file_is_unavailable_and_not_a_hang(sqlite_floor: Floor) -> None:
    writer, reader = open_connections(sqlite_floor.db.url)
    with writer.transaction(), pytest.raises(Unavailable):
        sqlite_floor.issue()
    writer.close()
    reader.close()
    assert sqlite_floor.issue().label == "N001"


def copied(table: type[Base], **changes: str) -> str:
    """Return the statement that copies all rows with some columns changed."""
    names = [column.name for column in table.__table__.columns]
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changes.get(name, f'"{name}"') for name in names)
    return f"INSERT INTO {table.__tablename__} ({quoted}) SELECT {values} FROM {table.__tablename__}"


PROMISES = {
    "a number is given once": copied(TokenTable, id="'other'", secret="'secret'"),
    "a token has one open step": copied(StepTable, seq="seq + 900"),
    "a counter has one token": "UPDATE step SET counter = 'G1', state = 'called'",
}


@pytest.mark.parametrize("promise", PROMISES)
def test_the_tables_themselves_keep_the_promise_that(floor: Floor, promise: str) -> None:
    floor.issue()
    if promise == "a counter has one token":
        floor.issue()
    with pytest.raises(IntegrityError):
        floor.write(lambda tx: tx.conn.execute(text(PROMISES[promise])))


def test_a_wiped_database_holds_no_table_of_ours(database_url: str) -> None:
    schema.migrate(database_url)
    schema.wipe(database_url)
    database = Database(database_url)
    left = database.read(lambda conn: inspect(conn).get_table_names())
    database.close()
    assert set(left) & set(METADATA.tables) == set()


def test_sqlite_writes_to_the_disk_before_it_answers(tmp_path: Path) -> None:
    writer, reader = open_connections(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with writer.transaction() as connection:
        facts = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys")
        ]
    writer.close()
    reader.close()
    assert facts == [2, "wal", 1]


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_a_sqlite_that_can_lose_commits_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(RuntimeError, match=r"3\.51\.3"):
        require_safe_sqlite(version)
    require_safe_sqlite((3, 51, 3))
    assert sqlite_module().sqlite_version_info >= (3, 51, 3)
    assert sqlite_module() is not sqlite3


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        open_connections("mysql://here/there")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 24, 4, 0, 0, 123_000, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    ],
)
def test_an_instant_comes_back_as_it_was(moment: datetime) -> None:
    stored = to_ms(moment)
    assert isinstance(stored, int)
    assert from_ms(stored) == moment


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without zone"):
        to_ms(datetime(2026, 11, 24))  # noqa: DTZ001
