"""What is wrong with the backups that are made by the clock, and with the tail."""

from datetime import datetime

from server.config import Settings
from server.services.backups.folder import state_of
from server.services.backups.tail_folder import tail_state
from server.web.site import site


def copies_wrong(settings: Settings, now: datetime) -> dict[str, str | None]:
    """Return what is wrong with `backups` and `tail`, as their states name it; None for what is well or not set."""
    backups, tail = settings.backup_dir, settings.tail_dir
    return {
        "backups": None if backups is None else state_of(backups, settings.backup_hours, now).wrong,
        "tail": None if tail is None else tail_state(tail, now).wrong,
    }


def backups_wrong() -> str | None:
    """Return what is wrong with the backups of this server."""
    return copies_wrong(site().settings, site().real.now())["backups"]


def tail_wrong() -> str | None:
    """Return what is wrong with the tail of this server."""
    return copies_wrong(site().settings, site().real.now())["tail"]
