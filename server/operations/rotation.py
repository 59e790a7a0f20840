"""Backups in the folder of the settings, one when it is due; the server starts this by the clock."""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import click

from server.clock import SystemClock
from server.config import Settings
from server.operations.backups import keep, seal_of, summary
from server.operations.shared import settings_of
from server.services.backups.folder import FAILED, NAME, Keep, backups_in, is_due, outdated, state_of
from server.services.backups.tail_folder import remove_before, tail_begun_at

GENTLY = 10
"""How far the server goes before a backup on the processor."""
WITH_TAIL = 2
"""How many backups, from the last on, the tail goes on from."""
LEFT_FOR = timedelta(days=1)
"""After which what a killed backup left in the folder is removed."""


@click.command()
@click.option("--at-once", is_flag=True, help="Make one whether it is due or not.")
def rotate(at_once: bool) -> None:
    """Make a backup in BAARI_BACKUP_DIR when one is due, and remove those that are not kept."""
    settings, now = settings_of(), SystemClock().now()
    folder = settings.backup_dir
    if folder is None:
        raise ValueError("BAARI_BACKUP_DIR names no folder")
    state = state_of(folder, settings.backup_hours, now)
    begun_at = tail_begun_at(settings.tail_dir, now)
    if not at_once and not is_due(state, settings.backup_hours, now, begun_at):
        click.echo(f"No backup is due: the last is of {state.last:%Y-%m-%d %H:%M} UTC." if state.last else "Not yet.")
        return
    os.nice(GENTLY)
    file = folder / now.strftime(NAME)
    try:
        holding = keep(file, seal_of(settings, None, None, asked=False))
    except Exception as error:  # whatever it was, a person has to hear of it
        with suppress(OSError):
            (folder / FAILED).write_text(f"{error}\n", "utf-8")
        raise
    (folder / FAILED).unlink(missing_ok=True)
    removed = _clear_up(folder, settings)
    click.echo("\n".join([*summary(holding, file), f"{removed} older ones were removed."]))


def _clear_up(folder: Path, settings: Settings) -> int:
    """Remove the backups that are not kept, and what killed ones have left; returns how many backups.

    The tail is kept as far back as one of the last two backups goes.
    """
    there = backups_in(folder)
    if settings.tail_dir is not None and len(there) >= WITH_TAIL:
        remove_before(settings.tail_dir, sorted(there)[-WITH_TAIL])
    old = outdated(there, Keep(*settings.backup_keep))
    for made in old:
        there[made].unlink(missing_ok=True)
    before = SystemClock().now().timestamp() - LEFT_FOR.total_seconds()
    for left in folder.glob(".baari-*.partial"):
        if left.stat().st_mtime < before:
            left.unlink(missing_ok=True)
    return len(old)
