"""Bearer keys of devices and integrations."""

import secrets
from datetime import datetime

from server.domain.actors import CLI, By
from server.domain.errors import InvalidInput, UnknownDevice
from server.domain.events.installation import KeyCreated, KeyRevoked, commitment
from server.domain.permissions import Role
from server.services.people.principal import secret_hash
from server.storage.installation import InstallationLog
from server.storage.sql import people
from server.storage.sql.counters import counter_by_id
from server.storage.sql.devices import device_by_id
from server.storage.sql.people import NewKey
from server.storage.sql.presence import move_auth
from server.storage.transaction import Transaction

KEY_PREFIX = "baari_"
NAME_MAX = 64


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
) -> str:
    """Make a bearer key of the transaction's centre and return it: it is shown once and kept as a hash only.

    Raises UnknownDevice, UnknownCounter, and InvalidInput for a name by which nobody could find the key again.
    """
    if device is not None and device_by_id(tx.conn, tx.centre.id, device) is None:
        raise UnknownDevice(f"There is no device “{device}” in this centre.")
    if counter is not None:
        counter_by_id(tx.conn, tx.centre.id, counter)
    return _add(tx, NewKey(tx.centre.id, name, role.value, now, device, counter), by)


def create_key_of_all(tx: Transaction, role: Role, name: str, now: datetime, by: By = CLI) -> str:
    """Make a bearer key that acts in every centre of the installation, and is at home in the transaction's centre.

    Raises InvalidInput as `create_key` does.
    """
    return _add(tx, NewKey(tx.centre.id, name, role.value, now, all_centres=True), by)


def revoke_key(tx: Transaction, name: str, now: datetime, by: By = CLI) -> int:
    """Revoke the keys of a name in the transaction's centre; returns how many were in force."""
    move_auth(tx.conn)
    log = InstallationLog(tx, now)
    revoked = people.revoke_keys(tx.conn, tx.centre.id, name, now)
    for key in revoked:
        log.record(KeyRevoked(key), by)
    return len(revoked)


def _add(tx: Transaction, key: NewKey, by: By) -> str:
    if not 0 < len(key.name.strip()) <= NAME_MAX or not key.name.isprintable():
        raise InvalidInput(f"A key needs a name of 1 to {NAME_MAX} printed characters, by which it is revoked.")
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    move_auth(tx.conn)
    log, kept = InstallationLog(tx, key.created_at), secret_hash(secret)
    number = people.add_key(tx.conn, key, kept)
    bound = (key.device_id, key.counter_id, key.all_centres)
    log.record(KeyCreated(number, key.centre_id, key.role, *bound, commitment(kept), key.name), by)
    return secret
