"""People who sign in: add, list, disable, another role or password."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import click

from server.clock import SystemClock
from server.domain.approvals import Asked, Guarded
from server.domain.credentials import normal_name, user_name
from server.domain.instants import to_iso
from server.domain.permissions import PEOPLE, Role
from server.operations.approvals import require_approval, told
from server.operations.at_machine import at_machine
from server.operations.shared import CENTRE, only_centre, with_database
from server.services.people import accounts, memberships, passwords, second_step, sign_in
from server.services.people.accounts import PersonView
from server.services.people.approvals import ApprovalView
from server.storage.database import Database
from server.storage.transaction import Transaction

T = TypeVar("T")
USER = click.option("--user", "name", required=True, help="Who: the name with which they sign in.")
ROLE = click.option("--role", type=click.Choice([role.value for role in PEOPLE]), required=True)
ROLE_WIDTH = 2 + max(len(role.value) for role in PEOPLE)
NO_ROLE = "–"
START = click.option("--start", is_flag=True, help="They choose one of their own when they next sign in.")


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.option("--user", "name", required=True)
@ROLE
@START
@CENTRE
@click.password_option()
def add(name: str, role: str, centre: str | None, password: str, *, start: bool) -> None:
    """Add a person; the password is asked for."""
    normal = user_name(name)
    kept = passwords.chosen(password, normal)

    def give(tx: Transaction, now: datetime) -> None:
        sign_in.add_staff(tx, normal, Role(role), kept, now, at_machine(), own_password=not start)

    _give_role(centre, normal, role, give)
    click.echo(f"{normal} can sign in.")


@user.command("list")
@CENTRE
def list_people(centre: str | None) -> None:
    """List who can sign in, and who is disabled or locked."""

    def run(db: Database) -> tuple[PersonView, ...]:
        state, now = only_centre(db, centre), SystemClock().now()
        return db.read(lambda read: accounts.people_of(read, state.id, now, at_machine()))

    click.echo("\n".join(map(_line, with_database(run))) or "There is nobody.")


@user.command("disable")
@USER
@CENTRE
def disable(name: str, centre: str | None) -> None:
    """Let a person sign in no more; their sessions end, open pages included."""
    _write(centre, lambda tx, now: accounts.disable(tx, _number(tx, name), now, at_machine()))
    click.echo(f"{normal_name(name)} cannot sign in any more.")


@user.command("enable")
@USER
@CENTRE
def enable(name: str, centre: str | None) -> None:
    """Let a person sign in again."""
    _write(centre, lambda tx, now: accounts.enable(tx, _number(tx, name), now, at_machine()))
    click.echo(f"{normal_name(name)} can sign in.")


@user.command("unlock")
@USER
@CENTRE
def unlock(name: str, centre: str | None) -> None:
    """Forget the wrong passwords that were given for a person."""
    _write(centre, lambda tx, now: accounts.unlock(tx, _number(tx, name), now, at_machine()))
    click.echo(f"{normal_name(name)} is not locked.")


@user.command("role")
@USER
@ROLE
@CENTRE
def set_role(name: str, role: str, centre: str | None) -> None:
    """Let a person have a role at a centre; who works elsewhere works there too from then on."""

    def give(tx: Transaction, now: datetime) -> None:
        memberships.set_role_of(tx, name, Role(role), now, at_machine())

    where = _give_role(centre, user_name(name), role, give)
    click.echo(f"{normal_name(name)} has the role {role} at {where}.")


@user.command("leave")
@USER
@CENTRE
def leave(name: str, centre: str | None) -> None:
    """Let a person not work at a centre any more; their sessions there end, open pages included."""
    _write(centre, lambda tx, now: memberships.end(tx, _number(tx, name), now, at_machine()))
    click.echo(f"{normal_name(name)} does not work there any more.")


@user.command("password")
@USER
@CENTRE
@click.password_option()
def give_password(name: str, centre: str | None, password: str) -> None:
    """Give a person a password, with which they choose their own when they next sign in; it is asked for."""
    kept = passwords.chosen(password, user_name(name))
    _write(centre, lambda tx, now: accounts.give_password(tx, _number(tx, name), kept, now, at_machine()))
    click.echo(f"{normal_name(name)} chooses a password of their own at the next sign-in.")


@user.command("second-step")
@click.option("--end", "name", required=True, metavar="NAME", help="Whose: the name with which they sign in.")
@CENTRE
def end_second_step(name: str, centre: str | None) -> None:
    """End the second step of a person whose phone is lost; their sessions end."""
    _write(centre, lambda tx, now: second_step.end(tx, _number(tx, name), now, at_machine()))
    click.echo(f"{normal_name(name)} signs in by the password alone.")


def _number(tx: Transaction, name: str) -> int:
    """Return the number of a person of the transaction's centre; raises UnknownPerson."""
    return accounts.number_of(tx.conn, tx.centre.id, name)


def _give_role(centre: str | None, name: str, role: str, give: Callable[[Transaction, datetime], None]) -> str:
    """Let somebody have a role, once a second person has approved it where one is asked for; return at which centre."""

    def run(tx: Transaction, now: datetime) -> ApprovalView | str:
        waiting = require_approval(tx, Asked(Guarded.ROLE, name, role))
        if waiting is None:
            give(tx, now)
        return waiting or tx.centre.code

    done = _write(centre, run)
    if not isinstance(done, str):
        told(done)
    return str(done)


def _write(centre: str | None, fn: Callable[[Transaction, datetime], T]) -> T:
    def run(db: Database) -> T:
        state, now = only_centre(db, centre), SystemClock().now()
        return db.write(state.id, lambda tx: fn(tx, now))

    return with_database(run)


def _line(person: PersonView) -> str:
    seen = "never seen" if person.seen_at is None else f"seen {to_iso(person.seen_at)}"
    password = "" if person.own_password else "  has a start password"
    second = "  second step" if person.second_step else ""
    role = NO_ROLE if person.role is None else person.role.value
    return f"{role:<{ROLE_WIDTH}}{person.user:<28}{person.state.value:<10}{seen}{password}{second}"
