"""Who is there: bearer keys of devices and integrations, and staff passwords."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import argon2
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from server.domain.errors import AlreadyThere, Forbidden, LockedOut, Unauthenticated, UnknownCounter, UnknownDevice
from server.domain.roles import Role
from server.domain.token_records import to_iso
from server.storage.models import Centre, Counter
from server.storage.people import AccessKey, Device, Staff, StaffSession
from server.storage.statements import Statement
from server.storage.transaction import Transaction

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 passes, 1 lane
PASSWORDS = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = PASSWORDS.hash(secrets.token_hex(16))
KEY_PREFIX = "baari_"
SESSION_AGE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=1)
SESSION_NOTED = timedelta(minutes=5)
FREE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends a command: `id` is written into events; a key may be bound to a device or a counter.

    `user` is the name of a person who is signed in; `stale` asks to note that their session is in use.
    """

    id: str
    role: Role
    centre_id: int
    centre: str
    device: str | None = None
    counter: str | None = None
    printer: str | None = None
    user: str | None = None
    stale: bool = False

    def require_centre(self, code: str) -> None:
        """Raise Forbidden unless this principal belongs to the centre."""
        if code != self.centre:
            raise Forbidden("This key belongs to another centre.")

    def require_counter(self, counter_id: str) -> None:
        """Raise Forbidden when this principal is bound to another counter."""
        if self.counter not in (None, counter_id):
            raise Forbidden(f"This key is for counter {self.counter}.")


def create_key(
    tx: Transaction,
    role: Role,
    name: str,
    now: datetime,
    *,
    device: str | None = None,
    counter: str | None = None,
) -> str:
    """Make a bearer key of the transaction's centre and return it: it is shown once and kept as a hash only.

    Raises UnknownDevice, UnknownCounter.
    """
    _require(tx, device, Device, UnknownDevice)
    _require(tx, counter, Counter, UnknownCounter)
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    row = {"name": name, "role": role.value, "device_id": device, "counter_id": counter, "created_at": now}
    tx.conn.execute(insert(AccessKey).values(**row, centre_id=tx.centre.id, secret_hash=_hash(secret)))
    return secret


KEY = Statement(
    select(AccessKey.id, AccessKey.role, AccessKey.centre_id, Centre.code)
    .add_columns(AccessKey.device_id, AccessKey.counter_id, Device.printer)
    .join(Centre, Centre.id == AccessKey.centre_id)
    .outerjoin(Device, Device.id == AccessKey.device_id)
    .where(AccessKey.secret_hash == bindparam("secret"), AccessKey.revoked_at.is_(None))
)


def principal_of_key(conn: Connection, secret: str) -> Principal:
    """Return who holds a bearer key; raises Unauthenticated for one that is unknown or revoked."""
    row = KEY.row(conn, secret=_hash(secret))
    if row is None:
        raise Unauthenticated("This key is not known here.")
    id_, role, *bound = row
    return Principal(f"key:{id_}", Role(role), *bound)


def places(conn: Connection) -> dict[str, list[str]]:
    """Return the ids of all kiosks and boards, for the signpost."""
    rows = conn.execute(select(Device.kind, Device.id).order_by(Device.id)).all()
    return {kind: [row.id for row in rows if row.kind == kind] for kind in ("kiosk", "board")}


def add_staff(tx: Transaction, user: str, role: Role, password: str, now: datetime) -> None:
    """Write a person who can sign in; raises AlreadyThere."""
    if tx.conn.execute(select(Staff.id).where(Staff.user == user)).first():
        raise AlreadyThere(f"There is a person “{user}” already.")
    row = {"user": user, "role": role.value, "password_hash": PASSWORDS.hash(password), "created_at": now}
    tx.conn.execute(insert(Staff).values(**row, centre_id=tx.centre.id))


