"""Set a centre up: schema, preset, keys, printers, people."""

import secrets
from datetime import UTC, datetime

import click
from pydantic import TypeAdapter, ValidationError

from hardware.registry import DRIVERS, KIND, PROFILE, PROFILES, open_printer
from server.clock import SystemClock
from server.domain.actors import CLI
from server.domain.permissions import PEOPLE, Role, reaches_all
from server.operations.shared import CENTRE, PRESETS, claim_database, only_centre, settings_of, with_database
from server.services.paper import printers
from server.services.people import keys, passwords, sign_in
from server.services.setup import presets
from server.services.setup.rules import Slug
from server.storage import schema
from server.storage.database import Database
from server.storage.transaction import Transaction


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
    today = datetime.now(UTC).date()

    def install(tx: Transaction) -> int:
        return presets.install_centre(tx, shape, today, secrets.token_hex(4), demo=False)

    with_database(lambda db: db.write(None, install))
    claim_database()
    click.echo(f"{next(iter(own_name.values()))} ({shape.centre.code}) is set up. Next: baari key create, baari serve.")


@click.group()
def key() -> None:
    """Bearer keys of devices and integrations."""


@key.command("create")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", required=True, help="Whose key it is.")
@click.option("--counter", help="The only counter it may act for.")
@click.option("--device", help="The kiosk or board it belongs to.")
@click.option(
    "--all-centres",
    is_flag=True,
    help="It may act in every centre; --centre is where it is listed and revoked.",
)
@CENTRE
def create(
    role: str, name: str, counter: str | None, device: str | None, *, all_centres: bool, centre: str | None
) -> None:
    """Make a key and print it once."""
    if all_centres and not reaches_all(Role(role)):
        raise click.UsageError(f"a key of the role {role} acts in its own centre only")
    if all_centres and (counter or device):
        raise click.UsageError("a key of all centres cannot be bound to a counter or a device")

    def make(tx: Transaction) -> str:
        now = SystemClock().now()
        if all_centres:
            return keys.create_key_of_all(tx, Role(role), name, now)
        return keys.create_key(tx, Role(role), name, now, counter=counter, device=device)

    click.echo(with_database(lambda db: db.write(only_centre(db, centre).id, make)))


@key.command("revoke")
@click.option("--name", required=True, help="Whose key it is, as it was created.")
@CENTRE
def revoke(name: str, centre: str | None) -> None:
    """Revoke the keys of a name: they open nothing any more, and their screens are cut off."""

    def run(db: Database) -> int:
        state, now = only_centre(db, centre), SystemClock().now()
        return db.write(state.id, lambda tx: keys.revoke_key(tx, name, now))

    count = with_database(run)
    if not count:
        raise LookupError(f"there is no key of the name {name!r}")
    click.echo(f"{count} key{'s' if count > 1 else ''} of the name {name!r} revoked.")


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
        return db.write(only_centre(db, centre).id, lambda tx: printers.set_printer(tx, device, settings, CLI))

    if not with_database(run):
        raise LookupError(f"there is no printer {device!r}")
    place = ", ".join(f"{name} {value}" for name, value in sorted(settings.items()))
    click.echo(f"{device} is set ({place}), and is {driver.look().value.replace('_', ' ')}.")


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.option("--user", "name", required=True)
@click.option("--role", type=click.Choice([role.value for role in PEOPLE]), required=True)
@CENTRE
@click.password_option()
def add(name: str, role: str, centre: str | None, password: str) -> None:
    """Add a person; the password is asked for."""

    def run(db: Database) -> None:
        state, now, kept = only_centre(db, centre), SystemClock().now(), passwords.hashed(password)
        db.write(state.id, lambda tx: sign_in.add_staff(tx, name, Role(role), kept, now))

    with_database(run)
    click.echo(f"{name} can sign in.")
