"""The line on a console is the order in which its counter will call."""

from typing import Any

import pytest

from server.services.lines import SHOWN, line_of
from tests.factories import MORNING, Floor

NEEDS: tuple[tuple[str | None, ...], ...] = (
    (None, None, None, "senior", "senior", "senior"),
    ("senior", None, "senior", "senior", None, "senior", None, "senior"),
)


def line(floor: Floor, counter: str) -> Any:
    return floor.db.read(lambda conn: line_of(conn, floor.centre_id, counter, MORNING))


def labels(floor: Floor, counter: str) -> list[str]:
    return [token["label"] for token in line(floor, counter)["line"]]


def test_series_f_goes_first_and_one_call_in_three_to_the_longest_wait(floor: Floor) -> None:
    for need in NEEDS[0]:
        floor.issue(need=need)
    assert labels(floor, "G1") == ["F001", "F002", "N001", "F003", "N002", "N003"]


@pytest.mark.parametrize("needs", NEEDS)
@pytest.mark.parametrize("before", range(3))
def test_who_stands_in_the_line_is_called_in_its_order(
    floor: Floor, needs: tuple[str | None, ...], before: int
) -> None:
    """Whatever was called `before`: the line goes on with the turns of its group of counters."""
    for need in needs:
        floor.issue(need=need)
    floor.open("G1")
    for _ in range(before):
        floor.serve("G1")
    shown = labels(floor, "G1")
    calls = []
    for _ in shown:
        calls.append(floor.call("G1").token.label)
        floor.start("G1")
        floor.finish("G1")
    assert calls == shown


def test_thirty_are_shown_and_the_others_counted(floor: Floor) -> None:
    for _ in range(SHOWN + 3):
        floor.issue()
    view = line(floor, "G1")
    assert ([token["label"] for token in view["line"]], view["more"]) == ([f"N{n:03d}" for n in range(1, 31)], 3)
