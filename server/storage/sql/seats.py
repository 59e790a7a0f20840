"""Who sits where, with the token that is with them."""

from dataclasses import dataclass

from sqlalchemy import Connection, String, bindparam, cast, literal, select

from server.storage.sql.counters import TOKEN_THERE
from server.storage.statements import Statement
from server.storage.tables.floor import CounterTable, TokenTable
from server.storage.tables.people import StaffTable

STAFF = "staff:"


@dataclass(frozen=True, slots=True)
class TakenSeat:
    """A counter at which somebody sits: their principal's id, their user name, and the label of the token there."""

    counter: str
    operator: str
    user: str | None
    token: str | None


IS_OPERATOR = CounterTable.operator == literal(STAFF).concat(cast(StaffTable.id, String))
TAKEN = Statement(
    select(CounterTable.id, CounterTable.operator, StaffTable.user, TokenTable.label)
    .outerjoin(StaffTable, IS_OPERATOR)
    .outerjoin(TokenTable, TokenTable.id == TOKEN_THERE)
    .where(CounterTable.centre_id == bindparam("centre"), CounterTable.operator.is_not(None))
    .order_by(CounterTable.position)
)


def taken_seats(conn: Connection, centre_id: int) -> list[TakenSeat]:
    """Return the counters of a centre at which somebody sits, in the order of its stages."""
    return [TakenSeat(*row) for row in TAKEN.rows(conn, centre=centre_id)]
