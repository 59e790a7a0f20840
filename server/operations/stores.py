"""The backups in the store of the settings: what is there, and bring one here."""

from pathlib import Path

import click

from server.config import Settings
from server.domain.stores import store_place
from server.operations.backups import first_line
from server.operations.shared import settings_of
from server.services.backups.store import Account, Store, backups_of, fetch
from server.services.person_data.erasures import LIST

LAST = "last"
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def store_of(settings: Settings) -> Store | None:
    """Return the store of the settings, None where none is set; raises OSError for a secret that cannot be read."""
    if not settings.backup_store:
        return None
    file = settings.backup_store_secret_file
    secret = settings.backup_store_secret if file is None else first_line(file, "secret")
    account = Account(settings.backup_store_key, secret, settings.backup_store_region)
    return Store(store_place(settings.backup_store), account)


def _ours() -> Store:
    store = store_of(settings_of())
    if store is None:
        raise ValueError("BAARI_BACKUP_STORE names no store")
    return store


@click.command()
def stored() -> None:
    """List the backups in BAARI_BACKUP_STORE, the last first."""
    there = backups_of(_ours())
    for made in sorted(there, reverse=True):
        name, size = there[made]
        click.echo(f"{made:%Y-%m-%d %H:%M} UTC  {size / 1_000_000:9.1f} MB  {name}")
    if not there:
        click.echo("No backup is there yet.")


@click.command("fetch")
@click.argument("name")
@click.argument("folder", type=FOLDER, default=".")
def bring(name: str, folder: Path) -> None:
    """Bring a backup from BAARI_BACKUP_STORE into a folder, with what was erased since: its name, or `last`."""
    store = _ours()
    if name == LAST:
        there = backups_of(store)
        if not there:
            raise LookupError("no backup is in the store")
        name = there[max(there)][0]
    click.echo(f"{fetch(store, name, folder, [LIST])}: go on with “baari restore”.")
