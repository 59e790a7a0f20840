"""Bearer keys of devices and integrations: make, list, revoke, rotate."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import click

from server.clock import SystemClock
from server.domain.instants import to_iso
from server.domain.permissions import Role, reaches_all
from server.operations.approvals import require_approval, told
from server.operations.at_machine import at_machine
from server.operations.shared import CENTRE, only_centre, with_database
from server.services.people import keys
from server.services.people.approvals import ApprovalView
from server.services.people.keys import KeyView
from server.storage.database import Database
from server.storage.transaction import Transaction

T = TypeVar("T")
NAME = click.option("--name", required=True, help="Whose key it is, as it was created.")


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
@click.option("--days", type=click.IntRange(min=1), help="It ends after so many days.")
@CENTRE
def create(
    role: str,
    name: str,
    counter: str | None,
    device: str | None,
    days: int | None,
    *,
    all_centres: bool,
    centre: str | None,
) -> None:
    """Make a key and print it once."""
    if all_centres and not reaches_all(Role(role)):
        raise click.UsageError(f"a key of the role {role} acts in its own centre only")
    if all_centres and (counter or device):
        raise click.UsageError("a key of all centres cannot be bound to a counter or a device")

    def make(tx: Transaction) -> str | ApprovalView:
        what = keys.Order(Role(role), name).approvable
        if what is not None and (waiting := require_approval(tx, what)):
            return waiting
        now = SystemClock().now()
        ends = None if days is None else now + timedelta(days=days)
        if all_centres:
            return keys.create_key_of_all(tx, Role(role), name, now, at_machine(), expires_at=ends)
        return keys.create_key(tx, Role(role), name, now, at_machine(), counter=counter, device=device, expires_at=ends)

    made = with_database(lambda db: db.write(only_centre(db, centre).id, make))
    if isinstance(made, ApprovalView):
        told(made)
    click.echo(made)


@key.command("list")
@CENTRE
def list_keys(centre: str | None) -> None:
    """List the keys in force: for what, of whom, bound to what, and when each was last seen."""

    def run(db: Database) -> tuple[KeyView, ...]:
        state = only_centre(db, centre)
        return db.read(lambda read: keys.keys_of(read, state.id))

    listed = with_database(run)
    click.echo("\n".join(map(_line, listed)) or "There is no key.")


@key.command("revoke")
@NAME
@CENTRE
def revoke(name: str, centre: str | None) -> None:
    """Revoke the keys of a name: they open nothing any more, and their screens are cut off."""
    count = _write(centre, lambda tx, now: keys.revoke_key(tx, name, now, at_machine()))
    if not count:
        raise LookupError(f"there is no key of the name {name!r}")
    click.echo(f"{count} key{'s' if count > 1 else ''} of the name {name!r} revoked.")


@key.command("rotate")
@NAME
@CENTRE
def rotate(name: str, centre: str | None) -> None:
    """Give a key another secret and print it once; the one before opens nothing any more."""
    secret = keys.new_secret()

    def run(tx: Transaction, now: datetime) -> None:
        named = [key for key in keys.keys_of(tx.conn, tx.centre.id) if key.name == name]
        if len(named) != 1:
            raise LookupError(f"there are {len(named)} keys of the name {name!r}, and one is rotated at a time")
        keys.rotate(tx, named[0].id, secret, now, at_machine())

    _write(centre, run)
    click.echo(secret)


def _write(centre: str | None, fn: Callable[[Transaction, datetime], T]) -> T:
    def run(db: Database) -> T:
        now = SystemClock().now()
        return db.write(only_centre(db, centre).id, lambda tx: fn(tx, now))

    return with_database(run)


def _line(key: KeyView) -> str:
    bound = "all centres" if key.all_centres else key.device or key.counter or "–"
    seen = "never seen" if key.seen_at is None else f"seen {to_iso(key.seen_at)}"
    ends = "" if key.expires_at is None else f"  ends {to_iso(key.expires_at)}"
    return f"{key.role.value:<12}{key.name:<28}{bound:<14}{seen}{ends}"
