"""How many will be called before somebody who waits: one meaning for the slip, the phone and the outlook.

It is the order of age at the stage, the protected classes before all others. It does not ask the rule yet.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.calling.lane import Place, Waiting


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many of a class wait at a stage, and how many of them are older than somebody."""

    klass: str
    waiting: int
    older: int


def ahead_of(klass: str, counts: Iterable[ClassCount], protected: frozenset[str]) -> int:
    """Return how many go before somebody of a class: the older of their rank, and all of a higher one."""
    first = klass in protected
    return sum(_ahead_in(count, first, count.klass in protected) for count in counts)


def _ahead_in(count: ClassCount, first: bool, other_first: bool) -> int:
    if first == other_first:
        return count.older
    return count.waiting if other_first else 0


class Queue:
    """Those who wait at a stage by class, each class by age, so that each can be told how many go before them."""

    def __init__(self, waiting: Iterable[Waiting], protected: frozenset[str]) -> None:
        self._protected = protected
        self._places: dict[str, list[Place]] = defaultdict(list)
        for place, klass in sorted((w.place, w.lane.klass) for w in waiting):
            # In the order of age, so that how many are older is a bisection: a stage of 200 is asked for each of them.
            self._places[klass].append(place)

    def __len__(self) -> int:
        return sum(map(len, self._places.values()))

    def ahead(self, waiting: Waiting) -> int:
        """Return how many go before somebody, who is in the queue or could be."""
        return ahead_of(waiting.lane.klass, self._counts(waiting.place), self._protected)

    def older(self, waiting: Waiting) -> int:
        """Return how many have waited longer than somebody, whatever their class."""
        return sum(count.older for count in self._counts(waiting.place))

    def _counts(self, place: Place) -> list[ClassCount]:
        return [ClassCount(klass, len(own), bisect_left(own, place)) for klass, own in self._places.items()]
