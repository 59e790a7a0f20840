"""Bearer keys of devices and integrations."""

import secrets
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from server.domain.errors import Unauthenticated, UnknownCounter, UnknownDevice
from server.domain.permissions import Role
from server.services.people.principal import Principal, secret_hash
from server.storage.statements import Statement
from server.storage.tables.centre import CentreTable
from server.storage.tables.floor import CounterTable
from server.storage.tables.people import AccessKeyTable, DeviceTable
from server.storage.transaction import Read, Transaction

KEY_PREFIX = "baari_"


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
    _require(tx, device, DeviceTable, UnknownDevice)
    _require(tx, counter, CounterTable, UnknownCounter)
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    row = {"name": name, "role": role.value, "device_id": device, "counter_id": counter, "created_at": now}
    tx.conn.execute(insert(AccessKeyTable).values(**row, centre_id=tx.centre.id, secret_hash=secret_hash(secret)))
    return secret


KEY = Statement(
    select(AccessKeyTable.id, AccessKeyTable.role, AccessKeyTable.centre_id, CentreTable.code)
    .add_columns(AccessKeyTable.device_id, AccessKeyTable.counter_id, DeviceTable.printer)
    .join(CentreTable, CentreTable.id == AccessKeyTable.centre_id)
    .outerjoin(DeviceTable, DeviceTable.id == AccessKeyTable.device_id)
    .where(AccessKeyTable.secret_hash == bindparam("secret"), AccessKeyTable.revoked_at.is_(None))
)


def principal_of_key(read: Read, secret: str) -> Principal:
    """Return who holds a bearer key; raises Unauthenticated for one that is unknown or revoked."""
    row = KEY.row(read, secret=secret_hash(secret))
    if row is None:
        raise Unauthenticated("This key is not known here.")
    id_, role, *bound = row
    return Principal(f"key:{id_}", Role(role), *bound)


def _require(
    tx: Transaction,
    id_: str | None,
    model: type[DeviceTable] | type[CounterTable],
    refusal: type[UnknownDevice] | type[UnknownCounter],
) -> None:
    if id_ is None:
        return
    found = tx.conn.execute(select(model.id).where(model.id == id_, model.centre_id == tx.centre.id)).first()
    if found is None:
        raise refusal(f"There is no “{id_}” in this centre.")
