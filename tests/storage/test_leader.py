"""One process on a database leads, and another takes over when it is gone."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from server.storage.leader import KEY, Leader

ROOT = Path(__file__).parents[2]
FEW_SECONDS = 5.0
LEAD_AND_WAIT = """
import sys, time
from server.storage.leader import Leader
leader = Leader(sys.argv[1])
print(leader.leads(), flush=True)
time.sleep(60)
"""


@contextmanager
def process_that_leads(url: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process that takes the lead and does nothing with it."""
    command = [sys.executable, "-c", LEAD_AND_WAIT, url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "True\n"
            yield process
        finally:
            process.kill()


@contextmanager
def leaders(url: str, count: int = 2) -> Iterator[list[Leader]]:
    """Make some who may lead."""
    made = [Leader(url) for _ in range(count)]
    try:
        yield made
    finally:
        for leader in made:
            leader.resign()


def soon(check: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + FEW_SECONDS
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_one_leads_and_goes_on_to_lead_until_it_resigns(database_url: str) -> None:
    with leaders(database_url) as (first, second):
        assert [first.leads(), second.leads(), first.leads(), second.leads()] == [True, False, True, False]
        first.resign()
        assert [second.leads(), first.leads()] == [True, False]


def test_a_process_that_is_killed_leads_no_more_and_another_takes_over_within_seconds(database_url: str) -> None:
    with leaders(database_url, 1) as (other,), process_that_leads(database_url) as process:
        assert not other.leads()
        process.kill()
        assert soon(other.leads)


def test_of_many_threads_that_ask_at_once_all_hear_the_same(database_url: str) -> None:
    heard: list[bool] = []
    with leaders(database_url, 1) as (leader,):
        threads = [threading.Thread(target=lambda: heard.append(leader.leads())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert heard == [True] * 8


@pytest.mark.parametrize("backend", ["postgresql"])
def test_the_lead_goes_with_its_connection(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with leaders(database_url) as (first, second):
        assert first.leads()
        hang_up_on_the_leader(database_url)
        assert soon(second.leads)
        assert not first.leads()
    assert "this process leads no more" in caplog.text


def hang_up_on_the_leader(url: str) -> None:
    """End the session that holds the lead, as a server does that restarts."""
    key = "(classid::bigint << 32) | objid::bigint"
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    holder = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND {key} = :key AND {here}"
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        pid = connection.execute(text(holder), {"key": KEY}).scalar_one()
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    engine.dispose()


@pytest.mark.parametrize("backend", ["postgresql"])
def test_while_the_database_does_not_answer_nobody_leads(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    away = make_url(database_url).set(port=1)
    with leaders(away.render_as_string(hide_password=False), 1) as (leader,):
        assert not leader.leads()
        assert not leader.leads()
    assert "nobody can tell who leads" in caplog.text


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_lock_on_a_file_that_was_replaced_is_no_lead(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    file = Path(f"{make_url(database_url).database}-leader")
    with leaders(database_url) as (first, second):
        assert first.leads()
        with suppress(FileNotFoundError):
            file.unlink()
        assert second.leads()
        assert not first.leads()


def test_two_databases_have_a_leader_each(database_url: str, tmp_path: Path) -> None:
    with leaders(database_url, 1) as (here,), leaders(f"sqlite:///{tmp_path / 'other.sqlite'}", 1) as (there,):
        assert (here.leads(), there.leads()) == (True, True)
