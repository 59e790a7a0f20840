"""What an issue costs in the build on the path: `python -P bench/issue_cost.py FOLDER COUNT`, run by `bench.payload`.

It asks of a build no more than `Scene(url, synchronous=…)`, `Scene.issue` and `per_command`, which older ones have.
"""

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.scene import Scene
from bench.statements import per_command

WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """The median of an issue in milliseconds, with and without waiting for the disk, and statements per command."""

    durable_p50_ms: float
    p50_ms: float
    issue_statements: int
    call_statements: int


def cost(folder: Path, count: int) -> Cost:
    """Measure so many issues on two new databases."""
    durable, fast = (Scene(f"sqlite:///{folder / mode}.sqlite", synchronous=mode) for mode in ("FULL", "OFF"))
    times = _median_ms(durable, count), _median_ms(fast, count)
    counted = per_command(fast)
    for scene in (durable, fast):
        scene.db.close()
    return Cost(*times, counted["issue"]["statements"], counted["call"]["statements"])


def _median_ms(scene: Scene, count: int) -> float:
    each: list[float] = []
    for _ in range(count + WARM_UP):
        begin = perf_counter()
        scene.issue()
        each.append(perf_counter() - begin)
    return round(median(each[WARM_UP:]) * 1000, 4)


def main(where: str, count: str) -> None:
    """Print the cost as JSON."""
    with tempfile.TemporaryDirectory(dir=where) as folder:
        print(json.dumps(asdict(cost(Path(folder), int(count)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
