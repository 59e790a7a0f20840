"""Reads and writes of numbers: the last given in a series on a day, and blocks that were leased."""

from datetime import date

from sqlalchemy import Connection, bindparam, insert, select, text, update

from server.domain.leases import Lease
from server.storage.statements import Statement
from server.storage.tables.numbers import LeaseTable, SeriesDayTable
from server.storage.tables.plan import SeriesTable

LAST = Statement(
    select(SeriesDayTable.last).where(
        SeriesDayTable.centre_id == bindparam("centre"),
        SeriesDayTable.day == bindparam("day"),
        SeriesDayTable.letter == bindparam("letter"),
    )
)
# The same on both databases. The number is taken by one statement: there is nothing between reading and writing it.
TAKE = Statement(
    text(
        """
        INSERT INTO series_day (centre_id, day, letter, last)
        VALUES (:centre_id, :day, :letter, :first)
        ON CONFLICT (centre_id, day, letter) DO UPDATE SET last = series_day.last + 1
        WHERE series_day.last < :limit
        RETURNING last
        """
    )
    .bindparams(bindparam("day", type_=SeriesDayTable.day.type))
    .columns(SeriesDayTable.last)
)
TAKE_NEXT = Statement(
    update(SeriesDayTable).where(
        SeriesDayTable.centre_id == bindparam("centre"),
        SeriesDayTable.day == bindparam("of_day"),
        SeriesDayTable.letter == bindparam("of_letter"),
        SeriesDayTable.last == bindparam("before"),
    ),
    ["last"],
)
SET_LAST = text(
    """
    INSERT INTO series_day (centre_id, day, letter, last) VALUES (:centre_id, :day, :letter, :last)
    ON CONFLICT (centre_id, day, letter) DO UPDATE SET last = :last
    """
).bindparams(bindparam("day", type_=SeriesDayTable.day.type))


def take_number(conn: Connection, centre_id: int, day: date, letter: str, first: int, last: int) -> int | None:
    """Return the next number of a series on a day, None when the range `first` … `last` is used up."""
    row = TAKE.row(conn, centre_id=centre_id, day=day, letter=letter, first=first, limit=last)
    return None if row is None else int(row[0])


def take_next_number(conn: Connection, centre_id: int, day: date, letter: str, number: int) -> None:
    """Take the number after the last that was given of a series on a day; raises RuntimeError where it is not that."""
    TAKE_NEXT.change_one(conn, centre=centre_id, of_day=day, of_letter=letter, before=number - 1, last=number)


def last_number(conn: Connection, centre_id: int, day: date, letter: str) -> int:
    """Return the last number given in a series on a day, 0 when none is."""
    row = LAST.row(conn, centre=centre_id, day=day, letter=letter)
    return 0 if row is None else int(row[0])


def set_last_number(conn: Connection, centre_id: int, day: date, letter: str, last: int) -> None:
    """Write the last number given in a series on a day."""
    conn.execute(SET_LAST, {"centre_id": centre_id, "day": day, "letter": letter, "last": last})


def insert_lease(conn: Connection, centre_id: int, lease: Lease) -> None:
    """Write a leased block."""
    values = {name: getattr(lease, name) for name in Lease.__slots__}
    conn.execute(insert(LeaseTable).values(centre_id=centre_id, **values))


def void_lease(conn: Connection, centre_id: int, lease_id: int, reason: str) -> None:
    """Note that the unused numbers of a lease will never be given."""
    this_lease = (LeaseTable.centre_id == centre_id, LeaseTable.id == lease_id)
    conn.execute(update(LeaseTable).where(*this_lease).values(void_reason=reason))


def leases(conn: Connection, centre_id: int, day: date) -> list[Lease]:
    """Return the blocks leased on a day."""
    columns = (getattr(LeaseTable, name) for name in Lease.__slots__)
    query = select(*columns).where(LeaseTable.centre_id == centre_id, LeaseTable.day == day).order_by(LeaseTable.id)
    return [Lease(*row) for row in conn.execute(query)]


def first_number(conn: Connection, centre_id: int, letter: str) -> int:
    """Return the first number of a series; 1 for one that is not set up."""
    query = select(SeriesTable.first).where(SeriesTable.centre_id == centre_id, SeriesTable.letter == letter)
    return conn.execute(query).scalar_one_or_none() or 1
