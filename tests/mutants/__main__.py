"""`python -m tests.mutants`: plant faults, print the scores, and end with 1 where one is too low."""

import sys
from pathlib import Path

import click

from tests.mutants.judge import Judged
from tests.mutants.reach import reach
from tests.mutants.report import report, scores
from tests.mutants.run import Pace, try_all
from tests.mutants.sample import draw, sources

ROOT = Path(__file__).parents[2]


@click.command()
@click.option("--count", default=600, help="How many mutants.")
@click.option("--seed", default=1, help="The same seed draws the same mutants of the same tree.")
@click.option("--module", default="", metavar="PATH", help="Only mutants of this file or folder.")
@click.option("--tests", default="tests", metavar="PATH", help="Only these tests are asked.")
@click.option("--workers", default=2, help="How many mutants are tried at once.")
@click.option("--minutes", default=60.0, help="No mutant is begun later than this.")
def main(count: int, seed: int, module: str, tests: str, workers: int, minutes: float) -> None:
    """Plant faults in our Python and see whether the tests find them."""
    mutants = draw(sources(ROOT, module), count, seed)
    if not mutants:
        raise click.BadParameter(f"{module!r} has nothing to change", param_hint="--module")
    click.echo("measuring which tests reach what …", err=True)
    known = reach(ROOT, tests)

    def tell(judged: Judged) -> None:
        click.echo(f"{judged.verdict:<12}{judged.mutant}", err=True)

    judged = try_all(ROOT, mutants, known, Pace(workers, longest_s=60 * minutes), tell)
    click.echo("\n".join(report(judged, len(mutants))))
    sys.exit(0 if all(score.is_enough for score in scores(judged)) else 1)


main()
