"""The order of a line in one pass is the order in which the rule calls when it is asked again and again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.calling.lane import Lane, Waiting
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.calling.v1 import choose_next
from server.domain.calling.v1_order import order_of
from server.domain.freezes import Freeze, Moment
from tests.factories import MORNING

MOST = 12
NOW = MORNING + timedelta(hours=3)
CLASSES, LANGUAGES = "NTFPE", ("hi", "mr", "en")
A7 = Profile("A7")


def again_and_again(
    line: Sequence[Waiting], rule: CallingRule, desk: Profile, passes: int, moment: Moment, most: int = MOST
) -> list[int]:
    """Return the steps in the order in which the rule calls them, asked for each."""
    left = list(line)
    called: list[int] = []
    while len(called) < most and (choice := choose_next(left, rule, desk, passes, moment.age)) is not None:
        called.append(choice.waiting.step)
        left.remove(choice.waiting)
        passes = choice.passes
    return called


def rarely(value: st.SearchStrategy[str], usual: str) -> st.SearchStrategy[str]:
    return st.one_of(*[st.just(usual)] * 6, value)


lanes = st.builds(
    Lane,
    klass=st.sampled_from(CLASSES),
    service=st.sampled_from(("NORMAL", "PCC")),
    language=st.sampled_from(LANGUAGES),
    step_free=st.booleans(),
    emergency=st.sampled_from([False] * 9 + [True]),
    only=rarely(st.sampled_from(("A7", "A8", "staff:1")), ""),
)
minutes = st.integers(-20, 180)
lines = st.lists(st.tuples(lanes, minutes, st.integers(0, 59_999)), max_size=60)
rules = st.builds(
    CallingRule,
    name=st.sampled_from(("relative_age", "fifo")),
    targets=st.dictionaries(st.sampled_from(CLASSES), st.sampled_from((5, 7.5, 10, 22, 30, 45))),
    protected=st.frozensets(st.sampled_from(CLASSES), max_size=1),
    quota=st.sampled_from((0, 1, 2, 3, 5)),
    language_patience_s=st.sampled_from((0, 60, 600)),
)
desks = st.builds(
    Profile,
    counter=st.just("A7"),
    officer=st.sampled_from((None, "staff:1")),
    services=st.sampled_from((frozenset(), frozenset({"PCC"}))),
    reserved=st.sampled_from((frozenset(), frozenset({"F"}))),
    prefers=st.sampled_from((frozenset(), frozenset({"P"}))),
    languages=st.frozensets(st.sampled_from(LANGUAGES), max_size=2),
    step_free=st.booleans(),
)
stops = st.lists(st.tuples(minutes, st.integers(1, 40)), max_size=3)


def people(drawn: Sequence[tuple[Lane, int, int]]) -> list[Waiting]:
    numbers = count(1)
    return [
        Waiting(n, f"t{n}", f"{lane.klass}{n:03d}", lane, NOW - timedelta(minutes=ago, milliseconds=ms))
        for (lane, ago, ms), n in zip(drawn, numbers, strict=False)
    ]


def frozen(drawn: Sequence[tuple[int, int]], *, still: bool) -> list[Freeze]:
    """Return freezes of the past; with `still` the last of them lasts."""
    bounds = [(NOW - timedelta(minutes=ago), NOW - timedelta(minutes=ago - length)) for ago, length in sorted(drawn)]
    past: list[Freeze] = [(begin, end) for begin, end in reversed(bounds) if begin <= NOW]
    return [*past[:-1], (past[-1][0], None)] if still and past else past


@settings(max_examples=300, deadline=None)
@given(lines, rules, desks, st.integers(0, 4), stops, st.booleans())
def test_one_pass_gives_the_same_order(
    drawn: Sequence[tuple[Lane, int, int]],
    rule: CallingRule,
    desk: Profile,
    passes: int,
    stopped: Sequence[tuple[int, int]],
    still: bool,
) -> None:
    line, moment = people(drawn), Moment(NOW, frozen(stopped, still=still))
    order = order_of(line, rule, desk, passes, moment, most=MOST)
    assert [w.step for w in order.first] == again_and_again(line, rule, desk, passes, moment)
    assert order.more == sum(desk.takes(w.lane) for w in line) - len(order.first)
    choice = choose_next(line, rule, desk, passes, moment.age)
    assert (order.reason and order.reason.rule) == (choice and choice.reason.rule)


@settings(max_examples=300, deadline=None)
@given(lines, rules, desks, st.integers(0, 4), stops, st.booleans(), st.floats(0, 1), st.integers(0, 7_200_000))
def test_until_its_moment_time_leaves_the_order_as_it_is(
    drawn: Sequence[tuple[Lane, int, int]],
    rule: CallingRule,
    desk: Profile,
    passes: int,
    stopped: Sequence[tuple[int, int]],
    still: bool,
    share: float,
    later: int,
) -> None:
    line, freezes = people(drawn), frozen(stopped, still=still)
    order = order_of(line, rule, desk, passes, Moment(NOW, freezes), most=MOST)
    last = later if order.until is None else (order.until - NOW) // timedelta(milliseconds=1) - 1
    for ms in {0, max(0, int(last * share)), max(0, last)}:
        moment = Moment(NOW + timedelta(milliseconds=ms), freezes)
        assert again_and_again(line, rule, desk, passes, moment) == [w.step for w in order.first]


def waiting(step: int, klass: str, minutes_ago: float) -> Waiting:
    place = Lane(klass, "NORMAL", "hi")
    return Waiting(step, f"t{step}", f"{klass}{step:03d}", place, NOW - timedelta(minutes=minutes_ago))


RELATIVE = CallingRule(targets={"T": 10, "N": 30}, quota=0)
# After 6 minutes the first has waited 36 of 30 minutes and the second 12 of 10: from then on the second is next.
CROSSING = [waiting(1, "N", 30), waiting(2, "T", 6)]


def until(line: Sequence[Waiting], rule: CallingRule = RELATIVE, most: int = MOST, *freezes: Freeze) -> datetime | None:
    return order_of(line, rule, A7, 0, Moment(NOW, freezes), most=most).until


def test_the_moment_is_exact() -> None:
    change = until(CROSSING)
    assert change == NOW + timedelta(minutes=6)
    before, after = (Moment(change + timedelta(milliseconds=ms)) for ms in (-1, 1))
    assert [again_and_again(CROSSING, RELATIVE, A7, 0, moment) for moment in (before, after)] == [[1, 2], [2, 1]]


def test_one_whose_shorter_target_is_passed_over_at_this_very_moment_changes_the_order_at_once() -> None:
    assert until([waiting(1, "N", 30), waiting(2, "T", 10)]) == NOW


def test_those_far_behind_change_nothing_before_they_pass_the_last_who_is_shown() -> None:
    behind = [waiting(3, "N", 5), waiting(4, "T", 1.6)]
    assert until([*CROSSING, *behind]) == NOW + timedelta(minutes=0.1)
    assert until([*CROSSING, *behind], most=1) == NOW + timedelta(minutes=6)


@pytest.mark.parametrize("rule", [CallingRule("fifo"), CallingRule(targets={"T": 30, "N": 30})])
def test_where_nobody_gains_on_another_time_changes_nothing(rule: CallingRule) -> None:
    assert until(CROSSING, rule) is None


def test_while_the_centre_is_frozen_time_changes_nothing_but_for_those_who_are_not_due_yet() -> None:
    still: Freeze = (NOW - timedelta(minutes=1), None)
    assert until(CROSSING, RELATIVE, MOST, still) is None
    assert until([*CROSSING, waiting(3, "T", -4)], RELATIVE, MOST, still) == NOW + timedelta(minutes=4)


def test_a_freeze_puts_nobody_younger_first_inside_a_lane() -> None:
    """Float seconds gave the two ages that differed by 1e-12 s, and the younger the greater one."""
    ago = [NOW - timedelta(milliseconds=ms) for ms in (807_278, 660_102, 347_010, 103_915, 806_983, 806_166)]
    freezes, both_inside = [(ago[0], ago[1]), (ago[2], ago[3])], ago[4:]
    line = [Waiting(n, f"t{n}", f"N{n}", Lane("N", "NORMAL", "hi"), since) for n, since in enumerate(both_inside, 1)]
    order = order_of(line, RELATIVE, A7, 0, Moment(NOW, freezes), most=MOST)
    assert [w.step for w in order.first] == [1, 2]


def test_the_reason_of_the_next_tells_since_when_and_no_minutes() -> None:
    order = order_of([waiting(1, "N", 29), waiting(2, "T", 20)], RELATIVE, A7, 0, Moment(NOW), most=MOST)
    assert order.reason is not None
    assert order.reason.view() == {
        "rule": "relative_age",
        "params": {
            "label": "T002",
            "class": "T",
            "target_s": 600,
            "since": "2026-11-24T06:40:00.000Z",
            "passed_over": [{"label": "N001", "class": "N", "target_s": 1800, "since": "2026-11-24T06:31:00.000Z"}],
            "older": 1,
        },
    }
    alone = order_of([waiting(1, "N", 29)], RELATIVE, A7, 0, Moment(NOW), most=MOST).reason
    assert alone is not None
    assert (alone.rule, alone.params["label"]) == ("longest_wait", "N001")
