"""People who sign in with a password, and their sessions.

A sign-in has three steps, so that the slow one holds up nobody's transaction: `person_named` reads, the caller lets
`passwords.fits` compute, and `settle` counts a failure or begins the session, in a short transaction.
"""

import secrets
from datetime import datetime, timedelta

from server.domain.actors import CLI, By
from server.domain.credentials import normal_name, user_name
from server.domain.errors import AlreadyThere
from server.domain.events.installation import PersonAdded, SignedIn, SignedOut, SignInRefused, commitment
from server.domain.json import Stored
from server.domain.permissions import Role
from server.services.people import slowing
from server.services.people.principal import require_giver, secret_hash
from server.storage.installation import InstallationLog
from server.storage.sql import installation, memberships, people, second_steps
from server.storage.sql.people import Person
from server.storage.sql.presence import hold_people, move_auth
from server.storage.transaction import Read, Transaction

SESSION_AGE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=1)
NOTED = timedelta(minutes=5)
SECOND_STEP_WITHIN = timedelta(minutes=10)
"""So long a session may wait for its second step."""


def add_staff(
    tx: Transaction,
    user: str,
    role: Role,
    password_hash: str,
    now: datetime,
    by: By = CLI,
    /,
    *,
    own_password: bool = True,
) -> int:
    """Write a person who can sign in with the password of a hash (`passwords.chosen`); returns their number.

    The transaction's centre keeps their account, and they work there. Raises InvalidInput for what can be no name,
    AlreadyThere, and Forbidden for a role that reaches further.
    """
    user = user_name(user)
    require_giver(role, by)
    move_auth(tx.conn)
    if people.person_by_user(tx.conn, user) is not None:
        raise AlreadyThere(f"There is a person “{user}” already.")
    log = InstallationLog(tx, now)
    number = people.add_person(tx.conn, tx.centre.id, user, password_hash, at=now, own_password=own_password)
    memberships.keep_membership(tx.conn, number, tx.centre.id, role.value)
    log.record(PersonAdded(number, tx.centre.id, role.value, commitment(password_hash), user), by)
    return number


def person_named(read: Read, user: str, now: datetime, address: str | None = None) -> Person | None:
    """Return who wants to sign in, None when nobody of that name can; raises LockedOut while one has to wait."""
    slowing.require_calm(read, user, address, now)
    person = _named(read, user)
    return None if person is None or not person.may_sign_in else person


def _named(read: Read, typed: str) -> Person | None:
    name = normal_name(typed)
    return None if name is None else people.person_by_user(read, name)


def settle(tx: Transaction, person: Person, fits: bool, now: datetime, address: str | None = None) -> str | None:
    """Return the secret of a new session, or None when the password did not fit.

    The session of somebody who has a second step waits for it (`second_step`), that of somebody who works at several
    centres until they have chosen one (`memberships`).

    Counting a wrong one is a change that stays, so it is an answer and not a refusal. Raises LockedOut while one has to
    wait, also for a right password: of many tries at once, those after the fifth wrong one tell nothing.
    """
    hold_people(tx.conn)
    slowing.require_calm(tx.conn, person.user, address, now)
    now_there = people.person_by_user(tx.conn, person.user)
    if now_there is None or not now_there.may_sign_in:
        return None
    if now_there.password_hash != person.password_hash:  # changed while it was computed
        return None
    if not fits:
        slowing.note_miss(tx, person.user, address, person.id, now)
        return None
    slowing.note_right(tx, person.user, address)
    move_auth(tx.conn)
    secret = secrets.token_urlsafe(32)
    log, kept = InstallationLog(tx, now), secret_hash(secret)
    second_due = second_steps.factor_of(tx.conn, person.id) is not None
    places = memberships.memberships_of(tx.conn, person.id)
    centre, dues = places[0].centre_id, {"second_due": second_due, "centre_due": len(places) > 1}
    people.add_session(tx.conn, now_there, kept, at=now, centre_id=centre, address=address, **dues)
    log.record(SignedIn(person.id, commitment(kept), address, centre), _by(person.id))
    return secret


def settle_stranger(tx: Transaction, user: str, now: datetime, address: str | None = None) -> None:
    """Count a try for a name that nobody has as a wrong password is counted; raises LockedOut as `settle` does."""
    hold_people(tx.conn)
    slowing.require_calm(tx.conn, user, address, now)
    slowing.note_miss(tx, user, address, None, now)


def note_refusal(tx: Transaction, user: str, address: str | None, now: datetime, *, locked: bool) -> None:
    """Take down that a sign-in was refused: one event for an address, a name and a minute, which counts the tries.

    A name that nobody has is not kept: it may be a password that was typed in the wrong place.
    """
    log, person = InstallationLog(tx, now), _named(tx.conn, user)
    number = None if person is None else person.id
    for row in installation.refusals_since(tx.conn, now.replace(second=0, microsecond=0)):
        beside: Stored = row.private or {}
        if (row.data["person"], beside.get("address")) == (number, address):
            installation.note_beside(tx.conn, row.seq, {**beside, "tries": beside["tries"] + 1})
            return
    log.record(SignInRefused(number, locked, address, 1), By("nobody"))


def forget_sessions(tx: Transaction, now: datetime) -> int:
    """Delete sessions, and wrong passwords, that are too old; returns how many sessions."""
    hold_people(tx.conn)
    slowing.forget(tx, now)
    count = people.end_sessions_before(tx.conn, now - SESSION_AGE)
    if count:
        move_auth(tx.conn)
    return count


def sign_out(tx: Transaction, secret: str, now: datetime | None = None) -> None:
    """End a session; ending it twice is harmless."""
    move_auth(tx.conn)
    log, kept = InstallationLog(tx, now or tx.now), secret_hash(secret)
    person = people.end_session(tx.conn, kept)
    if person is not None:
        log.record(SignedOut(person, commitment(kept)), _by(person))


def note_seen(tx: Transaction, secret: str, now: datetime) -> None:
    """Note that a session is in use."""
    hold_people(tx.conn)
    people.note_session_seen(tx.conn, secret_hash(secret), now)


def _by(person: int) -> By:
    return By(f"staff:{person}")
