"""Where a stage leads: along the route, on errands and back from each, and what is left of the way."""

import pytest

from server.domain.errors import TooDeep
from server.domain.token.route import Outcome, Passed, Stop, follow_route, of_service, stages_after
from server.domain.token.ways_back import WayBack, Ways

ROUTE = ("G", "A", "B", "C", "X")
OUTCOMES = {
    "ok": Outcome(),
    "error": Outcome(to="AX"),
    "again": Outcome(to="A"),
    "back": Outcome(to="back"),
    "refused": Outcome(to="X", returns=True),
    "out": Outcome(to="end"),
}
B, AX = WayBack("B"), WayBack("AX", "AX1")


@pytest.mark.parametrize(
    ("stage", "outcome", "ways", "stop"),
    [
        ("B", "error", (), Stop("AX", (B,))),
        ("C", "error", (B,), Stop("AX", (B, WayBack("C")))),
        ("AX", "ok", (B,), Stop("B", (), taken=B)),
        ("AX", "back", (B,), Stop("B", (), taken=B)),
        ("G", "ok", (B, AX), Stop("AX", (B,), taken=AX, only="AX1")),
        ("A", "ok", (B,), Stop("B", (), taken=B)),
        ("AX", "again", (B, AX), Stop("A")),
        ("AX", "refused", (B, AX), Stop("X", returns=True)),
        ("AX", "out", (B, AX), Stop(None)),
        ("AX", "ok", (), Stop("B")),
        ("AX", "back", (), Stop("B")),
    ],
)
def test_errands_lead_back_one_by_one_and_a_stage_of_the_route_ends_them(
    stage: str, outcome: str, ways: Ways, stop: Stop
) -> None:
    assert follow_route(ROUTE, stage, OUTCOMES, outcome, ways, lambda: ("G", "A")) == stop


def test_off_the_route_with_all_of_it_done_there_is_nothing_left() -> None:
    assert follow_route(ROUTE, "AX", OUTCOMES, "ok", (), lambda: ROUTE) == Stop(None)


def test_nobody_asks_what_is_done_where_it_does_not_matter() -> None:
    def unasked() -> tuple[str, ...]:
        raise AssertionError

    assert follow_route(ROUTE, "A", OUTCOMES, "ok", (), unasked) == Stop("B")
    assert follow_route(ROUTE, "AX", OUTCOMES, "ok", (B,), unasked).stage == "B"


def test_an_errand_from_a_sixth_stage_is_too_deep() -> None:
    assert len(follow_route(ROUTE, "B", OUTCOMES, "error", (B,) * 4).ways_back) == 5
    with pytest.raises(TooDeep) as refused:
        follow_route(ROUTE, "B", OUTCOMES, "error", (B,) * 5)
    assert (refused.value.code, refused.value.details) == ("too_deep", {"most": 5})


def test_what_is_left_follows_the_route_and_an_errand_comes_back() -> None:
    assert stages_after(ROUTE, "A", ()) == ("B", "C", "X")
    assert stages_after(ROUTE, "AX", (B,)) == ("B", "C", "X")
    assert stages_after(ROUTE, "G", (B, AX)) == ("AX", "B", "C", "X")
    assert stages_after(ROUTE, "X", ()) == ()
    assert stages_after(ROUTE, "E", ()) == ()
    assert stages_after(ROUTE, "E", (), {"G"}) == ("A", "B", "C", "X")


def test_what_was_passed_for_an_earlier_service_is_not_done_for_the_present_one() -> None:
    passed = [Passed("A", "ok"), Passed("X", "ok", last=True), Passed("A", "ok")]
    assert of_service(passed) == [Passed("A", "ok")]
    assert of_service(passed[:1]) == passed[:1]
