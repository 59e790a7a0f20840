"""Try a centre out: simulated days, and the benchmarks."""

import json
import sys
from pathlib import Path

import click

from bench.part import Setting
from bench.run import PARTS
from bench.run import run as run_benchmarks
from server.operations.shared import AS_JSON, PRESETS
from server.services.setup import presets
from server.services.setup.shapes import Preset
from server.simulation.day import Progress, Span
from server.simulation.day import simulate as simulate_days
from server.simulation.report import day_report, progress_line


@click.command()
@click.option("--preset", type=PRESETS, default="M", help="What kind of centre.")
@click.option("--open", "opened", default="", metavar="G=6,A=30", help="Counters open by stage.")
@click.option("--seed", type=int, default=1, help="The same seed gives the same days.")
@click.option("--days", type=click.IntRange(min=1), default=1, help="How many business days.")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Leave the SQLite database in this file.")
@AS_JSON
def simulate(preset: str, opened: str, seed: int, days: int, keep: Path | None, as_json: bool) -> None:
    """Run whole days through the real services on a temporary database."""
    shape = presets.load_preset(preset)
    span = Span(seed, days, _counts(opened, shape))

    def tell(progress: Progress) -> None:
        click.echo(progress_line(progress), err=True)

    result = simulate_days(shape, span, keep=keep, tell=tell if days > 1 else lambda _: None)
    click.echo(json.dumps(result) if as_json else day_report(result))
    sys.exit(0 if result["verify"]["ok"] else 1)


def _counts(text: str, shape: Preset) -> dict[str, int]:
    """Read `G=6,A=30`; raises BadParameter naming what is wrong."""
    most = {stage.code: stage.counters for stage in shape.stages}
    counts: dict[str, int] = {}
    for part in filter(None, text.split(",")):
        stage, _, number = part.partition("=")
        if stage not in most or not number.isdigit() or not 0 <= int(number) <= most[stage]:
            raise click.BadParameter(f"{part!r}: stages are {most}", param_hint="--open")
        counts[stage] = int(number)
    return counts


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes: to see that it works, not for figures.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Disk to measure; default: here.")
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), help="Only this; may be given again.")
@click.option("--beside", type=click.Path(file_okay=False, path_type=Path), help="Another checkout, for `payload`.")
@AS_JSON
def bench(quick: bool, folder: Path | None, parts: tuple[str, ...], beside: Path | None, as_json: bool) -> None:
    """Measure commands, screens and phones beside the raw limits of this machine."""
    result, lines = run_benchmarks(Setting(folder or Path.cwd(), quick, beside), parts)
    click.echo(json.dumps(result) if as_json else "\n".join(lines))
