"""Who is there: the holders of keys and sessions, and the number that moves when any of them changes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, or_, select, text

from server.domain.permissions import EVERYWHERE
from server.storage.statements import Statement
from server.storage.tables.centre import CentreTable
from server.storage.tables.people import (
    AccessKeyTable,
    DeviceTable,
    InstallationTable,
    MembershipTable,
    PinTable,
    SecondFactorTable,
    StaffSessionTable,
    StaffTable,
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose secret it is, as of a number of the installation."""

    secret_hash: str
    as_of: int
    id: int
    role: str
    centre_id: int
    centre: str


@dataclass(frozen=True, slots=True)
class KeyHolder(Holder):
    """A key that is in force."""

    device: str | None
    counter: str | None
    printer: str | None
    all_centres: bool
    seen_at: datetime | None
    expires_at: datetime | None
    named_until: datetime | None
    name: str | None


@dataclass(frozen=True, slots=True)
class SessionHolder(Holder):
    """A session and its person, with their role at the centre where it acts.

    `locked`: it does nothing but take the PIN, and `pin` tells that they have one.
    `second_step`: they have one, `second_due`: this session has yet to take it; `centre_due`: to choose the centre.
    """

    user: str
    created_at: datetime
    seen_at: datetime
    own_password: bool
    second_due: bool
    centre_due: bool
    second_step: bool
    locked: bool
    pin: bool


# With the holder in one statement, so that both are of one instant even where a look takes no snapshot.
AS_OF = func.coalesce(select(InstallationTable.auth_seq).scalar_subquery(), 0)
KEYS = (
    select(AccessKeyTable.secret_hash, AS_OF, AccessKeyTable.id, AccessKeyTable.role, AccessKeyTable.centre_id)
    .add_columns(CentreTable.code, AccessKeyTable.device_id, AccessKeyTable.counter_id, DeviceTable.printer)
    .add_columns(AccessKeyTable.all_centres, AccessKeyTable.seen_at)
    .add_columns(AccessKeyTable.expires_at, AccessKeyTable.named_until, DeviceTable.name)
    .join(CentreTable, CentreTable.id == AccessKeyTable.centre_id)
    .outerjoin(
        DeviceTable,
        and_(DeviceTable.centre_id == AccessKeyTable.centre_id, DeviceTable.id == AccessKeyTable.device_id),
    )
    .where(AccessKeyTable.revoked_at.is_(None))
)
# Of a role that belongs to the whole installation one membership is good for every centre.
REACHES_ALL = (
    select(func.min(MembershipTable.role))
    .where(MembershipTable.staff_id == StaffTable.id, or_(*(MembershipTable.role == role for role in EVERYWHERE)))
    .correlate(StaffTable)
    .scalar_subquery()
)
AT_WORK = and_(MembershipTable.staff_id == StaffTable.id, MembershipTable.centre_id == StaffSessionTable.centre_id)
ROLE = func.coalesce(MembershipTable.role, REACHES_ALL)
SESSIONS = (
    select(StaffSessionTable.secret_hash, AS_OF, StaffTable.id, ROLE, StaffSessionTable.centre_id)
    .add_columns(CentreTable.code, StaffTable.user, StaffSessionTable.created_at, StaffSessionTable.seen_at)
    .add_columns(StaffTable.own_password, StaffSessionTable.second_due, StaffSessionTable.centre_due)
    .add_columns(SecondFactorTable.staff_id.is_not(None))
    .add_columns(StaffSessionTable.locked_at.is_not(None), PinTable.staff_id.is_not(None))
    .join(StaffTable, StaffTable.id == StaffSessionTable.staff_id)
    .outerjoin(SecondFactorTable, SecondFactorTable.staff_id == StaffTable.id)
    .outerjoin(PinTable, PinTable.staff_id == StaffTable.id)
    .outerjoin(MembershipTable, AT_WORK)
    .join(CentreTable, CentreTable.id == StaffSessionTable.centre_id)
    .where(StaffTable.disabled_at.is_(None), ROLE.is_not(None))
)
KEY = Statement(KEYS.where(AccessKeyTable.secret_hash == bindparam("secret")))
SESSION = Statement(SESSIONS.where(StaffSessionTable.secret_hash == bindparam("secret")))
AUTH_SEQ = Statement(select(InstallationTable.auth_seq))
HOLD = Statement(select(InstallationTable.auth_seq).with_for_update())
MOVE = Statement(
    text("""
    INSERT INTO installation (id, auth_seq) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET auth_seq = installation.auth_seq + 1
    """)
)


def key_holder(conn: Connection, secret_hash: str) -> KeyHolder | None:
    """Return who holds a key, None when it is unknown or revoked."""
    row = KEY.row(conn, secret=secret_hash)
    return None if row is None else KeyHolder(*row)


def session_holder(conn: Connection, secret_hash: str) -> SessionHolder | None:
    """Return whose session it is, None when it is unknown or ended; whether it is too old is not asked here."""
    row = SESSION.row(conn, secret=secret_hash)
    return None if row is None else SessionHolder(*row)


def key_holders(conn: Connection, hashes: Collection[str]) -> list[KeyHolder]:
    """Return who holds these keys, without those that are unknown or revoked."""
    return [KeyHolder(*row) for row in conn.execute(KEYS.where(AccessKeyTable.secret_hash.in_(hashes)))]


def session_holders(conn: Connection, hashes: Collection[str]) -> list[SessionHolder]:
    """Return whose sessions these are, without those that are unknown or ended."""
    return [SessionHolder(*row) for row in conn.execute(SESSIONS.where(StaffSessionTable.secret_hash.in_(hashes)))]


def auth_seq(conn: Connection) -> int:
    """Return the number of the last change of who is there, 0 before the first."""
    row = AUTH_SEQ.row(conn)
    return 0 if row is None else int(row[0])


def hold_people(conn: Connection) -> None:
    """Lock who is there until the end of the transaction.

    On PostgreSQL every transaction that writes rows of people takes this lock before them, so that two processes never
    wait for each other.
    """
    HOLD.row(conn)


def move_auth(conn: Connection) -> None:
    """Note that who is there changes in this transaction, and lock it as `hold_people` does."""
    MOVE.send(conn)
