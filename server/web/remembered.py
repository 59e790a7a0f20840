"""Who was there a moment ago is there now: half a second, in which a screen asks more than once."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from server.domain.errors import Refused
from server.services.people.principal import Principal

LIFE_S = 0.5
REMEMBERED_MAX = 4096
HEADERS = ("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_X_CSRF_TOKEN")


class Remembered:
    """Tells who sends a request by the headers that say so; asks `look_up` where that is longer ago."""

    def __init__(self, look_up: Callable[[dict[str, Any]], Principal]) -> None:
        self._look_up = look_up
        self._known: dict[tuple[str, ...], tuple[float, Principal]] = {}

    def principal_of(self, environ: dict[str, Any]) -> Principal | None:
        """Return who sends a request, None when that is nobody."""
        said = tuple(environ.get(name, "") for name in HEADERS)
        until, principal = self._known.get(said, (0.0, None))
        if principal is None or until < monotonic():
            principal = self._ask(environ)
            self._keep(said, principal)
        return principal

    def _ask(self, environ: dict[str, Any]) -> Principal | None:
        try:
            return self._look_up(environ)
        except Refused:
            return None

    def _keep(self, said: tuple[str, ...], principal: Principal | None) -> None:
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        if principal is None:
            self._known.pop(said, None)
        else:
            self._known[said] = monotonic() + LIFE_S, principal
