"""A line played forward in the plainest way: the rule is asked about everybody who is left, again and again."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from server.domain.calling.lane import Waiting
from server.domain.calling.playing import Caller
from server.domain.calling.rule import CallingRule
from server.domain.calling.versions import CHOOSERS, RULE
from server.domain.freezes import Moment


def played_by_the_rule(
    line: Iterable[Waiting], callers: Sequence[Caller], rule: CallingRule, moment: Moment, service_min: float
) -> dict[int, tuple[float, int]]:
    """Return (minute, place of the caller) of each step, in the order of the calls."""
    left, passes, calls = list(line), dict[str, int](), dict[int, tuple[float, int]]()
    free = {place: caller.free_min for place, caller in enumerate(callers)}
    while free:
        place = min(free, key=lambda one: (free[one], one))
        minute, profile = free[place], callers[place].profile
        later = Moment(moment.now + timedelta(minutes=minute))
        choice = CHOOSERS[RULE](left, rule, profile, passes.get(profile.group, 0), later.age)
        if choice is None:
            del free[place]
            continue
        passes[profile.group] = choice.passes
        left.remove(choice.waiting)
        calls[choice.waiting.step] = minute, place
        free[place] = minute + service_min
    return calls
