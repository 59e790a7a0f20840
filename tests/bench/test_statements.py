"""What the benchmarks count is what they say."""

from pathlib import Path

import pytest

from bench.scene import Scene
from bench.statements import per_command
from bench.timing import percentile


def test_issue_and_call_take_twelve_statements_and_one_commit_at_most(tmp_path: Path) -> None:
    scene = Scene(f"sqlite:///{tmp_path / 'bench.sqlite'}", synchronous="OFF")
    counted = per_command(scene)
    scene.db.close()
    assert {act: told["commits"] for act, told in counted.items()} == {"issue": 1, "call": 1}
    assert all(4 <= told["statements"] <= 12 for told in counted.values()), counted


@pytest.mark.parametrize(("percent", "value"), [(50, 2), (99, 4), (25, 1), (75, 3)])
def test_a_percentile_is_the_smallest_value_that_so_many_reach(percent: float, value: float) -> None:
    assert percentile([3, 1, 4, 2], percent) == value
