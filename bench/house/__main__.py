"""`python -m bench.house [--json] [FOLDER]`: print the figures of the tree in a folder, by default this one."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from bench.house.figures import measure, table


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(folder: Path, as_json: bool) -> None:
    """Print the figures of structure."""
    figures = measure(folder)
    click.echo(json.dumps(asdict(figures)) if as_json else "\n".join(table(figures)))


main()
