"""Who is next, and the reason that is told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.calling.lane import Lane, Waiting, lane_of_key
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule, Choice
from server.domain.calling.v1 import choose_next, out_of_order
from server.domain.freezes import Moment
from tests.factories import MORNING

RULE = CallingRule(targets={"F": 10, "E": 10}, protected=frozenset({"F"}))
FIFO = CallingRule("fifo", quota=0)
RELATIVE = CallingRule(targets={"F": 5, "T": 10, "N": 30})
NOW = MORNING + timedelta(hours=3)
AGE = Moment(NOW).age
A7 = Profile("A7")


def waiting(step: int, klass: str = "N", minutes: int = 0, **lane: Any) -> Waiting:
    place = Lane(**{"klass": klass, "service": "NORMAL", "language": "hi"} | lane)
    return Waiting(step, f"t{step}", f"{klass}{step:03d}", place, MORNING + timedelta(minutes=minutes))


def choose(
    line: Iterable[Waiting], rule: CallingRule = RULE, desk: Profile = A7, passes: int = 0, now: datetime = NOW
) -> Choice:
    choice = choose_next(line, rule, desk, passes, Moment(now).age)
    assert choice is not None
    return choice


def test_nobody_waiting_means_nobody_is_called() -> None:
    assert choose_next([], RULE, A7, 0, AGE) is None


def test_the_longest_wait_is_called_first_whatever_its_class() -> None:
    choice = choose([waiting(1, "T", 9), waiting(2, "N", 5), waiting(3, "P", 7)])
    assert choice.waiting.label == "N002"
    assert choice.reason.rule == "longest_wait"
    assert (choice.reason.params["label"], choice.reason.params["waited_s"]) == ("N002", 175 * 60)


def test_a_protected_class_goes_first_and_the_reason_says_who_was_passed_over() -> None:
    choice = choose([waiting(1, "N", 0), waiting(2, "F", 60)])
    assert (choice.waiting.label, choice.reason.rule, choice.passes) == ("F002", "protected_class", 1)
    assert [told["label"] for told in choice.reason.params["passed_over"]] == ["N001"]


def test_after_two_calls_that_passed_over_the_longest_wait_the_third_takes_it() -> None:
    line = [waiting(1, "N", 0), waiting(2, "F", 60)]
    choice = choose(line, passes=2)
    assert (choice.waiting.label, choice.reason.rule, choice.passes) == ("N001", "quota", 0)
    assert choice.reason.params["quota"] == 3


def test_the_largest_share_of_its_target_is_called_before_an_older_one() -> None:
    choice = choose([waiting(1, "N", 0), waiting(2, "T", 60)], RELATIVE)
    assert (choice.waiting.label, choice.reason.rule) == ("T002", "relative_age")
    assert (choice.reason.params["waited_s"], choice.reason.params["target_s"]) == (7200, 600)


@pytest.mark.parametrize("rule", [FIFO, CallingRule("fifo", {"F": 1}, quota=0)])
def test_first_in_first_out_knows_no_targets(rule: CallingRule) -> None:
    assert choose([waiting(1, "N", 0), waiting(2, "F", 60)], rule).waiting.label == "N001"


def test_a_rule_of_which_nothing_is_said_means_half_an_hour_one_call_in_three_and_no_language_first() -> None:
    rule = CallingRule()
    assert (rule.name, rule.target_s("N"), rule.quota, rule.language_patience_s) == ("relative_age", 1800, 3, 0)


def test_a_group_is_named_by_what_its_desks_take_and_the_name_is_kept_with_the_quota() -> None:
    assert Profile("A7", "staff:1", languages=frozenset({"mr"})).group == "||"
    assert Profile("A7", services=frozenset({"PCC", "NORMAL"}), reserved=frozenset({"F"})).group == "NORMAL,PCC|F|"
    assert Profile("A7", step_free=False).group == "||steps"


def test_two_of_the_same_instant_go_in_the_order_of_their_events() -> None:
    assert choose([waiting(8), waiting(3)]).waiting.step == 3


def test_somebody_early_for_a_slot_is_called_when_nobody_older_is_there() -> None:
    early = waiting(1, "N", 200)
    assert choose([early]).waiting is early
    assert choose([early, waiting(2, "N", 170)]).waiting.label == "N002"


@pytest.mark.parametrize("passes", [0, 2])
def test_an_emergency_goes_before_everybody_even_when_the_quota_is_due(passes: int) -> None:
    line = [waiting(1, "N", 0), waiting(2, "F", 1), waiting(3, "N", 170, emergency=True)]
    choice = choose(line, passes=passes)
    assert (choice.waiting.label, choice.reason.rule, choice.passes) == ("N003", "emergency", passes + 1)


@pytest.mark.parametrize(
    ("desk", "called"),
    [
        (Profile("A7"), "N001"),
        (Profile("A7", services=frozenset({"TATKAAL"})), "T002"),
        (Profile("A7", reserved=frozenset({"P"})), "P003"),
        (Profile("A7", prefers=frozenset({"P"})), "P003"),
    ],
)
def test_a_desk_calls_what_it_may_take_and_first_what_it_prefers(desk: Profile, called: str) -> None:
    line = [waiting(1, "N", 0), waiting(2, "T", 5, service="TATKAAL"), waiting(3, "P", 9)]
    assert choose(line, desk=desk).waiting.label == called


def test_a_reserved_desk_with_nobody_of_its_class_calls_nobody() -> None:
    assert choose_next([waiting(1)], RULE, Profile("A7", reserved=frozenset({"F"})), 0, AGE) is None


def test_somebody_in_a_wheelchair_is_called_to_a_step_free_desk_only() -> None:
    line = [waiting(1, "N", 0, step_free=True), waiting(2, "N", 5)]
    assert choose(line, desk=Profile("A1", step_free=False)).waiting.label == "N002"
    assert choose(line, desk=Profile("A2")).waiting.label == "N001"


def test_a_token_sent_to_a_counter_or_an_officer_is_called_there_first_and_nowhere_else() -> None:
    line = [waiting(1, "N", 0), waiting(2, "N", 9, only="A7"), waiting(3, "N", 8, only="staff:4")]
    assert choose(line, desk=Profile("A7")).waiting.label == "N002"
    assert choose(line, desk=Profile("A8", officer="staff:4")).waiting.label == "N003"
    assert choose(line, desk=Profile("A9")).reason.rule == "longest_wait"


def test_a_language_that_is_spoken_here_goes_first_when_it_is_hardly_younger() -> None:
    desk = Profile("A7", languages=frozenset({"mr"}))
    patient = replace(RULE, language_patience_s=120)
    line = [waiting(1, "N", 0), waiting(2, "N", 2, language="mr"), waiting(3, "N", 1, language="ta")]
    choice = choose(line, patient, desk)
    assert (choice.waiting.label, choice.reason.rule) == ("N002", "language")
    assert choose(line, RULE, desk).waiting.label == "N001"
    assert choose(line, patient, desk, passes=2).waiting.label == "N001"


def test_a_call_out_of_order_says_why_and_counts_as_a_call() -> None:
    line = [waiting(1, "N", 0), waiting(2, "N", 9)]
    choice = out_of_order(line[1], line, RULE, A7, 1, AGE, "unwell")
    assert (choice.reason.rule, choice.reason.params["why"], choice.passes) == ("out_of_order", "unwell", 2)
    assert out_of_order(line[0], line, RULE, A7, 1, AGE, "unwell").passes == 0


def test_a_frozen_time_does_not_count_as_waiting() -> None:
    frozen = [(MORNING + timedelta(hours=1), MORNING + timedelta(hours=2))]
    choice = choose_next([waiting(1)], RULE, A7, 0, Moment(NOW, frozen).age)
    assert choice is not None
    assert choice.reason.params["waited_s"] == 7200


LANES = st.builds(
    Lane,
    st.sampled_from("NTFPR"),
    st.sampled_from(["NORMAL", "PCC"]),
    st.sampled_from(["hi", "mr"]),
    st.booleans(),
    st.just(False),
    st.sampled_from(["", "", "", "A7", "staff:4"]),
)


@given(LANES)
def test_a_lane_is_found_again_by_its_key(lane: Lane) -> None:
    assert lane_of_key(lane.key) == lane


LINES = st.lists(
    st.tuples(st.integers(1, 10_000), st.sampled_from("NTFPR"), st.integers(0, 170)), unique_by=lambda w: w[0]
).map(lambda rows: [waiting(*row) for row in rows])


@given(LINES, st.integers(0, 2))
def test_the_first_of_each_lane_is_all_the_rule_needs(line: list[Waiting], passes: int) -> None:
    heads: dict[str, Waiting] = {}
    for one in sorted(line, key=lambda w: w.place):
        heads.setdefault(one.lane.key, one)
    chosen = choose_next(heads.values(), RELATIVE, A7, passes, AGE)
    whole = choose_next(line, RELATIVE, A7, passes, AGE)
    assert (chosen is None) == (whole is None)
    if chosen is not None and whole is not None:
        assert (chosen.waiting, chosen.passes, chosen.reason.rule) == (whole.waiting, whole.passes, whole.reason.rule)


@given(LINES, st.sampled_from([RULE, RELATIVE, FIFO]))
def test_serving_a_line_to_its_end_is_first_in_first_out_inside_a_class(line: list[Waiting], rule: CallingRule) -> None:
    left, served, passes = list(line), [], 0
    while (choice := choose_next(left, rule, A7, passes, AGE)) is not None:
        passes = choice.passes
        left.remove(choice.waiting)
        served.append(choice.waiting)
    for klass in "NTFPR":
        places = [w.place for w in served if w.lane.klass == klass]
        assert places == sorted(places)


@dataclass
class InLine:
    """A token in line with what the bound speaks of, for each group of desks that may call it."""

    waiting: Waiting
    elders: dict[str, int]
    calls: dict[str, int]
    passed: dict[str, int]


DESKS = (
    Profile("A1"),
    Profile("A2", services=frozenset({"PCC"})),
    Profile("A3", reserved=frozenset({"F", "T"})),
    Profile("A4", step_free=False),
    Profile("A5", prefers=frozenset({"P"}), languages=frozenset({"mr"})),
)
RULES = st.builds(
    CallingRule,
    name=st.sampled_from(["relative_age", "fifo"]),
    targets=st.fixed_dictionaries({k: st.integers(1, 60) for k in "NTF"}),
    protected=st.sampled_from([frozenset(), frozenset({"F"})]),
    quota=st.integers(1, 5),
    language_patience_s=st.sampled_from([0, 300]),
)
COMMON = LANES.map(lambda lane: lane._replace(only=""))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), COMMON, st.integers(-20, 20)),
        st.tuples(st.just("call"), st.sampled_from(DESKS), st.integers(0, 3)),
    ),
    max_size=120,
)


@given(RULES, STEPS)
def test_with_k_older_tokens_one_is_called_within_m_k_plus_1_calls_and_overtaken_m_minus_1_times_as_often(
    rule: CallingRule, steps: list[tuple[str, Any, int]]
) -> None:
    """Any arrivals, any mix of desks; the bound is kept for each set of desks that may take the same tokens."""
    line: list[InLine] = []
    passes: dict[str, int] = {}
    now = MORNING
    for number, (what, who, minutes) in enumerate(steps, 1):
        now += timedelta(minutes=1)
        if what == "join":
            since = now + timedelta(minutes=minutes)
            one = Waiting(number, f"t{number}", f"{who.klass}{number}", who, since)
            join(line, one)
            continue
        choice = choose_next([w.waiting for w in line], rule, who, passes.get(who.group, 0), Moment(now).age)
        if choice is not None:
            passes[who.group] = choice.passes
            called = next(w for w in line if w.waiting == choice.waiting)
            line.remove(called)
            count_call(line, called, who)
            for other in [*line, called]:
                for group, k in other.elders.items():
                    assert other.calls.get(group, 0) <= rule.quota * (k + 1)
                    assert other.passed.get(group, 0) <= (rule.quota - 1) * (k + 1)


def join(line: list[InLine], one: Waiting) -> None:
    groups = {desk.group: desk for desk in DESKS if desk.takes(one.lane)}
    new = InLine(one, dict.fromkeys(groups, 0), {}, {})
    for other in line:
        elder, younger = (other, new) if other.waiting.place < one.place else (new, other)
        for group in younger.elders:
            desk = next(d for d in DESKS if d.group == group)
            younger.elders[group] += desk.takes(elder.waiting.lane)
    line.append(new)


def count_call(line: list[InLine], called: InLine, desk: Profile) -> None:
    called.calls[desk.group] = called.calls.get(desk.group, 0) + 1
    for other in line:
        if desk.takes(other.waiting.lane):
            other.calls[desk.group] = other.calls.get(desk.group, 0) + 1
            other.passed[desk.group] = other.passed.get(desk.group, 0) + (called.waiting.place > other.waiting.place)
