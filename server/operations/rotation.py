"""Backups in the folder and the store of the settings, when one is due; the server starts this by the clock."""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import click

from server.clock import SystemClock
from server.config import Settings
from server.operations.backups import keep, seal_of, summary
from server.operations.shared import settings_of
from server.operations.stores import store_of
from server.services.backups.folder import (
    FAILED,
    NAME,
    NOT_COPIED,
    Keep,
    backups_in,
    copy_is_due,
    is_due,
    outdated,
    state_of,
)
from server.services.backups.store import copy
from server.services.backups.tail_folder import remove_before, tail_begun_at
from server.services.person_data.erasures import LIST

GENTLY = 10
"""How far the server goes before a backup on the processor."""
WITH_TAIL = 2
"""How many backups, from the last on, the tail goes on from."""
LEFT_FOR = timedelta(days=1)
"""After which what a killed backup left in the folder is removed."""


@click.command()
@click.option("--at-once", is_flag=True, help="Make one whether it is due or not.")
def rotate(at_once: bool) -> None:
    """Make a backup in BAARI_BACKUP_DIR when one is due, copy it into the store, and remove those that are not kept."""
    settings, now = settings_of(), SystemClock().now()
    folder = settings.backup_dir
    if folder is None:
        raise ValueError("BAARI_BACKUP_DIR names no folder")
    state = state_of(folder, settings.backup_hours, now)
    due = at_once or is_due(state, settings.backup_hours, now, tail_begun_at(settings.tail_dir, now))
    if not due and not copy_is_due(state, now):
        click.echo(f"No backup is due: the last is of {state.last:%Y-%m-%d %H:%M} UTC." if state.last else "Not yet.")
        return
    os.nice(GENTLY)
    if due:
        _make(folder / now.strftime(NAME), settings)
    _copy(folder, settings)


def _make(file: Path, settings: Settings) -> None:
    """Make a backup and say what it holds; where it failed, a file tells a person why."""
    folder = file.parent
    try:
        holding = keep(file, seal_of(settings, None, None, asked=False))
    except Exception as error:  # whatever it was, a person has to hear of it
        _tell(folder / FAILED, error)
        raise
    (folder / FAILED).unlink(missing_ok=True)
    removed = _clear_up(folder, settings)
    click.echo("\n".join([*summary(holding, file), f"{removed} older ones were removed."]))


def _copy(folder: Path, settings: Settings) -> None:
    """Copy what the store of the settings lacks; a file tells from the beginning that something is not there yet."""
    told, store = folder / NOT_COPIED, store_of(settings)
    if store is not None:
        told.touch()
        try:
            copied = copy(folder, store, Keep(*settings.backup_keep), [LIST])
        except Exception as error:  # whatever it was, a person has to hear of it
            _tell(told, error)
            raise
        click.echo(f"{copied.sent} were copied into the store, {copied.removed} older ones were removed there.")
    told.unlink(missing_ok=True)


def _tell(file: Path, error: Exception) -> None:
    with suppress(OSError):
        file.write_text(f"{error}\n", "utf-8")


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
