"""Personal data on the command line: what leaves the floor, what is held."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from server.clock import SystemClock
from server.domain.centre import CentreState
from server.domain.derived import DerivedKeys
from server.domain.person_data import Terms
from server.operations import approvals
from server.operations.approvals import require_approval
from server.operations.at_machine import at_machine
from server.operations.shared import AS_JSON, CENTRE, Day, derived_keys, only_centre, settings_of, with_database
from server.services.people.approvals import ApprovalView
from server.services.person_data import asking, erasures, holds, leaving, told
from server.services.person_data.asking import Asked, Found
from server.storage.database import Database
from server.storage.sql import person_data
from server.storage.sql.centres import all_centres
from server.storage.transaction import Transaction


@click.group()
def records() -> None:
    """Personal data: what leaves the floor by the clock, what is sealed, and what a legal hold keeps."""


@records.command()
def status() -> None:
    """Tell for how long personal data stays, what is due, what is sealed and what is held."""
    terms = settings_of().terms
    click.echo(f"On the floor for {terms.floor_days} days, sealed until day {terms.sealed_days}, then gone.")
    for line in with_database(lambda db: [_status(db, centre, terms) for centre in db.read(all_centres)]):
        click.echo(line)


def _status(db: Database, centre: CentreState, terms: Terms) -> str:
    now = db.now(centre.id)
    sealed, first = db.read(lambda read: person_data.count_sealed(read, centre.id))
    due = db.read(lambda read: leaving.due_at(read, centre.id, terms, now))
    is_due = due is not None and db.read(lambda read: leaving.is_due(read, due))
    lines = [f"{centre.code}: sealed of {sealed} since {first or 'never'}; {'something' if is_due else 'nothing'} due."]
    if leaving.overdue(db, centre.id, terms, now):
        lines.append("  It is overdue: is “baari serve” running?")
    for hold in db.read(lambda read: told.hold_views(read, centre.id)):
        lines.append(f"  Hold {hold.id}: {hold.day}, {hold.token or 'all'}: {hold.reason}")
    return "\n".join(lines)


@records.command()
@CENTRE
def run(centre: str | None) -> None:
    """Let leave the floor, and end, what is due; exits 1 when something stands still."""
    terms = settings_of().terms

    def one_round(db: Database) -> leaving.Left:
        here = only_centre(db, centre)
        now, real = db.now(here.id), SystemClock().now()
        return leaving.Round(db, derived_keys(db), terms, here.id, now, real).run(at_machine())

    left = with_database(one_round)
    click.echo(f"Off the floor: {left.tokens} tokens, {left.bookings} bookings, {left.notes} notes.")
    click.echo(f"Gone: what was sealed of {left.ended}.")
    if left.held:
        click.echo(f"{left.held} stay by a legal hold.")
    if left.found:
        click.echo(f"Something stands still in {left.found} places.")
        sys.exit(1)


DAY = click.option("--day", type=Day(), required=True, help="Business day.")
REASON = click.option("--reason", required=True, help="Who asks for it, and why.")


@records.command("hold")
@DAY
@click.option("--token", "label", help="Only the token of this label.")
@REASON
@CENTRE
def place(day: date, label: str | None, reason: str, centre: str | None) -> None:
    """Let nothing of a day, or of one token of it, be sealed, ended or erased."""

    def hold(db: Database) -> int:
        return db.write(
            only_centre(db, centre).id, lambda tx: holds.place(tx, day, label, reason, _now(), at_machine())
        )

    number = with_database(hold)
    click.echo(f"Hold {number} is in force; “baari records lift {number}” lifts it.")


@records.command()
@click.argument("number", type=int)
@CENTRE
def lift(number: int, centre: str | None) -> None:
    """Lift a hold by its number."""
    with_database(
        lambda db: db.write(only_centre(db, centre).id, lambda tx: holds.lift(tx, number, _now(), at_machine()))
    )
    click.echo(f"Hold {number} is lifted: what it kept leaves at the next round.")


@click.group("person-data")
def person_data_group() -> None:
    """What a citizen may ask: to see what is known of them, to have it corrected, to have it erased."""


def _by_whom(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say of whom it is, and why."""
    options = (
        click.option("--phone", help="By a phone number, with its country or without."),
        click.option("--reference", help="By the reference of an appointment."),
        click.option("--token", "label", help="By a label, with --day."),
        click.option("--day", type=Day(), help="Business day of the label."),
        click.option("--reason", required=True, help="Who asks for it, and why: it stands on record."),
        CENTRE,
    )
    for option in reversed(options):
        command = option(command)
    return command


