"""Who is next, and the reason that is told."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.calling import CallingRule, Waiting, choose_next
from tests.factories import MORNING

RULE = CallingRule(protected=frozenset({"F"}))
NOW = MORNING + timedelta(hours=3)


def waiting(step: int, klass: str = "N", minutes: int = 0) -> Waiting:
    return Waiting(step, f"t{step}", f"{klass}{step:03d}", klass, MORNING + timedelta(minutes=minutes))


def test_nobody_waiting_means_nobody_is_called() -> None:
    assert choose_next([], RULE, NOW) is None


def test_the_longest_wait_is_called_first_whatever_its_class() -> None:
    choice = choose_next([waiting(1, "T", 9), waiting(2, "N", 5), waiting(3, "P", 7)], RULE, NOW)
    assert choice is not None
    assert choice.waiting.label == "N002"
    assert choice.reason.rule == "longest_wait"
    assert choice.reason.text == "N002 is next: the longest wait, 175 min."


def test_a_protected_class_goes_first_and_the_reason_says_who_was_passed_over() -> None:
    choice = choose_next([waiting(1, "N", 0), waiting(2, "F", 60)], RULE, NOW)
    assert choice is not None
    assert choice.waiting.label == "F002"
    assert choice.reason.rule == "protected_class"
    assert choice.reason.params["passed_over"] == "N001"


def test_two_of_the_same_instant_go_in_the_order_of_their_events() -> None:
    choice = choose_next([waiting(8), waiting(3)], RULE, NOW)
    assert choice is not None
    assert choice.waiting.step == 3


LINES = st.lists(
    st.tuples(st.integers(1, 10_000), st.sampled_from("NTFPR"), st.integers(0, 170)), unique_by=lambda w: w[0]
).map(lambda rows: [waiting(*row) for row in rows])


@given(LINES)
def test_the_first_of_each_class_is_all_the_rule_needs(line: list[Waiting]) -> None:
    heads: dict[str, Waiting] = {}
    for one in sorted(line, key=lambda w: (w.since, w.step)):
        heads.setdefault(one.klass, one)
    assert choose_next(heads.values(), RULE, NOW) == choose_next(line, RULE, NOW)


@given(LINES)
def test_serving_a_line_to_its_end_is_first_in_first_out_inside_a_class(line: list[Waiting]) -> None:
    left, served = list(line), []
    while (choice := choose_next(left, RULE, NOW)) is not None:
        left.remove(choice.waiting)
        served.append(choice.waiting)
    assert [w.klass == "F" for w in served] == sorted((w.klass == "F" for w in served), reverse=True)
    for protected in (True, False):
        group = [(w.since, w.step) for w in served if (w.klass == "F") is protected]
        assert group == sorted(group)
