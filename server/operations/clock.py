"""Which clock is right: what the floor's own says, what the machine's, and what a person chooses."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from server.domain.centre import CentreState
from server.domain.steady.choice import Choice
from server.operations.at_machine import at_machine
from server.operations.shared import CENTRE, only_centre, with_database
from server.services.floor.clock import ClockView, look, settle
from server.storage.database import Database

WHY = {
    "step": "the machine's clock was set",
    "behind": "the machine was started with a clock that is behind the last event",
    "late": "the machine was started after the next opening, and nothing says that its clock is right",
}


@click.command()
@click.argument("choice", required=False, type=click.Choice([choice.value for choice in Choice]))
@CENTRE
def clock(choice: str | None, centre: str | None) -> None:
    """Tell what the clocks say, or say which is right: the floor's own, or the machine's (wall)."""

    def run(db: Database) -> list[str]:
        state = only_centre(db, centre)
        act = look if choice is None else lambda tx: settle(tx, Choice(choice), at_machine())
        return _lines(state, db.write(state.id, act))

    click.echo("\n".join(with_database(run)))


def _lines(centre: CentreState, clock: ClockView) -> list[str]:
    zone = ZoneInfo(centre.timezone)
    lines = [
        f"The floor's clock    {_local(clock.now, zone)}",
        f"The machine's clock  {_local(clock.wall, zone)}",
        f"People are shown     {_local(clock.shown, zone)}",
    ]
    if clock.why is not None and clock.since is not None:
        lines += [
            f"They disagree since {_local(clock.since, zone)}: {WHY[clock.why]}.",
            "The floor goes on with its own. Say which is right: “baari clock floor” or “baari clock wall”.",
        ]
    return lines


def _local(text: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%d-%m-%Y %H:%M:%S")
