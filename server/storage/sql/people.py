"""Reads and writes of people, their sessions and seats."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from server.storage.statements import Statement
from server.storage.tables.floor import CounterTable
from server.storage.tables.people import MembershipTable, StaffSessionTable, StaffTable


@dataclass(frozen=True, slots=True)
class Person:
    """What a sign-in needs to know of somebody; who `works` nowhere cannot."""

    id: int
    centre_id: int
    user: str
    password_hash: str
    disabled_at: datetime | None = None
    works: bool = True

    @property
    def may_sign_in(self) -> bool:
        """Whether the right password lets them in."""
        return self.works and self.disabled_at is None


WORKS = exists().where(MembershipTable.staff_id == StaffTable.id).correlate(StaffTable)
PERSON = (
    select(StaffTable.id, StaffTable.centre_id, StaffTable.user)
    .add_columns(StaffTable.password_hash, StaffTable.disabled_at, WORKS)
    .where(StaffTable.user == bindparam("user"))
)
PERSON_BY_USER = Statement(PERSON)


def person_by_user(conn: Connection, user: str) -> Person | None:
    """Return a person of any centre, None when there is none of that name."""
    row = PERSON_BY_USER.row(conn, user=user)
    return None if row is None else Person(*row)


def staff_id_of(conn: Connection, centre_id: int, user: str) -> int | None:
    """Return the id of a person who works at a centre, None when there is none of that name."""
    works = exists().where(MembershipTable.staff_id == StaffTable.id, MembershipTable.centre_id == centre_id)
    return conn.execute(select(StaffTable.id).where(StaffTable.user == user, works)).scalar_one_or_none()


def add_person(
    conn: Connection,
    centre_id: int,
    user: str,
    password_hash: str,
    *,
    at: datetime,
    own_password: bool,
) -> int:
    """Write a new person whose account a centre keeps, and return their number."""
    row = {"centre_id": centre_id, "user": user, "password_hash": password_hash}
    row |= {"created_at": at, "own_password": own_password}
    return int(conn.execute(insert(StaffTable).values(row).returning(StaffTable.id)).scalar_one())


def add_session(
    conn: Connection,
    person: Person,
    secret_hash: str,
    *,
    at: datetime,
    centre_id: int | None = None,
    address: str | None = None,
    second_due: bool = False,
    centre_due: bool = False,
) -> None:
    """Write a new session of a person, who is seen by it; it acts where their account is kept, or elsewhere."""
    row = {"secret_hash": secret_hash, "centre_id": centre_id or person.centre_id, "staff_id": person.id}
    row |= {"second_due": second_due, "centre_due": centre_due}
    conn.execute(insert(StaffSessionTable).values(row | {"created_at": at, "seen_at": at, "address": address}))
    conn.execute(update(StaffTable).where(StaffTable.id == person.id).values(seen_at=at))


def end_session(conn: Connection, secret_hash: str) -> int | None:
    """Delete a session, and return whose it was; None for one that has ended."""
    session = delete(StaffSessionTable).where(StaffSessionTable.secret_hash == secret_hash)
    return conn.execute(session.returning(StaffSessionTable.staff_id)).scalar_one_or_none()


def end_all_sessions(conn: Connection) -> int:
    """Delete all sessions; returns how many."""
    return conn.execute(delete(StaffSessionTable)).rowcount


def end_sessions_before(conn: Connection, moment: datetime) -> int:
    """Delete the sessions that began up to a moment; returns how many."""
    return conn.execute(delete(StaffSessionTable).where(StaffSessionTable.created_at <= moment)).rowcount


def note_session_seen(conn: Connection, secret_hash: str, at: datetime) -> None:
    """Write when a session was last used, and its person seen."""
    session = update(StaffSessionTable).where(StaffSessionTable.secret_hash == secret_hash).values(seen_at=at)
    person = conn.execute(session.returning(StaffSessionTable.staff_id)).scalar_one_or_none()
    conn.execute(update(StaffTable).where(StaffTable.id == person).values(seen_at=at))


def user_signed_in(conn: Connection, centre_id: int, staff_id: int, seen_after: datetime) -> str | None:
    """Return the name of a person with a session at a centre that was used after a moment, None of one without."""
    query = (
        select(StaffTable.user)
        .join(StaffSessionTable, StaffSessionTable.staff_id == StaffTable.id)
        .where(StaffTable.id == staff_id, StaffSessionTable.centre_id == centre_id)
        .where(StaffSessionTable.seen_at > seen_after)
    )
    return conn.execute(query).scalars().first()


SIGNED_IN = Statement(
    select(StaffSessionTable.staff_id)
    .where(StaffSessionTable.centre_id == bindparam("centre"), StaffSessionTable.seen_at > bindparam("seen_after"))
    .distinct()
)


def signed_in(conn: Connection, centre_id: int, seen_after: datetime) -> set[int]:
    """Return the ids of the people who have a session at a centre that was used after a moment."""
    return {staff_id for (staff_id,) in SIGNED_IN.rows(conn, centre=centre_id, seen_after=seen_after)}


def seats_of(conn: Connection, centre_id: int, operator: str) -> list[str]:
    """Return the counters of a centre at which somebody sits (a principal's id)."""
    query = select(CounterTable.id).where(CounterTable.centre_id == centre_id, CounterTable.operator == operator)
    return list(conn.execute(query.order_by(CounterTable.position)).scalars())


def set_operator(conn: Connection, centre_id: int, counter_id: str, operator: str | None) -> None:
    """Write who sits at a counter."""
    counter = (CounterTable.centre_id == centre_id, CounterTable.id == counter_id)
    conn.execute(update(CounterTable).where(*counter).values(operator=operator))