def sign_in(tx: Transaction, user: str, password: str, now: datetime) -> str | None:
    """Return the secret of a new session, or None when user and password do not fit.

    Counting a failure is a change that stays, so a wrong password is an answer and not a refusal. Five wrong
    ones lock the person for a minute, each further one twice as long. Raises LockedOut while that lasts.
    """
    row = tx.conn.execute(
        select(Staff.id, Staff.centre_id, Staff.password_hash, Staff.failures, Staff.locked_until).where(
            Staff.user == user
        )
    ).one_or_none()
    if row is None:
        _fits(NOBODY, password)  # as slow as for somebody, so that names cannot be guessed by time
        return None
    if row.locked_until is not None and now < row.locked_until:
        raise LockedOut("Too many wrong passwords. Please wait a moment.", until=to_iso(row.locked_until))
    if not _fits(row.password_hash, password):
        _count_failure(tx, row.id, row.failures + 1, now)
        return None
    tx.conn.execute(update(Staff).where(Staff.id == row.id).values(failures=0, locked_until=None))
    secret = secrets.token_urlsafe(32)
    times = {"created_at": now, "seen_at": now}
    tx.conn.execute(
        insert(StaffSession).values(secret_hash=_hash(secret), centre_id=row.centre_id, staff_id=row.id, **times)
    )
    return secret


def forget_sessions(tx: Transaction, now: datetime) -> int:
    """Delete sessions that are too old; returns how many."""
    return tx.conn.execute(delete(StaffSession).where(StaffSession.created_at <= now - SESSION_AGE)).rowcount


def sign_out(tx: Transaction, secret: str) -> None:
    """End a session; ending it twice is harmless."""
    tx.conn.execute(delete(StaffSession).where(StaffSession.secret_hash == _hash(secret)))


SESSION = Statement(
    select(Staff.id, Staff.user, Staff.role, Staff.centre_id, Centre.code)
    .add_columns(StaffSession.created_at, StaffSession.seen_at)
    .join(StaffSession, StaffSession.staff_id == Staff.id)
    .join(Centre, Centre.id == Staff.centre_id)
    .where(StaffSession.secret_hash == bindparam("secret"))
)


def principal_of_session(conn: Connection, secret: str, now: datetime) -> Principal:
    """Return who is signed in; raises Unauthenticated for a session that is unknown, too old or idle too long."""
    row = SESSION.row(conn, secret=_hash(secret))
    if row is None:
        raise Unauthenticated("Please sign in again.")
    id_, user, role, centre_id, centre, created_at, seen_at = row
    if now >= created_at + SESSION_AGE or now >= seen_at + SESSION_IDLE:
        raise Unauthenticated("Please sign in again.")
    stale = now >= seen_at + SESSION_NOTED
    return Principal(f"staff:{id_}", Role(role), centre_id, centre, user=user, stale=stale)


def note_seen(tx: Transaction, secret: str, now: datetime) -> None:
    """Note that a session is in use."""
    tx.conn.execute(update(StaffSession).where(StaffSession.secret_hash == _hash(secret)).values(seen_at=now))


def _fits(password_hash: str, password: str) -> bool:
    try:
        return PASSWORDS.verify(password_hash, password)
    except argon2.exceptions.VerifyMismatchError:
        return False


def _count_failure(tx: Transaction, staff_id: int, failures: int, now: datetime) -> None:
    locked = now + timedelta(minutes=2 ** (failures - FREE_TRIES)) if failures >= FREE_TRIES else None
    tx.conn.execute(update(Staff).where(Staff.id == staff_id).values(failures=failures, locked_until=locked))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _require(
    tx: Transaction,
    id_: str | None,
    model: type[Device] | type[Counter],
    refusal: type[UnknownDevice] | type[UnknownCounter],
) -> None:
    if id_ is None:
        return
    found = tx.conn.execute(select(model.id).where(model.id == id_, model.centre_id == tx.centre.id)).first()
    if found is None:
        raise refusal(f"There is no “{id_}” in this centre.")
