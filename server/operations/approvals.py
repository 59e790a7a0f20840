"""What a second named person was asked for, at the machine: list it, approve it, refuse it."""

from typing import NoReturn

import click

from server.clock import SystemClock
from server.domain.approvals import Asked
from server.domain.instants import to_iso
from server.operations.at_machine import at_machine
from server.operations.shared import CENTRE, only_centre, settings_of, with_database
from server.services.people import approvals
from server.services.people.approvals import ApprovalView
from server.storage.database import Database
from server.storage.transaction import Transaction

NUMBER = click.argument("number", type=click.IntRange(min=1))


@click.group()
def approval() -> None:
    """What a second named person was asked for, where BAARI_SECOND_PERSON wants one."""


@approval.command("list")
@CENTRE
def list_approvals(centre: str | None) -> None:
    """List what was asked for, by whom, and how far it has come."""

    def run(db: Database) -> tuple[ApprovalView, ...]:
        state, now = only_centre(db, centre), SystemClock().now()
        return db.read(lambda read: approvals.approvals_of(read, state.id, now, at_machine()))

    click.echo("\n".join(map(_line, with_database(run))) or "Nothing was asked for.")


@approval.command()
@NUMBER
@CENTRE
def approve(number: int, centre: str | None) -> None:
    """Approve what somebody else asked for: they may do it once, within a day of asking."""
    _decide(number, centre, approved=True)


@approval.command()
@NUMBER
@CENTRE
def refuse(number: int, centre: str | None) -> None:
    """Refuse what somebody asked for; who asked takes it back by that."""
    _decide(number, centre, approved=False)


def require_approval(tx: Transaction, asked: Asked) -> ApprovalView | None:
    """Return None where the one at the machine may do something now, else what a second person has yet to approve.

    Whoever calls this does nothing more then, and tells it by `told`. Raises NamedPersonNeeded.
    """
    return approvals.waited_for(tx, settings_of().second_person, asked, SystemClock().now(), at_machine())


def told(waiting: ApprovalView) -> NoReturn:
    """Say that a second person is asked, and end the command with exit code 3."""
    until = to_iso(waiting.expires_at)
    click.echo(
        f"Nothing was done: a second named person has to approve it until {until}, by "
        f"“baari approval approve {waiting.id}” or at /manager/approvals. Give the command again then.",
        err=True,
    )
    raise click.exceptions.Exit(3)


def _decide(number: int, centre: str | None, *, approved: bool) -> None:
    def run(db: Database) -> ApprovalView:
        state, now = only_centre(db, centre), SystemClock().now()
        return db.write(state.id, lambda tx: approvals.decide(tx, number, approved, now, at_machine()))

    click.echo(_line(with_database(run)))


def _line(view: ApprovalView) -> str:
    decided = f"  {view.decided_by}" if view.decided_by else ""
    what = f"{view.about} {view.detail}".strip()
    return f"{view.id:<6}{view.act.value:<10}{view.state.value:<10}{what:<40}{view.asked_by}{decided}"
