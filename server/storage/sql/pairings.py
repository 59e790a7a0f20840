"""Reads and writes of the pages that wait to be paired."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from server.storage.statements import Statement
from server.storage.tables.people import PairingTable

TABLE = PairingTable


@dataclass(frozen=True, slots=True)
class PairingRow:
    """A page that waits: of which screen, the hash of the secret it would open with, and where it is shown."""

    code: str
    centre_id: int
    kind: str
    device: str
    secret_hash: str
    address: str
    browser: str
    asked_at: datetime


ROW = select(TABLE.code, TABLE.centre_id, TABLE.kind, TABLE.device).add_columns(
    TABLE.secret_hash, TABLE.address, TABLE.browser, TABLE.asked_at
)
BY_SECRET = Statement(ROW.where(TABLE.secret_hash == bindparam("secret")))


def add_pairing(conn: Connection, row: PairingRow) -> None:
    """Write a page that waits."""
    conn.execute(insert(TABLE).values(asdict(row)))


def pairings_of(conn: Connection, centre_id: int) -> list[PairingRow]:
    """Return the pages of a centre that wait, the oldest first."""
    query = ROW.where(TABLE.centre_id == centre_id).order_by(TABLE.asked_at, TABLE.code)
    return [PairingRow(*row) for row in conn.execute(query)]


def pairing_by_secret(conn: Connection, secret_hash: str) -> PairingRow | None:
    """Return the page that waits with a secret, None when there is none."""
    row = BY_SECRET.row(conn, secret=secret_hash)
    return None if row is None else PairingRow(*row)


def is_code_used(conn: Connection, code: str) -> bool:
    """Whether a page of any centre shows a code."""
    return conn.execute(select(TABLE.code).where(TABLE.code == code)).first() is not None


def forget_pairings(conn: Connection, codes: Collection[str]) -> None:
    """Delete pages that wait by their codes."""
    conn.execute(delete(TABLE).where(TABLE.code.in_(codes)))


def forget_before(conn: Connection, moment: datetime) -> None:
    """Delete the pages that have waited since a moment or longer."""
    conn.execute(delete(TABLE).where(TABLE.asked_at <= moment))
