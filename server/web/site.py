"""What the routes of one server work with, handed in by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from flask import current_app

from server.clock import Clock
from server.config import Settings
from server.domain.ids import RandomBytes
from server.storage.database import Database
from server.storage.transaction import Read
from server.web.presence import Presence

EXTENSION = "baari"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Site:
    """The database, who is there, the settings, clocks of centre and machine, randomness, the live part's health."""

    db: Database
    presence: Presence
    settings: Settings
    clock: Clock
    real: Clock
    random_bytes: RandomBytes
    live: Callable[[], bool]


def site() -> Site:
    """Return the site of the present request."""
    return cast(Site, current_app.extensions[EXTENSION])


def read(fn: Callable[[Read], T]) -> T:
    """Read one snapshot of the site's database."""
    return site().db.read(fn)
