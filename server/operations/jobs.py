"""What of the outbox nobody tries any more: look at it, and queue it again."""

import click

from server.domain.errors import InvalidInput
from server.domain.instants import to_iso
from server.domain.jobs import Job
from server.operations.at_machine import at_machine
from server.operations.shared import CENTRE, only_centre, with_database
from server.services.outbox import jobs
from server.storage.database import Database


@click.group()
def job() -> None:
    """See what was refused too often or waited too long, and queue it again."""


@job.command("dead")
@CENTRE
def list_dead(centre: str | None) -> None:
    """List the latest dead jobs of a centre, newest first."""

    def dead(db: Database) -> list[Job]:
        state = only_centre(db, centre)
        return db.read(lambda read: jobs.dead_jobs(read, state.id))

    lines = [_line(job) for job in with_database(dead)]
    click.echo("\n".join(lines) or "No job is dead.")


@job.command("retry")
@click.argument("number", type=int)
@CENTRE
def retry(number: int, centre: str | None) -> None:
    """Queue a dead job once more, as if it were new; a running server does it."""

    def again(db: Database) -> None:
        if not db.write(only_centre(db, centre).id, lambda tx: jobs.requeue(tx, number, at_machine())):
            raise InvalidInput(f"No dead job has the number {number}. “baari job dead” lists them.")

    with_database(again)
    click.echo(f"Job {number} is queued again.")


def _line(job: Job) -> str:
    what = f"{job.target.kind} at {job.target.name}"
    return f"{job.id:>8}  {to_iso(job.queued_at)}  {what}  {job.attempts} tries: {job.detail or 'no reason told'}"
