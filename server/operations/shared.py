"""What the commands share: settings, the database, the centre they are about, and options."""

import os
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from server.clock import SystemClock
from server.config import Settings, load_settings
from server.domain.centre import CentreState
from server.domain.derived import DerivedKeys
from server.domain.instants import read_day
from server.operations.at_machine import at_machine
from server.services.setup import presets, secret
from server.storage import schema
from server.storage.database import Database
from server.storage.sql.centres import all_centres, centre_by_code

T = TypeVar("T")
PRESETS = click.Choice(presets.preset_names())
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
PORT = click.option("--port", type=int, help="Port to listen on.")
CENTRE = click.option("--centre", help="Code of the centre; not needed when there is one.")


class Day(click.ParamType[date]):
    """A business day, `2026-11-24`."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # as click has it
        """Return the date; fails with a sentence when it is none."""
        try:
            return value if isinstance(value, date) else read_day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def settings_of(**overrides: object) -> Settings:
    """Return the settings in force, and make their data folder."""
    settings = load_settings(os.environ, **overrides)
    settings.make_data_dir()
    return settings


def with_database(fn: Callable[[Database], T]) -> T:
    """Run `fn` on the database of the settings; raises WrongSchema, which names the command to run first."""
    db = Database(settings_of().database)
    try:
        db.read(schema.require_current)
        return fn(db)
    finally:
        db.close()


def require_our_schema() -> None:
    """Raise WrongSchema, which names the command to run, unless the database has the schema of this program."""
    with_database(lambda db: None)


def derived_keys(db: Database) -> DerivedKeys:
    """Return the keys derived from the secret of the settings; raises WrongSecret when the database has another."""
    return secret.keys_of(db.read(secret.numbers_of), our_secret(db))


def our_secret(db: Database) -> bytes:
    """Return the secret of the settings; made anew only for a database that needs none yet. Raises WrongSecret."""
    settings = settings_of()
    if not settings.has_secret and db.read(secret.is_needed):
        raise secret.WrongSecret(f"There is no secret in {settings.data_dir}. {secret.ANOTHER}")
    return settings.secret()


def claim_database() -> None:
    """Let the database know the secret it is served with; raises WrongSecret when it was made with another."""

    def claim(db: Database) -> None:
        ours = our_secret(db)
        db.write(None, lambda tx: secret.claim(tx, ours, SystemClock().now(), at_machine()))

    with_database(claim)


def only_centre(db: Database, code: str | None) -> CentreState:
    """Return the centre named, or the only one; raises LookupError, UnknownCentre."""
    if code is not None:
        return db.read(lambda conn: centre_by_code(conn, code))
    centres = db.read(all_centres)
    if len(centres) != 1:
        known = ", ".join(c.code for c in centres) or "none"
        raise LookupError(f"name a centre with --centre (there are: {known})")
    return centres[0]
