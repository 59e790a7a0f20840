"""A line played forward: whom the rule would call when, if the counters call in turn as they come free."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

from server.domain.calling.lane import Age, Lane, Place, Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.calling.v1 import fixed_rank
from server.domain.calling.versions import DECIDERS, RULE


class Caller(NamedTuple):
    """A counter that will call: what it may take, in how many minutes it can, and when it opens (None: it is open)."""

    profile: Profile
    free_min: float
    opens_at: datetime | None = None


Pile = tuple[object, ...]
"""What the lanes have in common that no counter of a stage and no rule tells apart."""


class Line:
    """Those who wait at a stage, and whom the rule calls of them; only the first of each pile is looked at.

    `passes` are those of each group of counters, and are counted on. `age` is that of now: later every age is greater
    by the time that has passed.
    """

    def __init__(self, rule: CallingRule, profiles: Iterable[Profile], passes: Mapping[str, int], age: Age) -> None:
        self._rule, self._passes, self._age = rule, dict(passes), age
        self._kinds = tuple({profile.for_anybody() for profile in profiles})
        self._speaks = any(profile.languages for profile in self._kinds)
        self._piles: dict[Pile, list[tuple[Place, Waiting]]] = {}
        self._pile_of: dict[Lane, list[tuple[Place, Waiting]]] = {}
        self._ages: dict[datetime, float] = {}

    def join(self, waiting: Waiting) -> None:
        """Let somebody wait."""
        pile = self._pile_of.get(waiting.lane)
        if pile is None:
            pile = self._pile_of[waiting.lane] = self._piles.setdefault(self._kind(waiting.lane), [])
        heappush(pile, (waiting.place, waiting))

    @property
    def in_order_of_age(self) -> bool:
        """Whether the rule calls everybody in the order of age, whichever counter calls."""
        return len(self._piles) < 2

    def call(self, profile: Profile, minute: float) -> Waiting | None:
        """Return whom a counter calls in so many minutes, who waits no longer; None when it may take nobody."""
        heads = [pile[0][1] for pile in self._piles.values() if pile]
        group = profile.group
        decision = DECIDERS[RULE](heads, self._rule, profile, self._passes.get(group, 0), self._aged(minute))
        if decision is None:
            return None
        self._passes[group] = decision.passes
        heappop(self._pile_of[decision.waiting.lane])
        return decision.waiting

    def _aged(self, minute: float) -> Age:
        ages, later = self._ages, minute * 60

        def age(since: datetime) -> float:
            known = ages.get(since)
            if known is None:
                known = ages[since] = self._age(since)
            return known + later

        return age

    def _kind(self, lane: Lane) -> Pile:
        """Return what must be alike so that two lanes are called as one, the older first."""
        ranks = tuple((profile.takes(lane), fixed_rank(lane, self._rule, profile)) for profile in self._kinds)
        spoken = (lane.klass, lane.language) if self._speaks else ()
        return ranks, self._rule.target_s(lane.klass), lane.emergency, lane.only, spoken
