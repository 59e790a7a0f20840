"""Bring a database to the newest schema, and tell whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from server.domain.errors import Unavailable
from server.storage.engines import open_connections
from server.storage.metadata import METADATA

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

    Raises WrongSchema for a database from before the pilot's last revision, or of another program or release,
    Unavailable while a server writes or when none answers.
    """
    with _revising(url, synchronous) as connection:
        _require(connection, Schema.EMPTY, Schema.OLDER, Schema.CURRENT)
        config = _config(connection)
        if MigrationContext.configure(connection).get_current_revision() == PILOT:
            config.attributes["pilot"] = True
            connection.execute(text("DELETE FROM alembic_version"))
        command.upgrade(config, "head")


def revert(url: str, revision: str) -> None:
    """Bring the database back to an earlier revision, that the release before may serve it; one transaction.

    What only the newer schema can hold is dropped. Raises WrongSchema when there is no such revision behind it.
    """
    with _revising(url) as connection:
        _require(connection, Schema.CURRENT)
        known = _revisions(connection)
        if revision not in known:
            raise WrongSchema(f"There is no schema {revision} to go back to, only {', '.join(sorted(known))}.")
        command.downgrade(_config(connection), revision)


@contextmanager
def building(url: str, revision: str, *, synchronous: str = "FULL") -> Iterator[Connection]:
    """Give an empty database with the schema of a revision, to be filled; then it is brought to the newest schema.

    It is one transaction. Raises WrongSchema when there is no such revision, and for a schema that is not ours.
    """
    with _revising(url, synchronous) as connection:
        newest, *older = _revisions(connection)
        if revision not in (newest, *older):
            raise WrongSchema(f"This Baari knows no schema {revision}. Use the Baari that made it, or a newer one.")
        _require(connection, Schema.EMPTY, *([Schema.CURRENT] if revision == newest else []))
        config = _config(connection)
        command.upgrade(config, revision)
        yield connection
        command.upgrade(config, "head")


def wipe(url: str) -> None:
    """Drop everything that the migrations made."""
    with _revising(url) as connection:
        command.downgrade(_config(connection), "base")


@contextmanager
def _revising(url: str, synchronous: str = "FULL") -> Iterator[Connection]:
    """Give a connection in a transaction whose foreign keys SQLite judges at its end.

    SQLite changes a table by making it anew, and the old one cannot be dropped, or takes rows along, while foreign keys
    are held. They can be let go only before a transaction.
    """
    writer, reader = open_connections(url, synchronous=synchronous, foreign_keys="OFF")
    try:
        with writer.transaction() as connection, connection.begin():
            yield connection
            _require_whole(connection)
    except OperationalError as error:  # a server holds it, or there is none
        why = str(error.orig).partition("\n")[0]
        message = f"The database is busy or does not answer: {why}. Stop the servers that use it, then try again."
        raise Unavailable(f"{message} Nothing was changed.") from error
    finally:
        writer.close()
        reader.close()


def _require_whole(conn: Connection) -> None:
    """Raise WrongSchema when SQLite holds rows that refer to nothing; PostgreSQL would not have taken them."""
    if conn.dialect.name == "sqlite" and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").all()):
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise WrongSchema(f"Rows would refer to nothing afterwards ({tables}). Nothing was changed; report this.")


def require_current(conn: Connection) -> None:
    """Raise WrongSchema, which names the command to run, unless the database has the schema of this program."""
    _require(conn, Schema.CURRENT)


def is_current(conn: Connection) -> bool:
    """Whether the database has the schema this program was built for."""
    return schema_of(conn) is Schema.CURRENT


def write_again(conn: Connection) -> None:
    """Write the revision that stands there already, to see whether anything can be written."""
    conn.execute(text("UPDATE alembic_version SET version_num = version_num"))


def revision_of(conn: Connection) -> str | None:
    """Return the revision of a database, None where there is none."""
    return MigrationContext.configure(conn).get_current_revision()


def schema_of(conn: Connection) -> Schema:
    """Return how the schema of a database stands to that of this program."""
    revision = revision_of(conn)
    if revision is None:
        return Schema.FOREIGN if METADATA.tables.keys() & set(inspect(conn).get_table_names()) else Schema.EMPTY
    if revision in TOO_OLD:
        return Schema.TOO_OLD
    newest, *older = _revisions(conn)
    if revision == newest:
        return Schema.CURRENT
    return Schema.OLDER if revision in {PILOT, *older} else Schema.FOREIGN


def newest() -> str:
    """Return the newest revision of this program."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def _revisions(conn: Connection) -> list[str]:
    """Return all revisions of this program, the newest first."""
    return [entry.revision for entry in ScriptDirectory.from_config(_config(conn)).walk_revisions()]


WHAT_TO_DO = {
    Schema.EMPTY: "The database is empty. Set a centre up with “baari init”.",
    Schema.OLDER: "The database has the schema of an older Baari. Back it up, then run “baari migrate”.",
    Schema.TOO_OLD: "The database is from early in the pilot. Run “baari migrate” of the pilot's last Baari first.",
    Schema.FOREIGN: (
        "The database has the schema of a newer Baari, or of another program. Run the Baari that made it, "
        "or its “baari migrate --back-to {newest}”."
    ),
    Schema.CURRENT: "The database has the newest schema.",
}


def _require(conn: Connection, *wanted: Schema) -> None:
    state = schema_of(conn)
    if state not in wanted:
        raise WrongSchema(WHAT_TO_DO[state].format(newest=_revisions(conn)[0]))


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
