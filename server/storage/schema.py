"""Bring a database to the newest schema, and tell whether it is there."""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from server.storage.connections import Connections
from server.storage.engines import open_connections

MIGRATIONS = Path(__file__).parents[2] / "migrations"
PILOT, TOO_OLD = "0003", frozenset({"0001", "0002"})
"""The last revision of the pilot months, which is carried over, and those before it, which are not."""


class Schema(StrEnum):
    """How the schema of a database stands to that of this program."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    TOO_OLD = "too old"
    FOREIGN = "foreign"


class WrongSchema(Exception):
    """The schema of the database is not that of this program; the message says what to do."""


def migrate(url: str, *, synchronous: str = "FULL") -> None:
    """Upgrade the database to the newest revision; one transaction, so it is the old schema or the new.

    Raises WrongSchema for a database from before the pilot's last revision, or of another program or release.
    """
    writer, reader = open_connections(url, synchronous=synchronous)
    try:
        with writer.transaction() as connection, connection.begin():
            _require(connection, Schema.EMPTY, Schema.OLDER, Schema.CURRENT)
            config = _config(connection)
            if MigrationContext.configure(connection).get_current_revision() == PILOT:
                config.attributes["pilot"] = True
                connection.execute(text("DELETE FROM alembic_version"))
            command.upgrade(config, "head")
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


def require_current(conn: Connection) -> None:
    """Raise WrongSchema, which names the command to run, unless the database has the schema of this program."""
    _require(conn, Schema.CURRENT)


def is_current(conn: Connection) -> bool:
    """Whether the database has the schema this program was built for."""
    return schema_of(conn) is Schema.CURRENT


def schema_of(conn: Connection) -> Schema:
    """Return how the schema of a database stands to that of this program."""
    script = ScriptDirectory.from_config(_config(conn))
    revision = MigrationContext.configure(conn).get_current_revision()
    if revision is None:
        return Schema.EMPTY
    if revision in TOO_OLD:
        return Schema.TOO_OLD
    if revision == script.get_current_head():
        return Schema.CURRENT
    known = {entry.revision for entry in script.walk_revisions()} | {PILOT}
    return Schema.OLDER if revision in known else Schema.FOREIGN


WHAT_TO_DO = {
    Schema.EMPTY: "The database is empty. Set a centre up with “baari init”.",
    Schema.OLDER: "The database has the schema of an older Baari. Back it up, then run “baari migrate”.",
    Schema.TOO_OLD: "The database is from early in the pilot. Bring it to 0003 with the Baari of then first.",
    Schema.FOREIGN: "The database has the schema of a newer Baari, or of another program. Run the Baari that made it.",
    Schema.CURRENT: "The database has the newest schema.",
}


def _require(conn: Connection, *wanted: Schema) -> None:
    state = schema_of(conn)
    if state not in wanted:
        raise WrongSchema(WHAT_TO_DO[state])


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _close(*all_: Connections) -> None:
    for connections in all_:
        connections.close()
