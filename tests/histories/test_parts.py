"""Each line and each series of a history is judged by itself, from what clients were answered alone."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from tests.histories.by_hand import COUNTERS, EMPTY, N1, N2, called, op, opened, served, undo
from tests.histories.checker import Verdict, check
from tests.histories.history import NOBODY, Operation, Refusal, Stands, parts_of, tied, undone
from tests.histories.model import Model


def test_parts_of_a_linearizable_history_are_linearizable_and_a_fault_stays_in_its_part() -> None:
    history = [
        *opened(),
        op("issue", "N", N1, 2, 3),
        op("call", "G1", N1, 4, 5),
        op("start", "G1", N1, 6, 7, token=N1),
        op("finish", "G1", N1, 8, 9, token=N1, stands=Stands("A", 8)),
        op("call", "A1", EMPTY, 10, 11),
    ]
    verdicts = {name: check(part, Model(COUNTERS)) for name, part in parts_of(history).items()}
    assert {name for name, verdict in verdicts.items() if not verdict.ok} == {"stage A"}
    assert verdicts["stage A"].stuck == history[-1]


@pytest.mark.parametrize("called_before", [True, False])
def test_an_undo_is_judged_in_the_line_that_somebody_left_and_in_the_one_they_reached(called_before: bool) -> None:
    back = undo(N1, 14, N1, to="A")
    other = op("call", "A1", N1, 12, 13) if called_before else op("call", "A1", EMPTY, 16, 17)
    history = [*opened(), *served(), other, back, op("call", "G1", Refusal("counter_busy", N1), 18, 19)]
    model = Model(COUNTERS, undone=undone(history))
    verdicts = {name: check(part, model).ok for name, part in parts_of(history).items()}
    assert verdicts["stage G"]
    assert verdicts["stage A"] is not called_before


def line_of(people: Sequence[tuple[str, int]]) -> list[Operation]:
    """Return how some come into the line of G one after the other, each with since when they wait."""
    return [
        op("enter", "G", label, 2, 2 + n, token=label, stands=Stands("G", at)) for n, (label, at) in enumerate(people)
    ]


@pytest.mark.parametrize(("since", "first"), [(5, N1), (4, N2), (6, N1)])
def test_of_those_who_wait_since_one_moment_the_one_who_came_first_is_called_first(since: int, first: str) -> None:
    line = [op("enter", "G", N1, 2, 3, token=N1, stands=Stands("G", 5))]
    line.append(op("enter", "G", N2, 4, 5, token=N2, stands=Stands("G", since)))
    model = Model(COUNTERS, tied=tied(line))
    for label in (N1, N2):
        assert check([*opened(), *line, op("call", "G1", label, 6, 7)], model).ok is (label == first)


def test_a_state_does_not_keep_who_came_first_of_those_who_wait_since_different_moments() -> None:
    def floors(*moments: int) -> set[object]:
        line = line_of([(f"N{at}{n}", at) for n, at in enumerate(moments)])
        model, reached = Model(COUNTERS, tied=tied(line)), set[object]()
        for order in permutations(line):
            floor = model.initial
            for one in order:
                [floor] = model.step(floor, one)
            reached.add(floor)
        return reached

    assert len(floors(7, 8, 9)) == 1
    assert len(floors(7, 7, 9)) == 2


def test_a_hand_over_is_judged_in_the_line_where_somebody_waits() -> None:
    def verdict(last: Operation, stands: Stands) -> dict[str, Verdict]:
        history = [
            *opened(("G1", "A1", "A2")),
            op("sit", "A1", "staff:1", 2, 3, by="staff:1"),
            *called(),
            op("start", "G1", N1, 8, 9, token=N1),
            op("transfer", "G1", N1, 10, 11, token=N1, to="A", only="staff:1", stands=Stands("A", 2, "staff:1")),
            op("get_up", "A1", NOBODY, 12, 13, by="staff:1"),
            op("hand_over", "A", N1, 14, 15, token=N1, stands=stands),
            last,
        ]
        model = Model(("G1", "A1", "A2"), tied=tied(history))
        return {name: check(part, model) for name, part in parts_of(history).items()}

    somebody, nobody = op("call", "A2", N1, 16, 17), op("call", "A2", EMPTY, 16, 17)
    assert all(one.ok for one in verdict(somebody, Stands("A", 2)).values())
    assert [name for name, one in verdict(nobody, Stands("A", 2)).items() if not one.ok] == ["stage A"]
    assert not verdict(somebody, Stands("A", 14))["stage A"].ok


@pytest.mark.parametrize("code", ["not_in_this_line", "illegal_transition"])
def test_a_refusal_that_speaks_of_the_whole_floor_is_in_no_part(code: str) -> None:
    refused = op("hand_over", "A", Refusal(code), 2, 3, token=N1)
    sent = op("transfer", "G1", Refusal("not_in_this_line"), 2, 3, token=N1, to="A", only="staff:1")
    assert parts_of([refused, sent]) == {}
