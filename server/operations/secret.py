"""The secret of the installation: the keys derived from it, the next of them, and the end of an older one."""

import click

from server.clock import SystemClock
from server.operations.shared import our_secret, settings_of, with_database
from server.services.setup import secret as secrets
from server.storage.database import Database


@click.group()
def secret() -> None:
    """Keys derived from the secret of the installation."""


@secret.command("list")
def list_numbers() -> None:
    """Print the numbers of the keys, since when each is used, and whether it was ended."""
    for each in with_database(lambda db: db.read(secrets.numbers_of)):
        ended = f", ended {each.ended_at:%Y-%m-%d %H:%M}" if each.ended_at else ""
        click.echo(f"key {each.number}: since {each.begun_at:%Y-%m-%d %H:%M} UTC{ended}, secret {each.fingerprint[:8]}")


@secret.command()
@click.option("--end", "ended", type=click.IntRange(min=0), help="Refuse slips, cookies and leases of this number.")
def rotate(ended: int | None) -> None:
    """Sign with the next key from now on; or end an older one, which everybody may still show until then."""

    def run(db: Database) -> str:
        ours, now = our_secret(db), SystemClock().now()
        if ended is None:
            number = db.write(None, lambda tx: secrets.rotate(tx, ours, now))
            return (
                f"Key {number} is in force. Older ones are still read until “baari secret rotate --end {number - 1}”."
            )
        count = db.write(None, lambda tx: secrets.end(tx, ended, now))
        sessions = f"{count} session{'' if count == 1 else 's'}"
        return f"Key {ended} has ended with {sessions}. References and seals of it stay readable."

    click.echo(with_database(run))


@secret.command()
@click.option("--yes", is_flag=True, help="Go on without asking once more.")
def accept(yes: bool) -> None:
    """Go on with the secret at hand because the one of before is lost for good."""
    ours, now = settings_of().secret(), SystemClock().now()
    with_database(lambda db: db.read(lambda read: secrets.require_other(read, ours)))
    lost = "Bookings will have to be imported again, and older seals cannot be checked. Go on?"
    if not yes:
        click.confirm(lost, abort=True)
    number = with_database(lambda db: db.write(None, lambda tx: secrets.accept(tx, ours, now)))
    click.echo(f"Key {number} is in force, of the secret at hand. Next: import the bookings again, start the servers.")
