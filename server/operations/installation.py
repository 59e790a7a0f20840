"""Set a centre up: schema, preset, printers."""

import secrets
from datetime import UTC, datetime, timedelta

import click
from pydantic import TypeAdapter, ValidationError

from hardware.registry import DRIVERS, KIND, PROFILE, PROFILES, open_printer
from server.operations.at_machine import at_machine
from server.operations.shared import CENTRE, PRESETS, claim_database, only_centre, settings_of, with_database
from server.services.paper import printers
from server.services.setup import presets
from server.services.setup.rules import Slug
from server.storage import schema
from server.storage.database import Database
from server.storage.transaction import Transaction

RULES_BEFORE = timedelta(days=366)
"""How long before the day of its installation the first rules of a centre hold: its clock may be set right after it."""


@click.command()
@click.option("--back-to", "revision", help="An earlier schema, that the release before may serve the database again.")
def migrate(revision: str | None) -> None:
    """Bring the database to the newest schema."""
    if revision is not None:
        schema.revert(settings_of().database, revision)
        click.echo(f"The database has the schema {revision} again.")
        return
    schema.migrate(settings_of().database)
    click.echo("The database has the newest schema.")


def _addressable(_context: click.Context, _option: click.Parameter, code: str | None) -> str | None:
    """Return the code of a centre when it can stand in an address; raises BadParameter."""
    try:
        return code and TypeAdapter(Slug).validate_python(code)
    except ValidationError:
        raise click.BadParameter(f"{code!r} is not 1 to 32 letters, digits and hyphens") from None


@click.command()
@click.option("--preset", type=PRESETS, default="M", help="What kind of centre.")
@click.option("--code", callback=_addressable, help="Code of the centre; default: that of the preset.")
@click.option("--name", help="Full name of the centre.")
def init(preset: str, code: str | None, name: str | None) -> None:
    """Set up a real centre from a preset."""
    schema.migrate(settings_of().database)
    shape = presets.load_preset(preset)
    own_name = shape.centre.name if name is None else dict.fromkeys(shape.centre.name, name)
    centre = shape.centre.model_copy(update={"code": code or shape.centre.code, "name": own_name})
    shape = shape.model_copy(update={"centre": centre})
    begins = datetime.now(UTC).date() - RULES_BEFORE

    def install(tx: Transaction) -> int:
        return presets.install_centre(tx, shape, begins, secrets.token_hex(4), at_machine(), demo=False)

    with_database(lambda db: db.write(None, install))
    claim_database()
    click.echo(f"{next(iter(own_name.values()))} ({shape.centre.code}) is set up. Next: baari key create, baari serve.")


@click.group()
def printer() -> None:
    """Receipt printers."""


@printer.command("set")
@click.option("--device", required=True, help="The printer: printer-k1.")
@click.option("--kind", type=click.Choice(sorted(DRIVERS)), default=KIND, help="How it is reached.")
@click.option("--profile", type=click.Choice(sorted(PROFILES)), default=PROFILE, help="Its model.")
@click.option("--host", help="Where a printer of the network listens.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to print to; 9100 on most.")
@click.option("--set", "more", type=(str, str), multiple=True, help="Another setting: --set folder /srv/slips.")
@CENTRE
def set_printer(
    device: str, centre: str | None, more: tuple[tuple[str, str], ...], **options: str | int | None
) -> None:
    """Write how a printer is reached, and look at it."""
    settings = {name: value for name, value in {**options, **dict(more)}.items() if value is not None}
    driver = open_printer(settings)

    def run(db: Database) -> bool:
        return db.write(only_centre(db, centre).id, lambda tx: printers.set_printer(tx, device, settings, at_machine()))

    if not with_database(run):
        raise LookupError(f"there is no printer {device!r}")
    place = ", ".join(f"{name} {value}" for name, value in sorted(settings.items()))
    click.echo(f"{device} is set ({place}), and is {driver.look().value.replace('_', ' ')}.")
