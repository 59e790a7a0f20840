"""Reads and writes of second steps: the phones of people, their codes on paper, and the sessions that wait for one."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from server.storage.tables.people import RecoveryCodeTable, SecondFactorTable, StaffSessionTable

TABLE, CODES = SecondFactorTable, RecoveryCodeTable


@dataclass(frozen=True, slots=True)
class Factor:
    """The phone of a person, as its row has it."""

    staff_id: int
    key_number: int
    nonce: str
    enrolled_at: datetime
    used_step: int


def factor_of(conn: Connection, staff_id: int) -> Factor | None:
    """Return the phone of a person, None when they have no second step."""
    query = select(TABLE.staff_id, TABLE.key_number, TABLE.nonce, TABLE.enrolled_at, TABLE.used_step)
    row = conn.execute(query.where(TABLE.staff_id == staff_id)).one_or_none()
    return None if row is None else Factor(*row)


def keep_factor(conn: Connection, factor: Factor, code_hashes: Collection[str]) -> None:
    """Write the phone of a person and their codes on paper, in place of those of before."""
    drop_factor(conn, factor.staff_id)
    conn.execute(insert(TABLE).values(asdict(factor)))
    conn.execute(insert(CODES), [{"code_hash": kept, "staff_id": factor.staff_id} for kept in code_hashes])


def drop_factor(conn: Connection, staff_id: int) -> None:
    """Delete the phone of a person and their codes on paper."""
    conn.execute(delete(CODES).where(CODES.staff_id == staff_id))
    conn.execute(delete(TABLE).where(TABLE.staff_id == staff_id))


def note_step(conn: Connection, staff_id: int, step: int) -> None:
    """Write of which time step a code was taken."""
    conn.execute(update(TABLE).where(TABLE.staff_id == staff_id).values(used_step=step))


def use_code(conn: Connection, staff_id: int, code_hash: str) -> bool:
    """Delete a code on paper of a person; returns whether it was there."""
    return conn.execute(delete(CODES).where(CODES.staff_id == staff_id, CODES.code_hash == code_hash)).rowcount == 1


def codes_left(conn: Connection, staff_id: int) -> int:
    """Return how many codes on paper a person has left."""
    return len(conn.execute(select(CODES.code_hash).where(CODES.staff_id == staff_id)).all())


def waiting_person(conn: Connection, secret_hash: str) -> int | None:
    """Return whose session waits for its second step, None for one that does not, or has ended."""
    table = StaffSessionTable
    query = select(table.staff_id).where(table.secret_hash == secret_hash, table.second_due)
    return conn.execute(query).scalar_one_or_none()


def note_second_step(conn: Connection, secret_hash: str) -> None:
    """Write that a session has taken its second step."""
    table = StaffSessionTable
    conn.execute(update(table).where(table.secret_hash == secret_hash).values(second_due=False))
