"""What the routes of one server work with, handed in by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from flask import current_app

from server.clock import Clock
from server.config import Settings
from server.domain.derived import DerivedKeys
from server.domain.ids import RandomBytes
from server.services.views.day_report import DayReports
from server.storage.database import Database
from server.storage.transaction import Read
from server.web.derived import Keyring
from server.web.limits import Limits
from server.web.presence import Presence
from server.web.reads import Reads
from server.web.trial import WriteTrial
from server.web.views import Views

EXTENSION = "baari"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Site:
    """What a request is answered from; `real` is the clock of the house, those of the centres are the database's.

    `connected` tells the screens of a centre that this process serves now, as they are typed: `kiosk:K1`.
    """

    db: Database
    reads: Reads
    views: Views
    presence: Presence
    settings: Settings
    real: Clock
    random_bytes: RandomBytes
    live: Callable[[], bool]
    reports: DayReports
    keyring: Keyring
    connected: Callable[[str], list[str]]
    limits: Limits
    trial: WriteTrial

    def derived_keys(self) -> DerivedKeys:
        """Return the keys derived from the secret of the installation; raises Unavailable."""
        return self.keyring.keys()


def site() -> Site:
    """Return the site of the present request."""
    return cast(Site, current_app.extensions[EXTENSION])


def read(fn: Callable[[Read], T]) -> T:
    """Read one snapshot of the site's database, in turn with other screens."""
    return site().reads.read(fn)


def look(fn: Callable[[Read], T]) -> T:
    """Read by one `Statement` from the site's database, in turn with other screens."""
    return site().reads.look(fn)
