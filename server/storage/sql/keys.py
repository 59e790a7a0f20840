"""Reads and writes of the keys of devices and programs."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from server.storage.tables.people import AccessKeyTable


@dataclass(frozen=True, slots=True)
class NewKey:
    """A new key; it may be bound to a device or a counter, act in all centres, or end. A screen is paired with some."""

    centre_id: int
    name: str
    role: str
    created_at: datetime
    device_id: str | None = None
    counter_id: str | None = None
    all_centres: bool = False
    expires_at: datetime | None = None
    paired_at: datetime | None = None
    address: str | None = None
    browser: str | None = None


def add_key(conn: Connection, key: NewKey, secret_hash: str) -> int:
    """Write a new key under the hash of its secret, and return its number."""
    row = asdict(key) | {"secret_hash": secret_hash}
    return int(conn.execute(insert(AccessKeyTable).values(row).returning(AccessKeyTable.id)).scalar_one())


def revoke_keys(conn: Connection, centre_id: int, name: str, at: datetime) -> list[int]:
    """Revoke the keys of a name in a centre; returns the numbers of those that were in force."""
    keys = (AccessKeyTable.centre_id == centre_id, AccessKeyTable.name == name, AccessKeyTable.revoked_at.is_(None))
    revoked = update(AccessKeyTable).where(*keys).values(revoked_at=at).returning(AccessKeyTable.id)
    return sorted(conn.execute(revoked).scalars())


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in force."""

    id: int
    name: str
    role: str
    device: str | None
    counter: str | None
    all_centres: bool
    created_at: datetime
    seen_at: datetime | None
    expires_at: datetime | None
    paired_at: datetime | None
    address: str | None
    browser: str | None


TABLE = AccessKeyTable
IN_FORCE = (
    select(TABLE.id, TABLE.name, TABLE.role, TABLE.device_id, TABLE.counter_id, TABLE.all_centres)
    .add_columns(TABLE.created_at, TABLE.seen_at, TABLE.expires_at, TABLE.paired_at, TABLE.address, TABLE.browser)
    .where(TABLE.revoked_at.is_(None))
)


def keys_in_force(conn: Connection, centre_id: int) -> list[KeyRow]:
    """Return the keys of a centre that are in force, by role and name."""
    query = IN_FORCE.where(TABLE.centre_id == centre_id).order_by(TABLE.role, TABLE.name, TABLE.id)
    return [KeyRow(*row) for row in conn.execute(query)]


def key_in_force(conn: Connection, centre_id: int, number: int) -> KeyRow | None:
    """Return a key of a centre by its number, None when it is none or revoked."""
    row = conn.execute(IN_FORCE.where(TABLE.centre_id == centre_id, TABLE.id == number)).one_or_none()
    return None if row is None else KeyRow(*row)


def end_of(conn: Connection, number: int) -> datetime | None:
    """Return when a key ends by itself, None for one that does not."""
    return conn.execute(select(TABLE.expires_at).where(TABLE.id == number)).scalar_one_or_none()


def key_by_secret(conn: Connection, secret_hash: str) -> KeyRow | None:
    """Return the key in force that has a secret, None when there is none."""
    row = conn.execute(IN_FORCE.where(TABLE.secret_hash == secret_hash)).one_or_none()
    return None if row is None else KeyRow(*row)


def pair_key(conn: Connection, number: int, at: datetime, address: str, browser: str) -> None:
    """Write that a screen is paired with a key."""
    paired = {"paired_at": at, "address": address, "browser": browser}
    conn.execute(update(TABLE).where(TABLE.id == number).values(paired))


def name_until(conn: Connection, numbers: Collection[int], until: datetime) -> None:
    """Write until when the screens of keys show their names."""
    conn.execute(update(TABLE).where(TABLE.id.in_(numbers)).values(named_until=until))


def end_key(conn: Connection, number: int, at: datetime) -> None:
    """Revoke a key."""
    conn.execute(update(TABLE).where(TABLE.id == number).values(revoked_at=at))


def is_secret_used(conn: Connection, secret_hash: str) -> bool:
    """Whether a key, in force or revoked, has a secret of this hash."""
    return conn.execute(select(TABLE.id).where(TABLE.secret_hash == secret_hash)).first() is not None


def set_secret(conn: Connection, number: int, secret_hash: str) -> None:
    """Write another secret of a key, which nobody has shown yet."""
    conn.execute(update(TABLE).where(TABLE.id == number).values(secret_hash=secret_hash, seen_at=None))


def note_key_seen(conn: Connection, secret_hash: str, at: datetime) -> None:
    """Write when a key was last shown."""
    conn.execute(update(TABLE).where(TABLE.secret_hash == secret_hash).values(seen_at=at))
