"""Which route answers an address: found once, and remembered for those who ask the same again.

Werkzeug compares an address piece by piece with all routes, which takes a twentieth of the time of an issue; a
counter asks at the same few addresses all day.
"""

from collections.abc import Iterable, MutableMapping
from typing import Any

from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.routing.matcher import StateMachineMatcher

KEPT = 4096
Asked = tuple[str, str, str, bool]
"""The domain, the path, the method, and whether a websocket is asked for: nothing else decides about a route."""


class Remembering(StateMachineMatcher):
    """Finds routes as Werkzeug does, and remembers those that were found, not what is none: that has no end."""

    def __init__(self, merge_slashes: bool) -> None:
        super().__init__(merge_slashes)
        self._routes: dict[Asked, tuple[Rule, MutableMapping[str, Any]]] = {}  # as Werkzeug has it

    def match(
        self, domain: str, path: str, method: str, websocket: bool
    ) -> tuple[Rule, MutableMapping[str, Any]]:  # as Werkzeug has it
        """Return the route and what the address names; raises what Werkzeug raises for an address of none."""
        asked = domain, path, method, websocket
        route = self._routes.get(asked)
        if route is None:
            if len(self._routes) >= KEPT:  # strangers may ask for many: the few of every day are found again
                self._routes.clear()
            route = self._routes[asked] = super().match(*asked)
        return route[0], dict(route[1])

    def add(self, rule: Rule) -> None:
        """Take one more route, which may be meant by what was asked before."""
        self._routes.clear()
        super().add(rule)


class Routes(Map):
    """The routes of an app."""

    def __init__(self, rules: Iterable[RuleFactory] | None = None, **options: Any) -> None:  # as Werkzeug has it
        super().__init__(**options)
        self._matcher = Remembering(self.merge_slashes)
        for rule in rules or ():
            self.add(rule)
