"""The order in which rule v1 would call a line, in one pass, and the moment until which time alone leaves it so.

Asking `choose_next` again and again gives the same order, but sorts the whole line for each place. Here it is sorted
once by rank and once by place; what the quota, emergencies and languages look for are the first who are left of some
piles.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from server.domain.calling.lane import Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule, Reason
from server.domain.calling.v1 import fixed_rank, kind_of, rank, standing_reason, within_patience
from server.domain.freezes import Moment, active_time

MICROSECOND, MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class CallOrder:
    """Who would be called next and after them, how many more there are, and why the first is the first.

    `until` is the first moment at which the order may be another although nothing happens; None when time does not
    change it.
    """

    first: tuple[Waiting, ...]
    more: int
    reason: Reason | None
    until: datetime | None


def order_of(
    waiting: Iterable[Waiting], rule: CallingRule, profile: Profile, passes: int, moment: Moment, *, most: int
) -> CallOrder:
    """Return in which order the rule would call `waiting` to a counter with `profile` now, the first `most` of them.

    `passes` counts the calls of the group since the last that took the longest wait.
    """
    line = sorted((w for w in waiting if profile.takes(w.lane)), key=lambda w: w.place)
    if not line:
        return CallOrder((), 0, None, None)
    left = _Left(line, rule, profile, moment)
    next_one, due = left.choice(passes)
    reason = standing_reason(next_one, line, rule, profile, due)
    first = tuple(left.take(passes, most))
    return CallOrder(first, len(line) - len(first), reason, left.until())


class _Pile:
    """Some of the line in an order of their own; gives the first who is left."""

    def __init__(self, people: Sequence[Waiting]) -> None:
        self.people, self.at = people, 0

    def first(self, gone: set[int]) -> Waiting | None:
        """Return the first who has not gone, None when all have."""
        while self.at < len(self.people) and self.people[self.at].step in gone:
            self.at += 1
        return self.people[self.at] if self.at < len(self.people) else None


class _Left:
    """Those who are left of a line while it is called in its order."""

    def __init__(self, line: Sequence[Waiting], rule: CallingRule, profile: Profile, moment: Moment) -> None:
        self._rule, self._profile, self._moment, self._stands = rule, profile, moment, moment.stands
        self._gone: set[int] = set()
        self._by_place = _Pile(line)
        self._by_rank = _Pile(sorted(line, key=lambda w: rank(w, rule, profile, moment.age)))
        self._urgent = _Pile([w for w in line if w.lane.emergency])
        self._spoken = {kind: _Pile(people) for kind, people in _spoken_by_kind(line, profile).items()}

    def take(self, passes: int, most: int) -> Iterator[Waiting]:
        """Call one after the other, `most` at most; after each the passes are counted on."""
        while len(self._gone) < most and (oldest := self._by_place.first(self._gone)) is not None:
            chosen, _ = self.choice(passes)
            passes = 0 if chosen is oldest else passes + 1
            self._gone.add(chosen.step)
            yield chosen

    def choice(self, passes: int) -> tuple[Waiting, bool]:
        """Return whom the rule chooses of those who are left, and whether only the quota made it this one."""
        by_rule = self._by_language(_present(self._by_rank.first(self._gone)))
        if not 0 < self._rule.quota <= passes + 1:
            return by_rule, False
        due = self._urgent.first(self._gone) or _present(self._by_place.first(self._gone))
        return due, due is not by_rule

    def until(self) -> datetime | None:
        """Return when time alone may change what was taken, None for never.

        What was looked at are the first by rank, up to one. Each of them stands fast until the one behind has the same
        rank; who is further behind has to pass the last of them first, the first of each class before its others.
        Between two bounds of a freeze every rank is a line in time, so the moment is exact (a fraction of a millisecond
        is rounded up: clocks tell whole ones).
        """
        people, at = self._by_rank.people, min(self._by_rank.at, len(self._by_rank.people) - 1)
        pairs = [*pairwise(people[: at + 1]), *((people[at], first) for first in self._first_of_each(people[at + 1 :]))]
        changes = [change for pair in pairs if (change := self._passing(*pair)) is not None]
        turns = [] if self._moment.turns is None else [self._moment.turns]
        begins = [w.since for w in people if self._stands and w.since > self._moment.now]
        return min((*changes, *turns, *begins), default=None)

    def _first_of_each(self, people: Iterable[Waiting]) -> Iterable[Waiting]:
        """Return the first of those whose ages grow alike and who have one target and one fixed part of the rank."""
        first: dict[tuple[str, bool, bool, bool], Waiting] = {}
        for waiting in people:
            lane = waiting.lane
            first.setdefault((lane.klass, lane.emergency, lane.only == "", self._still(waiting)), waiting)
        return first.values()

    def _still(self, waiting: Waiting) -> bool:
        """Whether the age of somebody does not grow now."""
        return self._stands and waiting.since <= self._moment.now

    def _by_language(self, chosen: Waiting) -> Waiting:
        """Return the first of the same kind whose language the counter speaks, if it is hardly younger."""
        pile = self._spoken.get(kind_of(chosen.lane))
        if pile is None or chosen.lane.language in self._profile.languages:
            return chosen
        spoken = pile.first(self._gone)
        return chosen if spoken is None or not within_patience(spoken, chosen, self._rule) else spoken

    def _passing(self, ahead: Waiting, behind: Waiting) -> datetime | None:
        """Return when `behind` will have the rank of `ahead`, None when time does not bring that."""
        fixed = [fixed_rank(waiting.lane, self._rule, self._profile) for waiting in (ahead, behind)]
        if self._rule.name == "fifo" or fixed[0] != fixed[1]:
            return None
        (age, pace, target), (behind_age, behind_pace, behind_target) = map(self._clock_of, (ahead, behind))
        gains = behind_pace * target - pace * behind_target
        if gains <= 0:
            return None
        lead = age * behind_target - behind_age * target
        return self._moment.now + -(-lead // (gains * 1000)) * MILLISECOND

    def _clock_of(self, waiting: Waiting) -> tuple[int, int, int]:
        """Return the age and the target in microseconds, and how fast the age grows: 0 while it stands."""
        age = active_time(waiting.since, self._moment.now, self._moment.freezes) // MICROSECOND
        return age, int(not self._still(waiting)), round(self._rule.target_s(waiting.lane.klass) * 1_000_000)


def _spoken_by_kind(line: Iterable[Waiting], profile: Profile) -> dict[tuple[str, bool, str], list[Waiting]]:
    """Return those whose language the counter speaks, by what they must share with another to go before them."""
    spoken: dict[tuple[str, bool, str], list[Waiting]] = defaultdict(list)
    for waiting in line:
        if waiting.lane.language in profile.languages:
            spoken[kind_of(waiting.lane)].append(waiting)
    return spoken


def _present(waiting: Waiting | None) -> Waiting:
    assert waiting is not None  # noqa: S101 - nobody asks for the first of a line in which nobody is left
    return waiting
