"""As what people work at which centres, and at which of them a session acts.

A membership is a role at a centre. Each act is on the record of the installation and moves `auth_seq`: what ends, ends
everywhere.
"""

from dataclasses import dataclass
from datetime import datetime

from server.domain.actors import By
from server.domain.credentials import normal_name
from server.domain.errors import AlreadyThere, Unauthenticated, UnknownCentre, UnknownPerson
from server.domain.events.installation import CentreChosen, MembershipBegun, MembershipEnded, RoleChanged, commitment
from server.domain.permissions import EVERYWHERE, Role
from server.domain.plan.plan import Names
from server.services.people import accounts
from server.services.people.principal import require_giver
from server.services.people.seats import STAFF
from server.storage.installation import InstallationLog
from server.storage.sql import memberships as rows
from server.storage.sql import people
from server.storage.sql.centres import all_centres
from server.storage.sql.people import Person
from server.storage.sql.presence import move_auth
from server.storage.transaction import Read, Transaction


@dataclass(frozen=True, slots=True)
class Workplace:
    """A centre at which a person may act; they have no `role` of its own where one for all centres lets them in."""

    centre: str
    name: Names
    role: Role | None


def workplaces_of(read: Read, number: int) -> tuple[Workplace, ...]:
    """Return the centres at which a person may act, those where they have a role of their own first."""
    own = rows.memberships_of(read, number)
    centres = {centre.code: centre.name for centre in all_centres(read)}
    there = {each.centre: Role(each.role) for each in own}
    more = sorted(centres.keys() - there.keys()) if EVERYWHERE & set(there.values()) else []
    return tuple(Workplace(code, centres[code], there.get(code)) for code in [*there, *more])


def set_role(tx: Transaction, number: int, role: Role, now: datetime, by: By) -> None:
    """Let a person whom the transaction's centre knows have a role there, which their open pages have at once.

    Doing it twice is harmless. Raises UnknownPerson, OwnAccount, and Forbidden for a role that reaches further.
    """
    account = accounts.another(tx, number, by)
    if account.role != role.value:
        _keep(tx, number, account.role, role, now, by)


def set_role_of(tx: Transaction, name: str, role: Role, now: datetime, by: By) -> None:
    """Let a person whom any centre knows have a role at the transaction's centre; raises as `set_role` does."""
    person = _named(tx, name)
    if rows.role_at(tx.conn, person.id, tx.centre.id) is None:
        _keep(tx, person.id, None, role, now, by)
    else:
        set_role(tx, person.id, role, now, by)


def begin(tx: Transaction, name: str, role: Role, now: datetime, by: By) -> int:
    """Let a person whose account another centre keeps work at the transaction's centre too; returns their number.

    Raises UnknownPerson, AlreadyThere, and Forbidden for a role that reaches further.
    """
    person = _named(tx, name)
    if rows.role_at(tx.conn, person.id, tx.centre.id) is not None:
        raise AlreadyThere(f"{person.user} works here already.")
    _keep(tx, person.id, None, role, now, by)
    return person.id


def end(tx: Transaction, number: int, now: datetime, by: By) -> None:
    """Let a person not work at the transaction's centre any more: their sessions that act there end, and they get up,
    unless a token is still with them.

    Raises UnknownPerson, also for who does not work here any more and whose account is kept elsewhere, and OwnAccount.
    """
    account = accounts.another(tx, number, by)
    if account.role is None:
        return
    log = _log(tx, now)
    rows.drop_membership(tx.conn, number, tx.centre.id)
    accounts.end_sessions_here(tx, number)
    accounts.get_up(tx, number)
    log.record(MembershipEnded(number, tx.centre.id), by)


def choose(tx: Transaction, number: int, session: str, code: str, now: datetime) -> None:
    """Let a session act at another centre, by the hash of its secret.

    Raises UnknownCentre where its person does not work, and Unauthenticated for a session that has ended.
    """
    log, centre = _log(tx, now), {each.code: each.id for each in all_centres(tx.conn)}.get(code)
    if centre is None or code not in {each.centre for each in workplaces_of(tx.conn, number)}:
        raise UnknownCentre(f"You do not work at “{code}”.")
    if rows.choose_centre(tx.conn, session, centre) != number:
        raise Unauthenticated("Please sign in again.")
    log.record(CentreChosen(number, commitment(session), centre), By(f"{STAFF}{number}"))


def _named(tx: Transaction, name: str) -> Person:
    normal = normal_name(name)
    person = None if normal is None else people.person_by_user(tx.conn, normal)
    if person is None:
        raise UnknownPerson(f"There is no “{name}” at any centre.")
    return person


def _keep(tx: Transaction, number: int, before: str | None, role: Role, now: datetime, by: By) -> None:
    require_giver(role, by)
    log = _log(tx, now)
    rows.keep_membership(tx.conn, number, tx.centre.id, role.value)
    event = RoleChanged(number, role.value, tx.centre.id)
    log.record(event if before is not None else MembershipBegun(number, tx.centre.id, role.value), by)


def _log(tx: Transaction, now: datetime) -> InstallationLog:
    """Note that who is there changes, and open the record before it does."""
    move_auth(tx.conn)
    return InstallationLog(tx, now)
