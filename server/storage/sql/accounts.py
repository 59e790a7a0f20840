"""Reads and writes of the accounts of people: who they are, whether they may sign in, and their sessions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update

from server.storage.tables.people import SecondFactorTable, SignInWaitTable, StaffSessionTable, StaffTable


@dataclass(frozen=True, slots=True)
class Account:
    """A person of a centre; `own_password` is false while it is the one that somebody else gave them."""

    id: int
    user: str
    role: str
    created_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None
    locked_until: datetime | None
    own_password: bool
    second_step: bool
    sessions: int


@dataclass(frozen=True, slots=True)
class Session:
    """A session: the hash under which its secret is kept, when it began and was last used, and from which address."""

    secret_hash: str
    created_at: datetime
    seen_at: datetime
    address: str | None


TABLE = StaffTable
SESSIONS = (
    select(func.count())
    .select_from(StaffSessionTable)
    .where(StaffSessionTable.staff_id == TABLE.id)
    .correlate(TABLE)
    .scalar_subquery()
)
WAITS_UNTIL = (
    select(func.max(SignInWaitTable.next_at))
    .where(SignInWaitTable.staff_id == TABLE.id)
    .correlate(TABLE)
    .scalar_subquery()
)
HAS_SECOND = exists().where(SecondFactorTable.staff_id == TABLE.id).correlate(TABLE)
ACCOUNT = select(TABLE.id, TABLE.user, TABLE.role, TABLE.created_at, TABLE.seen_at, TABLE.disabled_at).add_columns(
    WAITS_UNTIL, TABLE.own_password, HAS_SECOND, SESSIONS
)


def accounts_of(conn: Connection, centre_id: int) -> list[Account]:
    """Return the people of a centre by their names."""
    return [Account(*row) for row in conn.execute(ACCOUNT.where(TABLE.centre_id == centre_id).order_by(TABLE.user))]


def account_by_id(conn: Connection, centre_id: int, number: int) -> Account | None:
    """Return a person of a centre by their number, None when there is none."""
    row = conn.execute(ACCOUNT.where(TABLE.centre_id == centre_id, TABLE.id == number)).one_or_none()
    return None if row is None else Account(*row)


def set_account(conn: Connection, number: int, **values: Any) -> None:  # as the columns take them
    """Write what changes of a person."""
    conn.execute(update(TABLE).where(TABLE.id == number).values(values))


def sessions_of(conn: Connection, number: int) -> list[Session]:
    """Return the sessions of a person, the last that began first."""
    table = StaffSessionTable
    query = select(table.secret_hash, table.created_at, table.seen_at, table.address).where(table.staff_id == number)
    return [Session(*row) for row in conn.execute(query.order_by(table.created_at.desc(), table.secret_hash))]


def end_sessions(conn: Connection, hashes: Collection[str]) -> None:
    """Delete sessions by the hashes of their secrets."""
    conn.execute(delete(StaffSessionTable).where(StaffSessionTable.secret_hash.in_(hashes)))
