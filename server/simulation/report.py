"""Simulated days as a table for people, and how far they have come."""

from collections.abc import Mapping

from server.simulation.day import Progress, Result


def day_report(result: Result) -> str:
    """Return the figures of the days: who came, how long they stayed and waited, and whether the replay agrees."""
    opened = " ".join(f"{stage} {number}" for stage, number in result["open"].items())
    lines = [
        f"Seed {result['seed']}, days {result['days']}, counters open: {opened}",
        f"{result['issued']} tokens issued, {result['completed']} completed, {result['no_show']} never came.",
        "",
        "stay, minutes       n    p50    p90    p95",
        *(_row(f"  {n}", s, ("p50", "p90", "p95")) for n, s in result["stay"].items()),
        "wait, minutes",
        *(_row(f"  stage {n}", s, ("p50", "p90")) for n, s in result["wait"].items()),
        "",
        f"{result['events']} events in {result['seconds']} s, replayed in {result['verify']['seconds']} s.",
        "Replay: " + ("every promise kept." if result["verify"]["ok"] else "; ".join(result["verify"]["faults"])),
    ]
    return "\n".join(lines)


def _row(name: str, spread: Mapping[str, float], percents: tuple[str, ...]) -> str:
    return f"{name:<14}{spread['n']:>7}" + "".join(f"{spread[p]:>7.1f}" for p in percents if p in spread)


def progress_line(progress: Progress) -> str:
    """Return where a simulation is: the day, the tokens, the pace, and the time that is left at this pace."""
    pace = progress.events / progress.seconds if progress.seconds else 0.0
    left = progress.seconds / progress.day * (progress.days - progress.day)
    return (
        f"day {progress.day} of {progress.days}: {progress.tokens} tokens, {progress.events} events, "
        f"{pace:.0f} events/s, {left / 60:.0f} min left"
    )
