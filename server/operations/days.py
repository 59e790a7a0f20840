"""The business day on the command line: who is still here, close it, serve on, open it again."""

import json
from dataclasses import asdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

import click

from server.domain.centre import CentreState
from server.domain.day import Then
from server.operations.at_machine import at_machine
from server.operations.shared import AS_JSON, CENTRE, Day, only_centre, with_database
from server.services.floor.day import Closing, DayClose, DayExtension, close_day, extend_day, people_here
from server.services.floor.reopening import Reopening, reopen_day
from server.services.views.days import DayView, day_of
from server.storage.database import Database

WHICH = click.option("--day", "which", type=Day(), help="Business day; the present one when not given.")


@click.group()
def day() -> None:
    """The business day: show who is still here, close it, serve people on, open it again."""


@day.command()
@WHICH
@CENTRE
@AS_JSON
def show(which: date | None, centre: str | None, as_json: bool) -> None:
    """Show a business day and who is still here."""

    def look(db: Database) -> tuple[DayView, ZoneInfo]:
        state = only_centre(db, centre)
        return _view(db, state, which), ZoneInfo(state.timezone)

    view, zone = with_database(look)
    click.echo(json.dumps(asdict(view), default=str) if as_json else "\n".join(_lines(view, zone)))


@day.command()
@WHICH
@click.option("--then", type=click.Choice([Then.END.value, Then.CARRY_OVER.value]), help="What becomes of who is here.")
@click.option("--reason", help="Why it is closed.")
@click.option("--yes", is_flag=True, help="Close it without asking once more.")
@CENTRE
def close(which: date | None, then: str | None, reason: str | None, yes: bool, centre: str | None) -> None:
    """Close the business day: who is still here is shown first, and may come again or is carried over."""

    def run(db: Database) -> DayClose:
        state = only_centre(db, centre)
        here = db.read(lambda conn: people_here(conn, state.id))
        asked = which or state.today(db.now(state.id))
        for token in here:
            click.echo(f"{token.label}  {token.step.state.value} at {token.step.counter or token.step.stage}")
        if here and then is None:
            raise click.UsageError(f"{len(here)} people are still here: choose --then end or --then carry_over.")
        if not yes:
            click.confirm(f"Close {asked}? {len(here)} people are still here.", abort=True)
        closing = Closing(tuple(token.id for token in here), Then(then or Then.END.value), reason)
        return db.write(state.id, lambda tx: close_day(tx, asked, closing, at_machine()))

    closed = with_database(run)
    click.echo(
        f"{closed.day} is closed: {closed.expired} may come again, {closed.no_show} no-shows, "
        f"{closed.still_here} carried over, {closed.counters} counters closed."
    )


@day.command()
@click.argument("until", type=click.DateTime(["%H:%M", "%Y-%m-%dT%H:%M"]))
@WHICH
@CENTRE
def extend(until: datetime, which: date | None, centre: str | None) -> None:
    """Serve who is here on until a time of the centre's clock: baari day extend 18:30."""

    def run(db: Database) -> DayExtension:
        state = only_centre(db, centre)
        asked = which or state.today(db.now(state.id))
        local = until if until.year > 1900 else datetime.combine(asked, until.time())
        moment = local.replace(tzinfo=ZoneInfo(state.timezone))
        return db.write(state.id, lambda tx: extend_day(tx, asked, moment, at_machine()))

    click.echo(f"People are served until {with_database(run).until}.")


@day.command()
@WHICH
@click.option("--reason", required=True, help="Why it goes on.")
@CENTRE
def reopen(which: date | None, reason: str, centre: str | None) -> None:
    """Open the day that was closed last again: everybody whom its close ended stands where they stood."""

    def run(db: Database) -> Reopening:
        state = only_centre(db, centre)
        asked = which or state.closed_day or state.today(db.now(state.id))
        return db.write(state.id, lambda tx: reopen_day(tx, asked, reason, at_machine()))

    done = with_database(run)
    paused = f" Paused, with somebody there: {', '.join(done.counters)}." if done.counters else ""
    click.echo(f"{done.day} is open again: {done.restored} people stand where they stood.{paused}")


def _view(db: Database, state: CentreState, which: date | None) -> DayView:
    return db.read(lambda conn: day_of(conn, state.code, which, db.now(state.id)))


def _local(instant: str, zone: ZoneInfo) -> str:
    """Return an instant as the clock of a centre shows it."""
    return f"{datetime.fromisoformat(instant).astimezone(zone):%Y-%m-%d %H:%M}"


def _lines(view: DayView, zone: ZoneInfo) -> list[str]:
    until = f", until {_local(view.closes_at, zone)}" if view.closes_at else ""
    lines = [f"{view.day} is {view.state.value.replace('_', ' ')}{until}. {len(view.live)} people are here."]
    lines += [f"  {token.label}  {token.state} at {token.counter or token.stage}" for token in view.live]
    return lines + [
        f"  sealed at {_local(s.at, zone)}, event {s.seq}{' (superseded)' if s.superseded else ''}" for s in view.seals
    ]
