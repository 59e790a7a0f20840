"""The promises of the calling rule on fuzzed days: emergencies, staff, absences, and desks whose lines overlap.

`test_calling` states the bound where people only come and are called. Here more happens, and it is counted more
strictly: an elder counts once for as long as it stays in line. Who comes back has the old age and a new count.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.calling.lane import Lane, Waiting, lane_of_key
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule, Choice
from server.domain.calling.v1 import choose_next, out_of_order
from server.domain.freezes import Moment
from tests.factories import MORNING

CLASSES = "NTFP"
DESKS = (
    Profile("A1"),
    Profile("A2", officer="staff:4"),
    Profile("A3", services=frozenset({"PCC"})),
    Profile("A4", reserved=frozenset("FT")),
    Profile("A5", reserved=frozenset("FTP"), step_free=False),
    Profile("A6", step_free=False),
    Profile("A7", prefers=frozenset("P"), languages=frozenset({"mr"})),
)
GROUPS = {desk.group: desk for desk in DESKS}
LANES = st.builds(
    Lane,
    klass=st.sampled_from(CLASSES),
    service=st.sampled_from(["NORMAL", "PCC"]),
    language=st.sampled_from(["hi", "mr"]),
    step_free=st.sampled_from([False, False, True]),
    emergency=st.sampled_from([False] * 9 + [True]),
    only=st.sampled_from([""] * 8 + ["A1", "staff:4"]),
)
RULES = st.builds(
    CallingRule,
    name=st.sampled_from(["relative_age", "relative_age", "fifo"]),
    targets=st.fixed_dictionaries({klass: st.sampled_from([1, 5, 10, 30, 120]) for klass in CLASSES}),
    protected=st.sampled_from([frozenset(), frozenset("F"), frozenset("FT")]),
    quota=st.integers(2, 5),
    language_patience_s=st.sampled_from([0, 120]),
)
WHO, DESK = st.integers(0, 30), st.sampled_from(DESKS)
HAPPENS = st.one_of(
    st.tuples(st.just("come"), LANES, st.sampled_from([0, 0, 0, 5, 40])),
    st.tuples(st.just("call"), DESK, st.just(0)),
    st.tuples(st.just("call"), DESK, st.just(0)),
    st.tuples(st.just("call"), DESK, st.just(0)),
    st.tuples(st.just("staff"), DESK, WHO),
    st.tuples(st.just("leave"), st.none(), WHO),
    st.tuples(st.just("return"), st.none(), WHO),
)
DAYS = st.tuples(RULES, st.lists(LANES, min_size=3, max_size=12), st.lists(HAPPENS, min_size=20, max_size=150))
Chooser = Callable[..., Choice | None]


@dataclass
class Count:
    """What a group of desks did since a token joined: `k` elders seen, those in line now, its calls, overtakings."""

    k: int = 0
    elders: set[str] = field(default_factory=set)
    calls: int = 0
    passed: int = 0


@dataclass
class Hall:
    """A line, the passes of each group, and what the promises speak of; `made` are the calls by the rule."""

    rule: CallingRule
    choose: Chooser = choose_next
    now: datetime = MORNING
    line: dict[str, Waiting] = field(default_factory=dict)
    away: dict[str, Waiting] = field(default_factory=dict)
    counts: dict[str, dict[str, Count]] = field(default_factory=dict)
    passes: dict[str, int] = field(default_factory=dict)
    steps: int = 0
    made: list[tuple[list[Waiting], Profile, int, datetime, Choice]] = field(default_factory=list)

    def happen(self, what: str, who: Any, number: int) -> None:
        """Let something happen, a minute after what was before."""
        self.now += timedelta(minutes=1)
        does: dict[str, Callable[[Any, int], None]] = {"come": self.come, "call": self.call, "staff": self.staff}
        does |= {"leave": self.leave, "return": self.return_to_line}
        does[what](who, number)
        self.look()

    def come(self, lane: Lane, minutes: int) -> None:
        self.steps += 1
        name = f"{lane.klass}{self.steps:03d}"
        self.line[name] = Waiting(self.steps, name, name, lane, self.now - timedelta(minutes=minutes))

    def leave(self, _: None, number: int) -> None:
        for name in nth(self.line, number):
            self.away[name] = self.line.pop(name)

    def return_to_line(self, _: None, number: int) -> None:
        for name in nth(self.away, number):
            self.line[name] = self.away.pop(name)

    def call(self, desk: Profile, _: int) -> None:
        passes, line = self.passes.get(desk.group, 0), list(self.line.values())
        choice = self.choose(line, self.rule, desk, passes, self.age)
        if choice is None:
            assert not any(desk.takes(one.lane) for one in line)
            return
        self.made.append((line, desk, passes, self.now, choice))
        self.passes[desk.group] = choice.passes
        called = choice.waiting
        assert_in_order(called, line, desk, self.rule)
        if not called.lane.emergency:
            self.count(called, desk)
        del self.line[called.token]

    def staff(self, desk: Profile, number: int) -> None:
        """Call somebody out of order, whom the desk may take or not."""
        for name in nth(self.line, number):
            passes = self.passes.get(desk.group, 0)
            choice = out_of_order(self.line[name], self.line.values(), self.rule, desk, passes, self.age, "instruction")
            self.passes[desk.group] = choice.passes
            del self.line[name]

    @property
    def age(self) -> Callable[[datetime], float]:
        return Moment(self.now).age

    def look(self) -> None:
        """Count, for each group that may take a token, the elders that came since."""
        self.counts = {name: self.counts.get(name, {}) for name, one in self.line.items() if not one.lane.only}
        for name, mine in self.counts.items():
            older = [one for one in self.line.values() if one.place < self.line[name].place]
            for group, desk in GROUPS.items():
                if desk.takes(self.line[name].lane):
                    count = mine.setdefault(group, Count())
                    now = {one.token for one in older if one.lane.only or desk.takes(one.lane)}
                    count.k += len(now - count.elders)
                    count.elders = now

    def count(self, called: Waiting, desk: Profile) -> None:
        """Count a call for everybody it concerns, and assert the bound."""
        m = self.rule.quota
        for name, mine in self.counts.items():
            count = mine.get(desk.group)
            if count is not None:
                count.calls += 1
                count.passed += self.line[name].place < called.place
                assert count.calls <= m * (count.k + 1), f"{name} was not called within {m} (k + 1) calls"
                assert count.passed <= (m - 1) * (count.k + 1), f"{name} was overtaken beyond the bound"


def nth(names: dict[str, Waiting], number: int) -> list[str]:
    """Return one of the names, or none when there is none."""
    return [list(names)[number % len(names)]] if names else []


def assert_in_order(called: Waiting, line: Sequence[Waiting], desk: Profile, rule: CallingRule) -> None:
    """Assert that nobody of the same kind whom the desk may take has waited longer, except for a language."""
    kind = (called.lane.klass, called.lane.emergency, called.lane.only)
    for one in line:
        alike = (one.lane.klass, one.lane.emergency, one.lane.only) == kind and desk.takes(one.lane)
        if alike and one.place < called.place:
            assert called.lane.language in desk.languages, f"{called.label} was called before {one.label}"
            assert one.lane.language not in desk.languages, f"{called.label} was called before {one.label}"
            assert (called.since - one.since).total_seconds() <= rule.language_patience_s


def lived(rule: CallingRule, first: Sequence[Lane], happens: Sequence[Any], choose: Chooser = choose_next) -> Hall:
    """Return the hall after a day in which every promise was kept."""
    hall = Hall(rule, choose)
    for lane in first:
        hall.happen("come", lane, 0)
    for what in happens:
        hall.happen(*what)
    return hall


def fuzzed(long: bool, check: Callable[[Hall], None]) -> None:
    """Check many days, always the same ones in the short run."""

    @settings(max_examples=5000 if long else 120, derandomize=not long, deadline=None, database=None)
    @given(DAYS)
    def day(parts: tuple[CallingRule, list[Lane], list[Any]]) -> None:
        check(lived(*parts))

    day()


@pytest.mark.proof
def test_on_any_day_the_bound_and_the_order_inside_a_class_are_kept(long: bool) -> None:
    fuzzed(long, lambda hall: None)


@pytest.mark.proof
def test_the_first_of_each_lane_is_all_that_any_desk_needs(long: bool) -> None:
    fuzzed(long, lambda hall: assert_same(hall, heads_of))


@pytest.mark.proof
def test_a_call_replayed_from_what_was_stored_is_the_same_call(long: bool) -> None:
    fuzzed(long, lambda hall: assert_same(hall, stored_and_read))


def heads_of(line: Sequence[Waiting]) -> list[Waiting]:
    """Return the first of each lane."""
    heads: dict[str, Waiting] = {}
    for one in sorted(line, key=lambda w: w.place):
        heads.setdefault(one.lane.key, one)
    return list(heads.values())


def stored_and_read(line: Sequence[Waiting]) -> list[Waiting]:
    """Return a line as it is read from its rows, in another order."""
    return [Waiting(w.step, w.token, w.label, lane_of_key(w.lane.key), w.since) for w in reversed(line)]


def assert_same(hall: Hall, read: Callable[[Sequence[Waiting]], list[Waiting]]) -> None:
    for line, desk, passes, now, made in hall.made:
        again = choose_next(read(line), hall.rule, desk, passes, Moment(now).age)
        assert again is not None
        assert (again.waiting, again.passes, again.reason.rule) == (made.waiting, made.passes, made.reason.rule)
        if read is stored_and_read:
            assert again.reason == made.reason


def rivals(k: int, rounds: int) -> Iterator[Any]:
    """Yield a day on which k + 1 people of a slow class meet ever new ones of a fast class."""
    for _ in range(k + 1):
        yield "come", Lane("N", "NORMAL", "hi"), 0
    for _ in range(rounds):
        yield "come", Lane("F", "NORMAL", "hi"), 0
        yield "call", DESKS[0], 0


@pytest.mark.parametrize("k", range(4))
@pytest.mark.parametrize("quota", range(2, 6))
def test_the_bound_is_reached_so_that_none_is_smaller(quota: int, k: int) -> None:
    rule = CallingRule(targets={"N": 120, "F": 0.01}, quota=quota)
    hall = lived(rule, [], list(rivals(k, quota * (k + 1))))
    called = [choice.waiting.label for *_, choice in hall.made]
    last = f"N{k + 1:03d}"
    assert called.index(last) + 1 == quota * (k + 1)
    assert sum(label.startswith("F") for label in called[: called.index(last)]) == (quota - 1) * (k + 1)


def never_due(line: Any, rule: CallingRule, desk: Profile, passes: int, age: Any) -> Choice | None:
    return choose_next(line, rule, desk, 0, age)


def youngest(line: Sequence[Waiting], rule: CallingRule, desk: Profile, passes: int, age: Any) -> Choice | None:
    return choose_next(list(line)[-1:], rule, desk, passes, age)


def test_a_rule_without_its_quota_is_found_out() -> None:
    rule = CallingRule(targets={"N": 120, "F": 0.01}, quota=3)
    with pytest.raises(AssertionError, match=r"beyond the bound|not called within"):
        lived(rule, [], list(rivals(1, 12)), never_due)


def test_a_rule_that_calls_the_youngest_is_found_out() -> None:
    with pytest.raises(AssertionError, match="N003 was called before N001"):
        lived(CallingRule(), [], [*rivals(2, 0), ("call", DESKS[0], 0)], youngest)
