"""Bring a database to the newest schema, and tell whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from server.storage.connections import Connections
from server.storage.engines import open_connections

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def migrate(url: str, *, synchronous: str = "FULL") -> None:
    """Upgrade the database to the newest revision; one transaction, so it is the old schema or the new."""
    writer, reader = open_connections(url, synchronous=synchronous)
    try:
        with writer.transaction() as connection, connection.begin():
            command.upgrade(_config(connection), "head")
    finally:
        _close(writer, reader)


def wipe(url: str) -> None:
    """Drop everything that the migrations made."""
    writer, reader = open_connections(url)
    try:
        with writer.transaction() as connection, connection.begin():
            command.downgrade(_config(connection), "base")
    finally:
        _close(writer, reader)


def is_current(conn: Connection) -> bool:
    """Whether the database has the schema this program was built for."""
    head = ScriptDirectory.from_config(_config(conn)).get_current_head()
    return MigrationContext.configure(conn).get_current_revision() == head


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _close(*all_: Connections) -> None:
    for connections in all_:
        connections.close()
