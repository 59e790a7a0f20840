"""Reads and writes of memberships: as what people work at which centres, and at which a session acts."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from server.storage.tables.centre import CentreTable
from server.storage.tables.people import MembershipTable, StaffSessionTable, StaffTable

TABLE = MembershipTable


@dataclass(frozen=True, slots=True)
class Membership:
    """A centre at which a person works, and as what; `home` is where their account is kept."""

    centre_id: int
    centre: str
    role: str
    home: bool


def memberships_of(conn: Connection, staff_id: int) -> list[Membership]:
    """Return where a person works: first where their account is kept, then by the codes of the centres."""
    home = TABLE.centre_id == StaffTable.centre_id
    query = (
        select(TABLE.centre_id, CentreTable.code, TABLE.role, home)
        .join(StaffTable, StaffTable.id == TABLE.staff_id)
        .join(CentreTable, CentreTable.id == TABLE.centre_id)
        .where(TABLE.staff_id == staff_id)
        .order_by(home.desc(), CentreTable.code)
    )
    return [Membership(*row) for row in conn.execute(query)]


def role_at(conn: Connection, staff_id: int, centre_id: int) -> str | None:
    """Return as what a person works at a centre, None where they do not."""
    query = select(TABLE.role).where(TABLE.staff_id == staff_id, TABLE.centre_id == centre_id)
    return conn.execute(query).scalar_one_or_none()


def keep_membership(conn: Connection, staff_id: int, centre_id: int, role: str) -> None:
    """Write as what a person works at a centre from now on."""
    drop_membership(conn, staff_id, centre_id)
    conn.execute(insert(TABLE).values(staff_id=staff_id, centre_id=centre_id, role=role))


def drop_membership(conn: Connection, staff_id: int, centre_id: int) -> None:
    """Write that a person does not work at a centre any more."""
    conn.execute(delete(TABLE).where(TABLE.staff_id == staff_id, TABLE.centre_id == centre_id))


def has_role(conn: Connection, staff_id: int, roles: Collection[str]) -> bool:
    """Return whether a person has one of some roles at any centre."""
    query = select(TABLE.staff_id).where(TABLE.staff_id == staff_id, TABLE.role.in_(roles))
    return conn.execute(query.limit(1)).scalar_one_or_none() is not None


def count_of_roles(conn: Connection, roles: Collection[str]) -> int:
    """Return how many people who are not disabled have one of some roles at any centre."""
    query = select(func.count(TABLE.staff_id.distinct())).join(StaffTable, StaffTable.id == TABLE.staff_id)
    return int(conn.execute(query.where(TABLE.role.in_(roles), StaffTable.disabled_at.is_(None))).scalar_one())


def choose_centre(conn: Connection, secret_hash: str, centre_id: int) -> int | None:
    """Write at which centre a session acts from now on; returns whose it is, None for one that has ended."""
    table = StaffSessionTable
    session = update(table).where(table.secret_hash == secret_hash).values(centre_id=centre_id, centre_due=False)
    return conn.execute(session.returning(table.staff_id)).scalar_one_or_none()
