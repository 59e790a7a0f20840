"""The secret of the installation: the keys derived from it, the next of them, and the end of an older one."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

import click

from server.clock import SystemClock
from server.domain.plan.series import label
from server.operations.at_machine import at_machine
from server.operations.shared import our_secret, settings_of, with_database
from server.services.numbers import leases
from server.services.setup import secret as secrets
from server.storage.database import Database
from server.storage.sql.centres import all_centres
from server.storage.transaction import Read


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
@click.option("--yes", is_flag=True, help="Go on without asking about paper numbers that are out.")
def rotate(ended: int | None, yes: bool) -> None:
    """Sign with the next key from now on; or end an older one, which everybody may still show until then."""
    click.echo(with_database(_rotate if ended is None else partial(_end, number=ended, yes=yes)))


def _rotate(db: Database) -> str:
    ours, now = our_secret(db), SystemClock().now()
    number = db.write(None, lambda tx: secrets.rotate(tx, ours, now, at_machine()))
    return f"Key {number} is in force. Older ones are still read until “baari secret rotate --end {number - 1}”."


def _end(db: Database, number: int, yes: bool) -> str:
    """End a key; paper numbers that were leased under it are asked about first, for they may be in people's hands."""
    our_secret(db)
    until = db.read(lambda read: secrets.superseded_at(read, number))
    out = db.read(lambda read: list(_outstanding(db, read, until)))
    if out and not yes:
        click.echo(f"Paper numbers leased under key {number} are out: {', '.join(out)}.")
        click.confirm("Enter those that people have first: they will be void. Go on?", abort=True)
    count = db.write(None, lambda tx: secrets.end(tx, number, SystemClock().now(), at_machine()))
    void = partial(leases.void_outstanding, until=until, reason=f"key {number} has ended", by=at_machine())
    blocks = sum(len(db.write(centre.id, void)) for centre in db.read(all_centres))
    return (
        f"Key {number} has ended with {_counted(count, 'session')} and {_counted(blocks, 'block')} of paper numbers. "
        "References and seals of it stay readable."
    )


def _outstanding(db: Database, read: Read, until: datetime) -> Iterator[str]:
    for centre in all_centres(read):
        for block in leases.outstanding(read, centre, until, db.now(centre.id)):
            yield f"{centre.code} {label(block.letter, block.first)}–{label(block.letter, block.last)} ({block.holder})"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


@secret.command()
@click.option("--yes", is_flag=True, help="Go on without asking once more.")
def accept(yes: bool) -> None:
    """Go on with the secret at hand because the one of before is lost for good."""
    ours, now = settings_of().secret(), SystemClock().now()
    with_database(lambda db: db.read(lambda read: secrets.require_other(read, ours)))
    lost = "Bookings will have to be imported again, and older seals cannot be checked. Go on?"
    if not yes:
        click.confirm(lost, abort=True)
    number = with_database(lambda db: db.write(None, lambda tx: secrets.accept(tx, ours, now, at_machine())))
    click.echo(f"Key {number} is in force, of the secret at hand. Next: import the bookings again, start the servers.")
