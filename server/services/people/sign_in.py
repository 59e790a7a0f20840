"""People who sign in with a password, and their sessions."""

import secrets
from datetime import datetime, timedelta

import argon2
from sqlalchemy import bindparam, delete, insert, select, update

from server.domain.errors import AlreadyThere, LockedOut, Unauthenticated
from server.domain.instants import to_iso
from server.domain.permissions import Role
from server.services.people.principal import Principal, secret_hash
from server.storage.statements import Statement
from server.storage.tables.centre import CentreTable
from server.storage.tables.people import StaffSessionTable, StaffTable
from server.storage.transaction import Read, Transaction

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 passes, 1 lane
PASSWORDS = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = PASSWORDS.hash(secrets.token_hex(16))
SESSION_AGE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=1)
SESSION_NOTED = timedelta(minutes=5)
FREE_TRIES = 5


def add_staff(tx: Transaction, user: str, role: Role, password: str, now: datetime) -> None:
    """Write a person who can sign in; raises AlreadyThere."""
    if tx.conn.execute(select(StaffTable.id).where(StaffTable.user == user)).first():
        raise AlreadyThere(f"There is a person “{user}” already.")
    row = {"user": user, "role": role.value, "password_hash": PASSWORDS.hash(password), "created_at": now}
    tx.conn.execute(insert(StaffTable).values(**row, centre_id=tx.centre.id))


def sign_in(tx: Transaction, user: str, password: str, now: datetime) -> str | None:
    """Return the secret of a new session, or None when user and password do not fit.

    Counting a failure is a change that stays, so a wrong password is an answer and not a refusal. Five wrong
    ones lock the person for a minute, each further one twice as long. Raises LockedOut while that lasts.
    """
    row = tx.conn.execute(
        select(
            StaffTable.id, StaffTable.centre_id, StaffTable.password_hash, StaffTable.failures, StaffTable.locked_until
        ).where(StaffTable.user == user)
    ).one_or_none()
    if row is None:
        _fits(NOBODY, password)  # as slow as for somebody, so that names cannot be guessed by time
        return None
    if row.locked_until is not None and now < row.locked_until:
        raise LockedOut("Too many wrong passwords. Please wait a moment.", until=to_iso(row.locked_until))
    if not _fits(row.password_hash, password):
        _count_failure(tx, row.id, row.failures + 1, now)
        return None
    tx.conn.execute(update(StaffTable).where(StaffTable.id == row.id).values(failures=0, locked_until=None))
    secret = secrets.token_urlsafe(32)
    times = {"created_at": now, "seen_at": now}
    tx.conn.execute(
        insert(StaffSessionTable).values(
            secret_hash=secret_hash(secret), centre_id=row.centre_id, staff_id=row.id, **times
        )
    )
    return secret


def forget_sessions(tx: Transaction, now: datetime) -> int:
    """Delete sessions that are too old; returns how many."""
    return tx.conn.execute(delete(StaffSessionTable).where(StaffSessionTable.created_at <= now - SESSION_AGE)).rowcount


def sign_out(tx: Transaction, secret: str) -> None:
    """End a session; ending it twice is harmless."""
    tx.conn.execute(delete(StaffSessionTable).where(StaffSessionTable.secret_hash == secret_hash(secret)))


SESSION = Statement(
    select(StaffTable.id, StaffTable.user, StaffTable.role, StaffTable.centre_id, CentreTable.code)
    .add_columns(StaffSessionTable.created_at, StaffSessionTable.seen_at)
    .join(StaffSessionTable, StaffSessionTable.staff_id == StaffTable.id)
    .join(CentreTable, CentreTable.id == StaffTable.centre_id)
    .where(StaffSessionTable.secret_hash == bindparam("secret"))
)


def principal_of_session(read: Read, secret: str, now: datetime) -> Principal:
    """Return who is signed in; raises Unauthenticated for a session that is unknown, too old or idle too long."""
    row = SESSION.row(read, secret=secret_hash(secret))
    if row is None:
        raise Unauthenticated("Please sign in again.")
    id_, user, role, centre_id, centre, created_at, seen_at = row
    if now >= created_at + SESSION_AGE or now >= seen_at + SESSION_IDLE:
        raise Unauthenticated("Please sign in again.")
    stale = now >= seen_at + SESSION_NOTED
    return Principal(f"staff:{id_}", Role(role), centre_id, centre, user=user, stale=stale)


def note_seen(tx: Transaction, secret: str, now: datetime) -> None:
    """Note that a session is in use."""
    tx.conn.execute(
        update(StaffSessionTable).where(StaffSessionTable.secret_hash == secret_hash(secret)).values(seen_at=now)
    )


def _fits(password_hash: str, password: str) -> bool:
    try:
        return PASSWORDS.verify(password_hash, password)
    except argon2.exceptions.VerifyMismatchError:
        return False


def _count_failure(tx: Transaction, staff_id: int, failures: int, now: datetime) -> None:
    locked = now + timedelta(minutes=2 ** (failures - FREE_TRIES)) if failures >= FREE_TRIES else None
    tx.conn.execute(update(StaffTable).where(StaffTable.id == staff_id).values(failures=failures, locked_until=locked))
