"""Reads of centres."""

from sqlalchemy import (
    Connection,
)

from server.domain.centre import CentreState
from server.domain.errors import UnknownCentre
from server.storage.statements import Statement
from server.storage.tables.centre import CentreTable
from server.storage.transaction import CENTRE


def centre_by_code(conn: Connection, code: str) -> CentreState:
    """Return a centre; raises UnknownCentre."""
    row = conn.execute(CENTRE.where(CentreTable.code == code)).one_or_none()
    if row is None:
        raise UnknownCentre(f"There is no centre “{code}”.")
    return CentreState(**row._mapping)


def centre_by_id(conn: Connection, centre_id: int) -> CentreState:
    """Return a centre; raises UnknownCentre."""
    row = conn.execute(CENTRE.where(CentreTable.id == centre_id)).one_or_none()
    if row is None:
        raise UnknownCentre("There is no such centre.")
    return CentreState(*row)


CENTRES = Statement(CENTRE.order_by(CentreTable.id))


def all_centres(conn: Connection) -> list[CentreState]:
    """Return all centres in the order of their ids."""
    return [CentreState(*row) for row in CENTRES.rows(conn)]
