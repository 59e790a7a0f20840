"""Simulate days of preset M and print them beside the expected figures: `python -m bench.floor_figures 10`."""

import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from statistics import mean, stdev
from typing import Any

from server.services.setup.presets import load_preset
from server.simulation.day import simulate_day

# Tokens, then p50, p90, p95 of all stays and p90 of series F, in minutes: mean and standard deviation of an
# independent simulation of the same preset over 40 seeds.
EXPECTED: dict[tuple[int, int, int, int], tuple[tuple[int, int], ...]] = {
    (6, 30, 10, 6): ((564, 7), (28, 1), (41, 1), (46, 1), (38, 4)),
    (6, 30, 10, 4): ((564, 7), (54, 7), (74, 8), (79, 8), (38, 4)),
    (6, 24, 10, 6): ((564, 7), (31, 2), (45, 3), (49, 3), (38, 3)),
}


def figures(result: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the five figures of a simulated day."""
    everyone, protected = result["stay"]["all"], result["stay"]["F"]
    return result["issued"], everyone["p50"], everyone["p90"], everyone["p95"], protected["p90"]


def one_day(job: tuple[int, tuple[int, int, int, int]]) -> tuple[float, ...]:
    """Simulate one day; raises RuntimeError when its replay finds a fault."""
    seed, opened = job
    result = simulate_day(load_preset("M"), seed, dict(zip("GABC", opened, strict=True)))
    if not result["verify"]["ok"]:
        raise RuntimeError(f"seed {seed}: {result['verify']['faults']}")
    return figures(result)


def main(seeds: int) -> None:
    """Print, for each staffing, every seed, the mean, what was expected and how far off it is in deviations."""
    jobs = [(seed, opened) for opened in EXPECTED for seed in range(1, seeds + 1)]
    with ProcessPoolExecutor() as pool:
        days = list(pool.map(one_day, jobs))
    print("| counters G/A/B/C open | seed | tokens | p50 stay | p90 stay | p95 stay | p90 stay of F |")
    print("|---|---|---|---|---|---|---|")
    for place, (opened, expected) in enumerate(EXPECTED.items()):
        own_days = days[place * seeds : (place + 1) * seeds]
        name = " / ".join(map(str, opened))
        for seed, values in enumerate(own_days, 1):
            print(row(name, seed, (f"{value:.0f}" for value in values)))
        columns = list(zip(*own_days, strict=True))
        print(row(name, f"mean of {seeds}", (f"{mean(c):.1f} ± {stdev(c):.1f}" for c in columns)))
        print(row(name, "expected", (f"{centre} ± {spread}" for centre, spread in expected)))
        off = ((mean(c) - centre) / spread for c, (centre, spread) in zip(columns, expected, strict=True))
        print(row(name, "off by deviations", (f"{value:+.1f}" for value in off)))


def row(*cells: Any) -> str:
    """Return a line of the table; the last cell is a series of figures."""
    return "| " + " | ".join(str(cell) for cell in (*cells[:-1], *cells[-1])) + " |"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
