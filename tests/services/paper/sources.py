"""What the slips of these tests are composed from."""

from datetime import datetime

from server.services.floor.forecasts import foretold
from server.services.paper.slips import Sources
from tests.factories import Floor


def sources(floor: Floor, url: str, key: bytes = b"our secret", now: datetime | None = None) -> Sources:
    """Return the sources of a floor, at the moment of its last command or at another."""
    return Sources(url, lambda: key, foretold, lambda _centre: now or floor.now())
