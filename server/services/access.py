"""Who is there: bearer keys of devices and integrations, and staff passwords."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

import argon2
from sqlalchemy import Connection, insert, select

from server.domain.errors import AlreadyThere, Forbidden, Unauthenticated, UnknownCounter, UnknownDevice
from server.domain.roles import Role
from server.storage.models import AccessKey, Centre, Counter, Device, Staff
from server.storage.transaction import Transaction

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 passes, 1 lane
PASSWORDS = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
KEY_PREFIX = "baari_"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends a command: `id` is written into events; a key may be bound to a device or a counter."""

    id: str
    role: Role
    centre_id: int
    centre: str
    device: str | None = None
    counter: str | None = None
    printer: str | None = None

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


def principal_of_key(conn: Connection, secret: str) -> Principal:
    """Return who holds a bearer key; raises Unauthenticated for one that is unknown or revoked."""
    row = conn.execute(
        select(AccessKey.id, AccessKey.role, AccessKey.centre_id, AccessKey.device_id, AccessKey.counter_id)
        .add_columns(Centre.code, Device.printer)
        .join(Centre, Centre.id == AccessKey.centre_id)
        .outerjoin(Device, Device.id == AccessKey.device_id)
        .where(AccessKey.secret_hash == _hash(secret), AccessKey.revoked_at.is_(None))
    ).one_or_none()
    if row is None:
        raise Unauthenticated("This key is not known here.")
    return Principal(
        id=f"key:{row.id}",
        role=Role(row.role),
        centre_id=row.centre_id,
        centre=row.code,
        device=row.device_id,
        counter=row.counter_id,
        printer=row.printer,
    )


def add_staff(tx: Transaction, user: str, role: Role, password: str, now: datetime) -> None:
    """Write a person who can sign in; raises AlreadyThere."""
    if tx.conn.execute(select(Staff.id).where(Staff.user == user)).first():
        raise AlreadyThere(f"There is a person “{user}” already.")
    row = {"user": user, "role": role.value, "password_hash": PASSWORDS.hash(password), "created_at": now}
    tx.conn.execute(insert(Staff).values(**row, centre_id=tx.centre.id))


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
