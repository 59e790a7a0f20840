"""How many will be called before somebody who waits: one meaning for the slip, the phone and the outlook.

It is the number of calls that would be made before theirs by the counters that may take them, if all counters of the
stage called in turn as they come free, by the rule in force. Where nobody calls, and far back in a long line, it is
the order of age among those who go to the same counters, the protected classes before all others.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace

from server.domain.calling.lane import Lane, Place, Waiting
from server.domain.calling.playing import Caller, Line
from server.domain.calling.profile import Profile
from server.domain.calling.wait import Turn, turns_min

MOST_CALLS = 100
"""So many calls are played forward for a new token; further back the order of age says enough."""


@dataclass(frozen=True, slots=True)
class LaneCount:
    """How many of a lane wait at a stage, and how many of them are older than somebody."""

    lane: Lane
    waiting: int
    older: int


class Hall:
    """The counters of a stage that call, or will; `profiles` are those of all counters, closed ones too."""

    def __init__(self, callers: Sequence[Caller], profiles: Iterable[Profile], service_min: float) -> None:
        self.callers, self.service_min = callers, service_min
        self.profiles = tuple(profiles) or (Profile(""),)
        self._taking: dict[Lane, tuple[int, ...]] = {}
        # By identity: hundreds of counters share one profile, and to compare them costs more than to ask one.
        places: dict[int, list[int]] = {}
        self.kinds: list[Profile] = []
        for place, (profile, _, _) in enumerate(callers):
            mine = places.get(id(profile))
            if mine is None:
                places[id(profile)] = [place]
                self.kinds.append(profile)
            else:
                mine.append(place)
        self._places = list(zip(self.kinds, places.values(), strict=True))

    def taking(self, lane: Lane) -> tuple[int, ...]:
        """Return the places of the callers that may take a lane."""
        known = self._taking.get(lane)
        if known is None:
            mine = [places for profile, places in self._places if profile.takes(lane)]
            known = self._taking[lane] = tuple(place for places in mine for place in places)
        return known

    def compete(self, lane: Lane, other: Lane) -> bool:
        """Whether a counter that calls may take both lanes; where none may, whether both wait for the same one."""
        taking, others = self.taking(lane), self.taking(other)
        if taking or others:
            return not set(taking).isdisjoint(others)
        if lane.only or other.only:
            return lane.only == other.only
        return any(profile.takes(lane) and profile.takes(other) for profile in self.profiles)

    def by_age(self, lane: Lane, counts: Iterable[LaneCount], protected: frozenset[str]) -> Turn:
        """Return the turn of somebody by the order of age."""
        ahead = sum(_ahead_in(lane, count, protected) for count in counts if self.compete(lane, count.lane))
        taking = self.taking(lane)
        return Turn(ahead, turns_min(ahead, [self.callers[n].free_min for n in taking], self.service_min), len(taking))


def play(line: Line, hall: Hall, most: int) -> Mapping[int, Turn]:
    """Return the turns of those in line, by step: of the first `most` calls of counters that may take them."""
    turns: dict[int, Turn] = {}
    calls = [0] * len(hall.callers)
    for waiting, place, minute in _calls(line, hall, most):
        taking = hall.taking(waiting.lane)
        turns[waiting.step] = Turn(sum(calls[n] for n in taking), minute, len(taking))
        calls[place] += 1
    return turns


def turn_in(line: Line, hall: Hall, mine: Waiting, most: int) -> Turn | None:
    """Return the turn of one of those in line; None where it is not among the first `most` calls."""
    taking, ahead = set(hall.taking(mine.lane)), 0
    for waiting, place, minute in _calls(line, hall, most):
        if waiting.step == mine.step:
            return Turn(ahead, minute, len(taking))
        ahead += place in taking
    return None


def _calls(line: Line, hall: Hall, most: int) -> Iterator[tuple[Waiting, int, float]]:
    """Call one after the other, `most` at most: who, by which counter (its place), in how many minutes."""
    free = [(caller.free_min, place) for place, caller in enumerate(hall.callers)]
    heapify(free)
    while free and most > 0:
        minute, place = free[0]
        called = line.call(hall.callers[place].profile, minute)
        if called is None:
            heappop(free)
            continue
        yield called, place, minute
        most -= 1
        heapreplace(free, (minute + hall.service_min, place))


def _ahead_in(lane: Lane, count: LaneCount, protected: frozenset[str]) -> int:
    first, other_first = lane.klass in protected, count.lane.klass in protected
    if first == other_first:
        return count.older
    return count.waiting if other_first else 0


class Queue:
    """Those who wait at a stage by lane, each by age, so that each can be told how many are older."""

    def __init__(self, waiting: Iterable[Waiting]) -> None:
        self._places: dict[Lane, list[Place]] = defaultdict(list)
        for place, lane in sorted((w.place, w.lane) for w in waiting):
            # In the order of age, so that how many are older is a bisection: a stage of 200 is asked for each of them.
            self._places[lane].append(place)

    def older(self, waiting: Waiting) -> int:
        """Return how many have waited longer than somebody, whatever their class."""
        return sum(count.older for count in self.counts(waiting))

    def counts(self, waiting: Waiting) -> list[LaneCount]:
        """Return how many wait in each lane, and how many of them are older than somebody."""
        return [LaneCount(lane, len(own), bisect_left(own, waiting.place)) for lane, own in self._places.items()]