@person_data_group.command()
@_by_whom
@click.option("--reveal", is_flag=True, help="With the phone numbers: on record, too.")
@AS_JSON
def show(reason: str, centre: str | None, *, as_json: bool, reveal: bool, **whom: Any) -> None:  # the options of whom
    """Show what is known of somebody, on the floor and sealed; that it was shown is on record."""

    def run(db: Database) -> Found | ApprovalView:
        here, found = _found(db, centre, derived_keys(db), Asked(**whom))

        def note(tx: Transaction) -> ApprovalView | None:
            if found.every and (waiting := require_approval(tx, asking.copy_of(found))):
                return waiting
            asking.show(tx, found, reason, _now(), at_machine())
            for data in found.every if reveal else ():
                if data.phone is not None:
                    asking.reveal(tx, data.subject, reason, _now(), at_machine())
            return None

        return db.write(here, note) or found

    found = with_database(run)
    if isinstance(found, ApprovalView):
        approvals.told(found)
    phones = {data.subject: data.phone for data in found.every} if reveal else {}
    views = [_view(known, phones.get(known.subject)) for known in told.known_views(found)]
    if as_json:
        click.echo(json.dumps(views, ensure_ascii=False))
        return
    click.echo("\n".join(_line(view) for view in views) or "Nothing is known.")


def _found(db: Database, centre: str | None, keys: DerivedKeys, asked: Asked) -> tuple[int, Found]:
    """Return the centre that is meant, and what it knows of somebody."""
    here = only_centre(db, centre).id
    return here, db.read(lambda read: asking.find(read, here, asked, keys))


def _view(known: told.KnownView, phone: str | None) -> dict[str, object]:
    """Return what is known under its names, without what is not; with a phone number that was revealed."""
    view = {**asdict(known), "day": known.day.isoformat(), "phone": phone or known.phone}
    del view["subject"]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in view.items() if value}


def _line(view: Mapping[str, object]) -> str:
    parts = (", ".join(value) if isinstance(value, list) else str(value) for value in view.values())
    return "  ".join(f"{name} {_printable(part)}" for name, part in zip(view, parts, strict=True))


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


@person_data_group.command()
@_by_whom
@click.option("--set-phone", help="The right phone number.")
@click.option("--no-phone", is_flag=True, help="None is kept any more.")
def correct(reason: str, centre: str | None, set_phone: str | None, *, no_phone: bool, **whom: Any) -> None:  # options
    """Correct the phone number of somebody who is on the floor, or take it away."""
    if no_phone == (set_phone is not None):
        raise ValueError("say either --set-phone or --no-phone")

    def run(db: Database) -> int:
        here, found = _found(db, centre, derived_keys(db), Asked(**whom))
        return db.write(here, lambda tx: asking.correct(tx, found, set_phone, reason, _now(), at_machine()))

    click.echo(f"Corrected: {with_database(run)} tokens.")


@person_data_group.command()
@_by_whom
def erase(reason: str, centre: str | None, **whom: Any) -> None:  # options
    """Erase what is known of somebody who has gone; a restore from an older backup erases it again."""

    def run(db: Database) -> int | ApprovalView:
        keys = derived_keys(db)
        here, found = _found(db, centre, keys, Asked(**whom))

        def end(tx: Transaction) -> int | ApprovalView:
            waiting = require_approval(tx, asking.erasure_of(found))
            return waiting or asking.erase(tx, found, keys, reason, _now(), at_machine())

        erased = db.write(here, end)
        erasures.keep(db, settings_of().copies)
        return erased

    done = with_database(run)
    if isinstance(done, ApprovalView):
        approvals.told(done)
    click.echo(f"Erased: what was known by {done} tokens and bookings.")


def _now() -> datetime:
    return SystemClock().now()
