"""What tests share: real databases, a floor to act on, and servers that really run."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from server.storage import schema
from server.storage.database import Database
from tests.factories import Floor, install_floor
from tests.processes import ServerProcess

pytest_plugins = ["tests.guards.plugin", "pytester"]

ADMIN_URL = os.environ.get("BAARI_TEST_PG_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one option choose the databases of the service tests."""
    parser.addoption("--db", choices=("both", "sqlite", "postgresql"), default="both", help="databases to test on")
    parser.addoption("--long", action="store_true", help="run the proofs at full length, as `make check-long` does")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that asks for a database on each of them."""
    chosen_by_test = any("backend" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "backend" in metafunc.fixturenames and not chosen_by_test:
        chosen = metafunc.config.getoption("--db")
        metafunc.parametrize("backend", ["sqlite", "postgresql"] if chosen == "both" else [chosen])


@pytest.fixture(scope="session")
def long(pytestconfig: pytest.Config) -> bool:
    """Return whether the proofs run at full length."""
    return bool(pytestconfig.getoption("--long"))


def skip_or_fail(reason: str) -> None:
    """Skip a test that misses a service; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def new_database(backend: str, folder: Path, like: str | None = None) -> Iterator[str]:
    """Give the address of a new database: an empty one, or one `like` another that nobody uses."""
    if backend == "sqlite":
        file = folder / "baari.sqlite"
        if like is not None:
            shutil.copyfile(str(make_url(like).database), file)
        yield f"sqlite:///{file}"
        return
    try:
        admin = psycopg.connect(ADMIN_URL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        skip_or_fail(f"PostgreSQL does not answer at BAARI_TEST_PG_URL: {error}")
    name = f"baari_test_{secrets.token_hex(6)}"
    with admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(like).database if like else "template1"}"')
        yield ADMIN_URL.rsplit("/", 1)[0] + f"/{name}"
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database of the backend."""
    with new_database(backend, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Return what gives the address of the one database of a backend that the revisions made, to be copied."""
    with ExitStack() as databases:

        @cache
        def of(backend: str) -> str:
            url = databases.enter_context(new_database(backend, tmp_path_factory.mktemp("migrated")))
            schema.migrate(url)
            return url

        yield of


@pytest.fixture
def db(backend: str, tmp_path: Path, migrated: Callable[[str], str]) -> Iterator[Database]:
    """Return a migrated database."""
    with new_database(backend, tmp_path, migrated(backend)) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture
def floor(db: Database) -> Floor:
    """Return the demo centre of preset M in an empty state, counters closed."""
    return install_floor(db)


@pytest.fixture
def sqlite_floor(tmp_path: Path, migrated: Callable[[str], str]) -> Iterator[Floor]:
    """Return a floor on SQLite only, for what does not depend on the database."""
    with new_database("sqlite", tmp_path, migrated("sqlite")) as url:
        database = Database(url, synchronous="OFF")
        yield install_floor(database)
        database.close()


@pytest.fixture
def server(db: Database, tmp_path: Path) -> Iterator[ServerProcess]:
    """Return a running `baari serve` on a floor of its own."""
    install_floor(db, always=True)
    with ServerProcess(db.url, tmp_path) as process:
        yield process
