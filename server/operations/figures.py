"""The figures of a centre made anew from its log."""

import sys

import click

from server.operations.shared import CENTRE, only_centre, with_database
from server.services.figures.cells import rebuild
from server.storage.database import Database


@click.group()
def figures() -> None:
    """The figures that are counted from the event log."""


@figures.command("rebuild")
@CENTRE
def rebuild_cells(centre: str | None) -> None:
    """Count all events anew; a running server may go on."""

    def run(db: Database) -> str:
        state = only_centre(db, centre)
        with click.progressbar(length=state.event_seq, label="Counting events", file=sys.stderr) as bar:
            rebuild(db, state.id, lambda done, _last: bar.update(done - bar.pos))
        return f"{state.event_seq} events of {state.code} are counted."

    click.echo(with_database(run))
