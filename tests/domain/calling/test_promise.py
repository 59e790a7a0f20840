"""What a citizen is promised when somebody was called first: the worst case of the rule, and never more."""

from datetime import timedelta
from itertools import count

import pytest

from server.domain.calling.bound import overtakings_left
from server.domain.calling.lane import Lane, Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.calling.v1 import choose_next
from server.domain.freezes import Moment
from tests.factories import MORNING


def waiting(step: int, klass: str = "N") -> Waiting:
    return Waiting(step, f"t{step}", f"{klass}{step}", Lane(klass, "NORMAL", "hi"), MORNING + timedelta(seconds=step))


def overtakings(rule: CallingRule, older: int) -> int:
    """Return how often the last of `older` + 1 is passed over while somebody with priority always waits."""
    line = [waiting(step) for step in range(older + 1)]
    me, passes, passed = line[-1], 0, 0
    for step in count(older + 1):
        line.append(waiting(step, "F"))
        age = Moment(MORNING + timedelta(hours=1)).age
        choice = choose_next(line, rule, Profile("A1"), passes, age)
        assert choice is not None
        if choice.waiting is me:
            return passed
        line.remove(choice.waiting)
        passes = choice.passes
        passed += choice.waiting.place > me.place
    raise AssertionError("never called")


@pytest.mark.parametrize("quota", [1, 2, 3, 5])
@pytest.mark.parametrize("older", [0, 1, 7])
def test_the_limit_is_what_happens_when_priority_never_ends(quota: int, older: int) -> None:
    rule = CallingRule(protected=frozenset({"F"}), quota=quota)
    assert overtakings(rule, older) == overtakings_left(quota, older)


def test_each_group_of_desks_keeps_its_own_quota() -> None:
    assert overtakings_left(3, 7) == 16
    assert overtakings_left(3, 7, groups=2) == 32


def test_without_a_quota_or_a_desk_there_is_no_promise() -> None:
    assert overtakings_left(0, 7) is None
    assert overtakings_left(3, 7, groups=0) is None
