"""Reads of centres."""

from sqlalchemy import Connection, and_, bindparam, select

from server.domain.centre import CentreState, Head
from server.domain.errors import UnknownCentre
from server.storage.statements import Statement
from server.storage.tables.centre import CentreTable
from server.storage.tables.floor import CounterTable
from server.storage.transaction import CENTRE


def centre_by_code(conn: Connection, code: str) -> CentreState:
    """Return a centre; raises UnknownCentre."""
    row = conn.execute(CENTRE.where(CentreTable.code == code)).one_or_none()
    if row is None:
        raise UnknownCentre(f"There is no centre “{code}”.")
    return CentreState(**row._mapping)


BY_ID = Statement(CENTRE.where(CentreTable.id == bindparam("centre")))


def centre_by_id(conn: Connection, centre_id: int) -> CentreState:
    """Return a centre; raises UnknownCentre."""
    row = BY_ID.row(conn, centre=centre_id)
    if row is None:
        raise UnknownCentre("There is no such centre.")
    return CentreState(*row)


CENTRES = Statement(CENTRE.order_by(CentreTable.id))


def all_centres(conn: Connection) -> list[CentreState]:
    """Return all centres in the order of their ids."""
    return [CentreState(*row) for row in CENTRES.rows(conn)]


HEAD = Statement(
    select(CentreTable.epoch, CentreTable.event_seq, CounterTable.operator)
    .outerjoin(CounterTable, and_(CounterTable.centre_id == CentreTable.id, CounterTable.id == bindparam("counter")))
    .where(CentreTable.id == bindparam("centre"))
)


def head_of(conn: Connection, centre_id: int, counter: str = "") -> Head:
    """Return how far a centre has come, by one statement; raises UnknownCentre."""
    row = HEAD.row(conn, centre=centre_id, counter=counter)
    if row is None:
        raise UnknownCentre("There is no such centre.")
    return Head(*row)
