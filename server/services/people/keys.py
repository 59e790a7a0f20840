"""Bearer keys of devices and integrations."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from server.domain.actors import CLI, By
from server.domain.approvals import Asked, Guarded
from server.domain.errors import Forbidden, InvalidInput, UnknownDevice, UnknownKey
from server.domain.events.installation import KeyCreated, KeyRevoked, KeyRotated, commitment
from server.domain.ids import ID_MAX
from server.domain.instants import to_iso
from server.domain.permissions import PEOPLE, Role
from server.services.people.principal import Principal, require_no_more, secret_hash
from server.storage.installation import InstallationLog
from server.storage.sql import keys as rows
from server.storage.sql.counters import counter_by_id
from server.storage.sql.devices import device_by_id
from server.storage.sql.keys import KeyRow, NewKey
from server.storage.sql.presence import hold_people, move_auth
from server.storage.transaction import Read, Transaction

KEY_PREFIX = "baari_"
NAME_MAX = 64


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key in force: whose it is, what it is bound to, and when it was last seen; None: never."""

    id: int
    name: str
    role: Role
    device: str | None
    counter: str | None
    all_centres: bool
    created_at: datetime
    seen_at: datetime | None
    expires_at: datetime | None
    paired: bool


def create_key(
    tx: Transaction,
    role: Role,
    name: str,
    now: datetime,
    by: By = CLI,
    /,
    *,
    device: str | None = None,
    counter: str | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Make a bearer key of the transaction's centre and return it: it is shown once and kept as a hash only.

    Raises UnknownDevice, UnknownCounter, and InvalidInput for a name by which nobody could find the key again.
    """
    _require_bound(tx, device, counter)
    return _made(tx, NewKey(tx.centre.id, name, role.value, now, device, counter, expires_at=expires_at), by)


@dataclass(frozen=True, slots=True)
class Order:
    """The key that somebody asks for: of which role, under which name, bound to what, and until when."""

    role: Role
    name: str
    device: str | None = None
    counter: str | None = None
    expires_at: datetime | None = None

    @property
    def approvable(self) -> Asked | None:
        """What a second person approves where one is asked for: a key with the role of people, but for a counter's."""
        given = self.role in PEOPLE and self.role is not Role.COUNTER
        return Asked(Guarded.ROLE, f"key {self.name}", self.role.value) if given else None


def order_key(tx: Transaction, order: Order, secret: str, now: datetime, giver: Principal) -> KeyView:
    """Make a key of the transaction's centre by a secret that was drawn elsewhere, for somebody who may.

    A key makes none that may more than itself, also in time. Raises Forbidden, UnknownDevice, UnknownCounter, and
    InvalidInput for a secret in use.
    """
    require_no_more(giver, order.role, order.device, order.counter)
    _require_no_longer(tx, order.expires_at, giver)
    _require_bound(tx, order.device, order.counter)
    kept = secret_hash(secret)
    if rows.is_secret_used(tx.conn, kept):
        raise InvalidInput("A key has this secret already. Please draw another.")
    bound = (order.device, order.counter)
    new = NewKey(tx.centre.id, order.name, order.role.value, now, *bound, expires_at=order.expires_at)
    row = rows.key_in_force(tx.conn, tx.centre.id, add(tx, new, kept, By(giver.id)))
    assert row is not None  # noqa: S101 - written just now
    return _view(row)


def _require_no_longer(tx: Transaction, ends: datetime | None, giver: Principal) -> None:
    kind, _, number = giver.id.partition(":")
    own = rows.end_of(tx.conn, int(number)) if kind == "key" else None
    if own is not None and (ends is None or ends > own):
        raise Forbidden("A key makes none that lasts longer than itself.", until=to_iso(own))


def _require_bound(tx: Transaction, device: str | None, counter: str | None) -> None:
    """Raise UnknownDevice, UnknownCounter for what a key cannot be bound to."""
    if device is not None and device_by_id(tx.conn, tx.centre.id, device) is None:
        raise UnknownDevice(f"There is no device “{device}” in this centre.")
    if counter is not None:
        counter_by_id(tx.conn, tx.centre.id, counter)


def create_key_of_all(
    tx: Transaction, role: Role, name: str, now: datetime, by: By = CLI, /, *, expires_at: datetime | None = None
) -> str:
    """Make a bearer key that acts in every centre of the installation, and is at home in the transaction's centre.

    Raises InvalidInput as `create_key` does.
    """
    return _made(tx, NewKey(tx.centre.id, name, role.value, now, all_centres=True, expires_at=expires_at), by)


def revoke_key(tx: Transaction, name: str, now: datetime, by: By = CLI) -> int:
    """Revoke the keys of a name in the transaction's centre; returns how many were in force."""
    move_auth(tx.conn)
    log = InstallationLog(tx, now)
    revoked = rows.revoke_keys(tx.conn, tx.centre.id, name, now)
    for key in revoked:
        log.record(KeyRevoked(key), by)
    return len(revoked)


def keys_of(read: Read, centre_id: int) -> tuple[KeyView, ...]:
    """Return the keys of a centre that are in force, by role and name."""
    return tuple(_view(row) for row in rows.keys_in_force(read, centre_id))


def revoke(tx: Transaction, number: int, now: datetime, by: By) -> KeyView:
    """Revoke one key of the transaction's centre, and return what it was; raises UnknownKey."""
    move_auth(tx.conn)
    log, key = InstallationLog(tx, now), _in_force(tx, number)
    rows.end_key(tx.conn, number, now)
    log.record(KeyRevoked(number), by)
    return key


def rotate(tx: Transaction, number: int, secret: str, now: datetime, by: By) -> KeyView:
    """Give a key another secret; who has the old one is cut off. Raises UnknownKey, and InvalidInput for one in use.

    A key of all centres reaches further than who is at one: its secret is drawn at the machine alone, else Forbidden.
    """
    move_auth(tx.conn)
    log, key, kept = InstallationLog(tx, now), _in_force(tx, number), secret_hash(secret)
    if key.all_centres and not by.at_machine:
        raise Forbidden("A key of all centres is rotated on the machine itself.")
    if rows.is_secret_used(tx.conn, kept):
        raise InvalidInput("A key has this secret already. Please draw another.")
    rows.set_secret(tx.conn, number, kept)
    log.record(KeyRotated(number, commitment(kept)), by)
    return _in_force(tx, number)


def new_secret() -> str:
    """Return a secret for a key."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def note_seen(tx: Transaction, secret_hash: str, now: datetime) -> None:
    """Note that a key is in use."""
    hold_people(tx.conn)
    rows.note_key_seen(tx.conn, secret_hash, now)


def _in_force(tx: Transaction, number: int) -> KeyView:
    row = rows.key_in_force(tx.conn, tx.centre.id, number) if number <= ID_MAX else None
    if row is None:
        raise UnknownKey("There is no such key in force in this centre.")
    return _view(row)


def _view(row: KeyRow) -> KeyView:
    bound = (row.device, row.counter, row.all_centres)
    times = (row.created_at, row.seen_at, row.expires_at)
    return KeyView(row.id, row.name, Role(row.role), *bound, *times, paired=row.paired_at is not None)


def _made(tx: Transaction, key: NewKey, by: By) -> str:
    secret = new_secret()
    add(tx, key, secret_hash(secret), by)
    return secret


def add(tx: Transaction, key: NewKey, kept: str, by: By) -> int:
    """Write a new key whose secret is kept under a hash, and return its number; raises InvalidInput for its name."""
    if not 0 < len(key.name.strip()) <= NAME_MAX or not key.name.isprintable():
        raise InvalidInput(f"A key needs a name of 1 to {NAME_MAX} printed characters, by which it is revoked.")
    if key.expires_at is not None and key.expires_at <= key.created_at:
        raise InvalidInput("A key ends later than it begins.")
    move_auth(tx.conn)
    log = InstallationLog(tx, key.created_at)
    number = rows.add_key(tx.conn, key, kept)
    bound = (key.device_id, key.counter_id, key.all_centres)
    ends = None if key.expires_at is None else to_iso(key.expires_at)
    log.record(KeyCreated(number, key.centre_id, key.role, *bound, commitment(kept), key.name, ends), by)
    return number
