"""What an issue costs in this build and in another one: `baari bench --part payload --beside CHECKOUT`.

Each run is a process of its own on a database of its own; the builds take turns.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.issue_cost import Cost
from bench.part import Aim, Outcome, Setting, at_most, figure_line

HERE = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_name("issue_cost.py")
MORE = 1.1


@dataclass(frozen=True, slots=True)
class Figures:
    """The medians of all runs of a build."""

    durable_p50_ms: float
    p50_ms: float
    issue_statements: float
    call_statements: float


def measure(setting: Setting) -> Outcome:
    """Compare this build with the setting's other one."""
    if setting.other is None:
        return Outcome({}, ["payload was not measured: name another checkout with --beside"])
    trees = {"other": setting.other, "this": HERE}
    runs = [(name, _run(tree, setting)) for _ in range(setting.size(10, 1)) for name, tree in trees.items()]
    this, other = (_middle([cost for name, cost in runs if name == wanted]) for wanted in ("this", "other"))
    return Outcome({"this": asdict(this), "other": asdict(other)}, list(_lines(this, other)), list(_aims(this, other)))


def _run(tree: Path, setting: Setting) -> Cost:
    """Measure a build once; -P keeps the modules beside the script from hiding the packages of the same name."""
    command = [sys.executable, "-P", str(SCRIPT), str(setting.folder), str(setting.size(500, 30))]
    env = {**os.environ, "PYTHONPATH": str(tree.resolve())}
    printed = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    return Cost(**json.loads(printed.stdout))


def _middle(costs: list[Cost]) -> Figures:
    return Figures(
        durable_p50_ms=median(cost.durable_p50_ms for cost in costs),
        p50_ms=median(cost.p50_ms for cost in costs),
        issue_statements=median(cost.issue_statements for cost in costs),
        call_statements=median(cost.call_statements for cost in costs),
    )


def _aims(this: Figures, other: Figures) -> Iterator[Aim]:
    yield at_most("issue p50: this build ÷ the other", this.durable_p50_ms / other.durable_p50_ms, MORE)
    yield at_most("issue p50 without the disk: this build ÷ the other", this.p50_ms / other.p50_ms, MORE)
    yield at_most("issue: statements more than in the other build", this.issue_statements - other.issue_statements, 0)
    yield at_most("call: statements more than in the other build", this.call_statements - other.call_statements, 0)


def _lines(this: Figures, other: Figures) -> Iterator[str]:
    yield f"{'an issue in two builds':<44}{'this':>9} {'other':>9}"
    yield figure_line("p50 ms, durable", this.durable_p50_ms, other.durable_p50_ms)
    yield figure_line("p50 ms, without the disk", this.p50_ms, other.p50_ms)
    yield figure_line("statements of an issue", this.issue_statements, other.issue_statements)
    yield figure_line("statements of a call", this.call_statements, other.call_statements)
