"""Engines for SQLite and PostgreSQL: one that writes, one that reads a snapshot."""

import importlib
import sqlite3
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

LOCK_TIMEOUT_S = 2
READERS, MORE_READERS = 8, 56
SAFE_SQLITE = (3, 51, 3)


def sqlite_module() -> ModuleType:
    """Return the SQLite driver; raises RuntimeError on a library with the WAL-reset race.

    SQLite before 3.51.3 can lose commits when two connections write and checkpoint at once
    (https://sqlite.org/wal.html, "the WAL-reset bug"); Debian's is older, so the wheel brings its own.
    """
    try:
        module = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        module = sqlite3
    require_safe_sqlite(module.sqlite_version_info)
    return module


def require_safe_sqlite(version: tuple[int, ...]) -> None:
    """Raise RuntimeError unless the SQLite library is free of the WAL-reset race."""
    if version < SAFE_SQLITE:
        found = ".".join(map(str, version))
        raise RuntimeError(f"SQLite {found} can lose commits in WAL mode; 3.51.3 or newer is needed (pysqlite3).")


def open_engines(url: str, *, synchronous: str = "FULL") -> tuple[Engine, Engine]:
    """Return (writer, reader) for a database address; `synchronous` is SQLite's, OFF only for simulations."""
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        return _sqlite(url, synchronous)
    if backend == "postgresql":
        return _postgresql(url)
    raise ValueError(f"neither SQLite nor PostgreSQL: {backend}")


def _sqlite(url: str, synchronous: str) -> tuple[Engine, Engine]:
    module = sqlite_module()
    options: dict[str, Any] = {"module": module, "pool_timeout": LOCK_TIMEOUT_S}
    writer = create_engine(url, pool_size=1, max_overflow=1, **options)
    reader = create_engine(url, pool_size=READERS, max_overflow=MORE_READERS, **options)
    _configure_sqlite(writer, "BEGIN IMMEDIATE", f"synchronous={synchronous}")
    _configure_sqlite(reader, "BEGIN", "query_only=ON")
    return writer, reader


def _configure_sqlite(engine: Engine, begin: str, own_pragma: str) -> None:
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={LOCK_TIMEOUT_S * 1000}",
            "journal_mode=WAL",
            "foreign_keys=ON",
            own_pragma,
        ):
            connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def _postgresql(url: str) -> tuple[Engine, Engine]:
    address = make_url(url).set(drivername="postgresql+psycopg")
    lock = f"-c lock_timeout={LOCK_TIMEOUT_S * 1000}"
    writer = create_engine(address, pool_size=1, max_overflow=1, connect_args={"options": lock})
    reader = create_engine(
        address,
        pool_size=READERS,
        max_overflow=MORE_READERS,
        pool_timeout=LOCK_TIMEOUT_S,
        isolation_level="REPEATABLE READ",
        connect_args={"options": "-c default_transaction_read_only=on"},
    )
    return writer, reader
