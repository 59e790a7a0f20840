"""People who sign in with a password, and their sessions.

A sign-in has three steps, so that the slow one holds up nobody's transaction: `person_named` reads, the caller lets
`passwords.fits` compute, and `settle` counts a failure or begins the session, in a short transaction.
"""

import secrets
from datetime import datetime, timedelta

from server.domain.actors import CLI, By
from server.domain.errors import AlreadyThere, LockedOut
from server.domain.events.installation import PersonAdded, SignedIn, SignedOut, SignInRefused, commitment
from server.domain.instants import to_iso
from server.domain.json import Stored
from server.domain.permissions import Role
from server.services.people.principal import secret_hash
from server.storage.installation import InstallationLog
from server.storage.sql import installation, people
from server.storage.sql.people import Person
from server.storage.sql.presence import hold_people, move_auth
from server.storage.transaction import Read, Transaction

SESSION_AGE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=1)
SESSION_NOTED = timedelta(minutes=5)
FREE_TRIES = 5


def add_staff(tx: Transaction, user: str, role: Role, password_hash: str, now: datetime, by: By = CLI) -> None:
    """Write a person who can sign in with the password of a hash (`passwords.hashed`); raises AlreadyThere."""
    move_auth(tx.conn)
    if people.person_by_user(tx.conn, user) is not None:
        raise AlreadyThere(f"There is a person “{user}” already.")
    log = InstallationLog(tx, now)
    number = people.add_person(tx.conn, tx.centre.id, user, role.value, password_hash, at=now)
    log.record(PersonAdded(number, tx.centre.id, role.value, commitment(password_hash), user), by)


def person_named(read: Read, user: str, now: datetime) -> Person | None:
    """Return a person who wants to sign in, None when nobody has that name; raises LockedOut while they may not."""
    person = people.person_by_user(read, user)
    if person is not None:
        _require_unlocked(person, now)
    return person


def settle(tx: Transaction, person: Person, fits: bool, now: datetime, address: str | None = None) -> str | None:
    """Return the secret of a new session, or None when the password did not fit.

    Counting a failure is a change that stays, so a wrong password is an answer and not a refusal. Five wrong ones lock
    the person for a minute, each further one twice as long. Raises LockedOut while that lasts, also for a right
    password: of many tries at once, those that come after the fifth wrong one tell nothing.
    """
    hold_people(tx.conn)
    now_there = people.person_by_user(tx.conn, person.user)
    if now_there is None or now_there.password_hash != person.password_hash:  # changed while it was computed
        return None
    _require_unlocked(now_there, now)
    if not fits:
        _count_failure(tx, now_there, now)
        return None
    move_auth(tx.conn)
    people.set_failures(tx.conn, person.id, 0, None)
    secret = secrets.token_urlsafe(32)
    log, kept = InstallationLog(tx, now), secret_hash(secret)
    people.add_session(tx.conn, now_there, kept, at=now)
    log.record(SignedIn(person.id, commitment(kept), address), _by(person.id))
    return secret


def note_refusal(tx: Transaction, user: str, address: str | None, now: datetime, *, locked: bool) -> None:
    """Take down that a sign-in was refused: one event for an address, a name and a minute, which counts the tries.

    A name that nobody has is not kept: it may be a password that was typed in the wrong place.
    """
    log, person = InstallationLog(tx, now), people.person_by_user(tx.conn, user)
    number = None if person is None else person.id
    for row in installation.refusals_since(tx.conn, now.replace(second=0, microsecond=0)):
        beside: Stored = row.private or {}
        if (row.data["person"], beside.get("address")) == (number, address):
            installation.note_beside(tx.conn, row.seq, {**beside, "tries": beside["tries"] + 1})
            return
    log.record(SignInRefused(number, locked, address, 1), By("nobody"))


def forget_sessions(tx: Transaction, now: datetime) -> int:
    """Delete sessions that are too old; returns how many."""
    hold_people(tx.conn)
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


def _require_unlocked(person: Person, now: datetime) -> None:
    if person.locked_until is not None and now < person.locked_until:
        raise LockedOut("Too many wrong passwords. Please wait a moment.", until=to_iso(person.locked_until))


def _count_failure(tx: Transaction, person: Person, now: datetime) -> None:
    failures = person.failures + 1
    locked = now + timedelta(minutes=2 ** (failures - FREE_TRIES)) if failures >= FREE_TRIES else None
    people.set_failures(tx.conn, person.id, failures, locked)
