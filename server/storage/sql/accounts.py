"""Reads and writes of the accounts of people: who they are, whether they may sign in, and their sessions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, exists, func, or_, select, update

from server.storage.tables.centre import CentreTable
from server.storage.tables.people import (
    MembershipTable,
    SecondFactorTable,
    SignInWaitTable,
    StaffSessionTable,
    StaffTable,
)


@dataclass(frozen=True, slots=True)
class Account:
    """A person as a centre knows them: whoever works there, as their `role`, and whose account it keeps (`kept_here`).

    `own_password` is false while it is the one that somebody else gave them; `sessions` are all they have.
    """

    id: int
    user: str
    role: str | None
    kept_here: bool
    created_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None
    locked_until: datetime | None
    own_password: bool
    second_step: bool
    sessions: int


@dataclass(frozen=True, slots=True)
class Session:
    """A session: the hash under which its secret is kept, when it began and was last used, from which address and at
    which centre it acts.
    """

    secret_hash: str
    created_at: datetime
    seen_at: datetime
    address: str | None
    centre_id: int


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


def _accounts(centre_id: int) -> Select[*tuple[Any, ...]]:  # as SQLAlchemy types a row of many columns
    """Return what asks for the people whom a centre knows."""
    works, kept_here = MembershipTable, TABLE.centre_id == centre_id
    query = select(TABLE.id, TABLE.user, works.role, kept_here, TABLE.created_at, TABLE.seen_at, TABLE.disabled_at)
    query = query.add_columns(WAITS_UNTIL, TABLE.own_password, HAS_SECOND, SESSIONS)
    query = query.outerjoin(works, and_(works.staff_id == TABLE.id, works.centre_id == centre_id))
    return query.where(or_(kept_here, works.role.is_not(None)))


def accounts_of(conn: Connection, centre_id: int) -> list[Account]:
    """Return the people whom a centre knows by their names."""
    return [Account(*row) for row in conn.execute(_accounts(centre_id).order_by(TABLE.user))]


def account_by_id(conn: Connection, centre_id: int, number: int) -> Account | None:
    """Return a person whom a centre knows by their number, None when there is none."""
    row = conn.execute(_accounts(centre_id).where(TABLE.id == number)).one_or_none()
    return None if row is None else Account(*row)


def kept_at(conn: Connection, number: int) -> str:
    """Return the code of the centre that keeps the account of a person."""
    query = select(CentreTable.code).join(TABLE, TABLE.centre_id == CentreTable.id).where(TABLE.id == number)
    return str(conn.execute(query).scalar_one())


def has_own_password(conn: Connection, number: int) -> bool:
    """Return whether a person chose their password themselves."""
    return bool(conn.execute(select(TABLE.own_password).where(TABLE.id == number)).scalar_one())


def set_account(conn: Connection, number: int, **values: Any) -> None:  # as the columns take them
    """Write what changes of a person."""
    conn.execute(update(TABLE).where(TABLE.id == number).values(values))


def sessions_of(conn: Connection, number: int) -> list[Session]:
    """Return the sessions of a person, the last that began first."""
    table = StaffSessionTable
    query = select(table.secret_hash, table.created_at, table.seen_at, table.address, table.centre_id)
    query = query.where(table.staff_id == number).order_by(table.created_at.desc(), table.secret_hash)
    return [Session(*row) for row in conn.execute(query)]


def end_sessions(conn: Connection, hashes: Collection[str]) -> None:
    """Delete sessions by the hashes of their secrets."""
    conn.execute(delete(StaffSessionTable).where(StaffSessionTable.secret_hash.in_(hashes)))
