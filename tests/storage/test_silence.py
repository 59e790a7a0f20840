"""A PostgreSQL that says nothing, or holds a table, lets nobody wait for long; a disk that takes nothing shows."""

import resource
import signal
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from server.domain.permissions import Role
from server.storage import schema
from server.storage.database import Database
from tests.clusters import cluster, wait_for
from tests.factories import CENTRE, install_floor
from tests.processes import ServerProcess

SOON_S = 8.0


@pytest.mark.slow
@pytest.mark.provokes("HTTP 503")
def test_while_postgresql_is_stopped_everything_says_so_within_seconds_and_goes_on_after(tmp_path: Path) -> None:
    with cluster() as (url, tell):
        wait_for(url)
        schema.migrate(url)
        db = Database(url)
        install_floor(db, always=True)
        with ServerProcess(url, tmp_path) as server:
            client = server.client(Role.KIOSK)
            assert client.issue().status_code == 201
            tell(signal.SIGSTOP)
            begun = time.monotonic()
            assert client.issue().status_code == 503
            assert time.monotonic() - begun < SOON_S
            begun = time.monotonic()
            ready = httpx.get(f"{server.url}/readyz", timeout=30)
            assert time.monotonic() - begun < 2 * SOON_S
            assert (ready.status_code, ready.json()["checks"]["write"]) == (503, False)
            tell(signal.SIGCONT)
            deadline = time.monotonic() + 15
            while client.issue().status_code != 201:
                assert time.monotonic() < deadline
                time.sleep(0.5)
        db.close()


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.provokes("HTTP 503")
def test_a_table_that_somebody_holds_costs_a_read_two_seconds(server: ServerProcess, backend: str) -> None:
    client = server.client(Role.MANAGER)
    assert client.snapshot()["tokens"] == []
    with psycopg.connect(make_url(server.database_url).set(drivername="postgresql").render_as_string(False)) as other:
        other.execute("LOCK TABLE staff, centre IN ACCESS EXCLUSIVE MODE")
        begun = time.monotonic()
        statuses = [client.get(f"centres/{CENTRE}/people").status_code, client.issue().status_code]
        assert statuses == [503, 503]
        assert time.monotonic() - begun < SOON_S
    assert client.issue().status_code == 201


@pytest.mark.parametrize("backend", ["sqlite"])
def test_readiness_shows_a_disk_that_takes_nothing(server: ServerProcess, backend: str) -> None:
    """A limit on the size of files stands for the full disk."""
    client = server.client(Role.KIOSK)
    assert client.issue().status_code == 201
    assert httpx.get(f"{server.url}/readyz").json()["checks"]["write"]
    _limit_files(server, 0)
    time.sleep(3.2)
    for _ in range(3):
        ready = httpx.get(f"{server.url}/readyz", timeout=20)
        assert (ready.status_code, ready.json()["checks"]["write"]) == (503, False)
        time.sleep(1.2)
    _limit_files(server, resource.RLIM_INFINITY)
    time.sleep(3.2)
    assert httpx.get(f"{server.url}/readyz", timeout=20).status_code == 200
    assert client.issue().status_code == 201


def _limit_files(server: ServerProcess, size: int) -> None:
    for process in server.processes():
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
