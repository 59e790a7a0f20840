"""The ways back of a token: who is sent off their way comes back to where they were taken from, errand by errand."""

from collections.abc import Container
from dataclasses import dataclass

from server.domain.errors import TooDeep

DEEPEST = 5


@dataclass(frozen=True, slots=True)
class WayBack:
    """A stage that a token returns to, and perhaps the only counter or officer who may go on with it there."""

    stage: str
    only: str | None = None


Ways = tuple[WayBack, ...]
"""The last is the next that is taken."""


def push(ways: Ways, way: WayBack) -> Ways:
    """Return the ways back with one more; raises TooDeep for a sixth."""
    if len(ways) >= DEEPEST:
        raise TooDeep(f"A token can be sent on {DEEPEST} errands at once, no more.", most=DEEPEST)
    return (*ways, way)


def on_route(ways: Ways, route: Container[str]) -> Ways:
    """Return the ways back whose stages are on a route."""
    return tuple(way for way in ways if way.stage in route)
