"""Connections to SQLite and PostgreSQL: some that write, some that read a snapshot."""

import importlib
import os
import sqlite3
from contextlib import suppress
from types import ModuleType
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry

from server.storage.checkpoints import IN_COMMIT
from server.storage.connections import KEPT, Connections
from server.storage.drivers import Cursors
from server.storage.json_text import json_text
from server.storage.silence import Silence
from server.storage.statements import give_way

PATIENCE_S = 2
WRITERS, READERS = 2, 64
PG_WRITERS, PG_READERS = 12, 32
"""Of PostgreSQL's 100 connections two processes leave some to others; a writer has one only while it writes."""
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
        own = ".".join(map(str, version))
        raise RuntimeError(f"SQLite {own} can lose commits in WAL mode; 3.51.3 or newer is needed (pysqlite3).")


def open_connections(
    url: str, *, synchronous: str = "FULL", foreign_keys: str = "ON"
) -> tuple[Connections, Connections]:
    """Return (writer, reader) for a database address.

    The other two are SQLite's: `synchronous` is OFF only for simulations, `foreign_keys` only for migrations.
    """
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        return _sqlite(url, f"synchronous={synchronous}", f"foreign_keys={foreign_keys}")
    if backend == "postgresql":
        return _postgresql(url)
    raise ValueError(f"neither SQLite nor PostgreSQL: {backend}")


def _sqlite(url: str, *pragmas: str) -> tuple[Connections, Connections]:
    if file := make_url(url).database:
        _keep_private(file)
    writer, reader = (create_engine(url, module=sqlite_module(), **_options(most)) for most in (WRITERS, READERS))
    _configure_sqlite(writer, *pragmas, f"wal_autocheckpoint={IN_COMMIT}", "secure_delete=ON")
    _configure_sqlite(reader, *pragmas, "query_only=ON")
    return (
        Connections(writer, WRITERS, PATIENCE_S, "BEGIN IMMEDIATE"),
        Connections(reader, READERS, PATIENCE_S, "BEGIN"),
    )


def _keep_private(file: str) -> None:
    """Let only its owner read a database, made here where there is none; what SQLite puts beside it has its mode."""
    with suppress(OSError):  # not ours to change, or no place for it: SQLite says which
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        for each in (file, f"{file}-wal", f"{file}-shm"):
            os.chmod(each, 0o600)


def _options(most: int) -> dict[str, object]:
    """Return the options of an engine for so many connections; `Connections` lends out most of those that are kept."""
    kept = min(most, KEPT)
    codec = {"json_serializer": json_text, "json_deserializer": orjson.loads, "hide_parameters": True}
    return {"pool_size": kept, "max_overflow": most - kept, **codec}


def _configure_sqlite(engine: Engine, *own: str) -> None:
    sqlite = sqlite_module()

    def on_connect(connection: Any, record: ConnectionPoolEntry) -> None:  # the driver's own connection
        connection.isolation_level = None
        record.info["driver"] = Cursors(connection, sqlite.Error)
        try:
            for pragma in (f"busy_timeout={PATIENCE_S * 1000}", "journal_mode=WAL", *own):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite.OperationalError:
            raise
        except sqlite.DatabaseError as error:
            raise ValueError(f"{engine.url.database} cannot be read as a database: {error}.") from error

    event.listen(engine, "connect", on_connect)


def _postgresql(url: str) -> tuple[Connections, Connections]:
    lock = f"-c lock_timeout={PATIENCE_S * 1000}"  # of readers too: somebody may hold a table for himself
    readonly = f"{lock} -c default_transaction_read_only=on"
    writer, reader = _pipelined(url, lock, PG_WRITERS), _pipelined(url, readonly, PG_READERS)
    return (
        Connections(writer, PG_WRITERS, PATIENCE_S, "BEGIN", _silence(url)),
        Connections(reader, PG_READERS, PATIENCE_S, "BEGIN ISOLATION LEVEL REPEATABLE READ", _silence(url)),
    )


def _silence(url: str) -> Silence:
    """Return what lets go of a server that does not even take a new connection."""
    psycopg = importlib.import_module("psycopg")
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    def lives() -> bool:
        try:
            psycopg.connect(address, connect_timeout=PATIENCE_S).close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.Error:  # it says something
            return True
        return True

    return Silence(lives)


def _pipelined(url: str, options: str, most: int) -> Engine:
    """Return an engine whose connections begin no transaction and prepare no statement by themselves."""
    pipeline = importlib.import_module("server.storage.pipeline")  # psycopg is not installed for SQLite alone
    address = make_url(url).set(drivername="postgresql+psycopg")
    arguments = {"options": options, "autocommit": True, "prepare_threshold": None, "connect_timeout": PATIENCE_S}
    engine = create_engine(address, connect_args=arguments, **_options(most))

    def on_connect(connection: Any, record: ConnectionPoolEntry) -> None:  # the driver's own connection
        record.info["driver"], record.info["socket"] = pipeline.Pipeline(connection), connection.fileno()

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "before_cursor_execute", lambda conn, *_: give_way(conn))
    return engine
