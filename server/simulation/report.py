"""A simulated day as a table for people."""

from collections.abc import Mapping
from typing import Any


def day_report(result: Mapping[str, Any]) -> str:
    """Return the figures of a day: who came, how long they stayed and waited, and whether the replay agrees."""
    opened = " ".join(f"{stage} {number}" for stage, number in result["open"].items())
    lines = [
        f"Seed {result['seed']}, counters open: {opened}",
        f"{result['issued']} tokens issued, {result['completed']} completed, {result['no_show']} never came.",
        "",
        "stay, minutes       n    p50    p90    p95",
        *(_row(f"  {n}", s, ("p50", "p90", "p95")) for n, s in result["stay"].items()),
        "wait, minutes",
        *(_row(f"  stage {n}", s, ("p50", "p90")) for n, s in result["wait"].items()),
        "",
        "Replay: " + ("every promise kept." if result["verify"]["ok"] else "; ".join(result["verify"]["faults"])),
    ]
    return "\n".join(lines)


def _row(name: str, spread: Mapping[str, float], percents: tuple[str, ...]) -> str:
    return f"{name:<14}{spread['n']:>7}" + "".join(f"{spread[p]:>7.1f}" for p in percents if p in spread)
