"""The shipped calling rules give the waits of the study that they were chosen by, on two draws of 60 days."""

import pytest

from bench.calling_rule import LOADS, SETTINGS, TOLD, Visitor, draw, figures, worst

FIRST_COME, QUOTA = "first come, first served", 3
RULES = (FIRST_COME, "strict + 1 in 3", "relative age + 1 in 3")
TOLERANCE = 0.1
Served = dict[tuple[float, str], list[Visitor]]


@pytest.fixture(scope="module")
def served() -> Served:
    """Return the visitors of 120 days under each rule at each load."""
    found: Served = {}
    for load in LOADS:
        for seed in (0, 1):
            for name, visitors in draw(load, seed, RULES).items():
                found.setdefault((load, name), []).extend(visitors)
    return found


def ratios(served: Served, load: float, name: str, klass: str) -> tuple[float, float]:
    """Return how the mean and the p95 compare with the study's."""
    ours, study = figures(served[load, name], klass), SETTINGS[name].expected[load, klass]
    return ours[0] / study[0], ours[1] / study[1]


@pytest.mark.proof
@pytest.mark.parametrize("klass", TOLD)
@pytest.mark.parametrize("name", RULES)
def test_on_a_day_with_too_much_work_waits_are_those_of_the_study(served: Served, name: str, klass: str) -> None:
    assert ratios(served, 1.15, name, klass) == pytest.approx((1, 1), abs=TOLERANCE)


@pytest.mark.proof
@pytest.mark.parametrize("klass", TOLD)
@pytest.mark.parametrize("name", RULES)
def test_on_a_busy_day_a_rule_shares_out_the_waits_as_in_the_study(served: Served, name: str, klass: str) -> None:
    """Means are told as shares of first come, first served on the same days: the load of a draw moves all alike."""
    mean, p95 = ratios(served, 0.93, name, klass)
    assert p95 == pytest.approx(1, abs=TOLERANCE)
    assert mean / ratios(served, 0.93, FIRST_COME, klass)[0] == pytest.approx(1, abs=TOLERANCE)


@pytest.mark.proof
@pytest.mark.parametrize("load", LOADS)
def test_the_bound_on_overtaking_is_reached_and_never_passed(served: Served, load: float) -> None:
    assert worst(served[load, FIRST_COME]) == 0
    for name in RULES[1:]:
        assert worst(served[load, name]) == QUOTA - 1
