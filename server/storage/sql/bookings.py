"""Reads and writes of bookings."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, and_, bindparam, exists, func, insert, not_, or_, select, update

from server.domain.bookings import Booking
from server.storage.statements import Statement
from server.storage.tables.bookings import BookingTable
from server.storage.tables.floor import TokenPrivateTable, TokenTable

ROW = select(*(getattr(BookingTable, name) for name in Booking._fields))
BY_ID = Statement(ROW.where(BookingTable.id == bindparam("booking")))
# The own centre's first: the same reference may be booked at several.
BY_REFERENCE = Statement(
    ROW.where(BookingTable.reference_hash == bindparam("reference")).order_by(
        BookingTable.centre_id != bindparam("centre", type_=BookingTable.centre_id.type), BookingTable.id
    )
)
COLUMNS = ["reference_hash", "key_number", "tail", "day", "slot", "service", "need", "cancelled", "token_id"]
ADD = Statement(insert(BookingTable), ["centre_id", *COLUMNS])
# A booking may move to another centre while this one works with it: then nothing is changed.
OWN = (
    BookingTable.id == bindparam("booking"),
    BookingTable.centre_id == bindparam("here", type_=BookingTable.centre_id.type),
)
CHANGE = Statement(update(BookingTable).where(*OWN), COLUMNS)
REWRITE = Statement(update(BookingTable).where(*OWN), ["reference_hash", "key_number", "tail"])
USE = Statement(update(BookingTable).where(*OWN), ["token_id"])
LOCK = Statement(ROW.where(*OWN).with_for_update())
TAKE_OVER = Statement(update(BookingTable).where(BookingTable.id == bindparam("booking")), ["centre_id", *COLUMNS])


def booking_by_id(conn: Connection, booking: int) -> Booking | None:
    """Return a booking of any centre, None when there is none."""
    row = BY_ID.row(conn, booking=booking)
    return None if row is None else Booking(*row)


def bookings_by_hash(conn: Connection, centre_id: int, reference_hash: str) -> list[Booking]:
    """Return the bookings of a reference at all centres, that of one's own first."""
    return [Booking(*row) for row in BY_REFERENCE.rows(conn, reference=reference_hash, centre=centre_id)]


def bookings_under(conn: Connection, centre_id: int, hashes: Collection[str]) -> dict[str, Booking]:
    """Return the bookings of a centre that stand under some hashes, by them."""
    query = ROW.where(BookingTable.centre_id == centre_id, BookingTable.reference_hash.in_(hashes))
    return {row.reference_hash: Booking(*row) for row in conn.execute(query)}


def add_bookings(conn: Connection, bookings: Sequence[Booking]) -> None:
    """Write new bookings; the database gives them their ids."""
    if bookings:
        ADD.send_many(conn, [_values(booking, "centre_id", *COLUMNS) for booking in bookings])


def add_booking(conn: Connection, booking: Booking) -> int:
    """Write a new booking and return its id."""
    new = insert(BookingTable).values(_values(booking, "centre_id", *COLUMNS))
    return int(conn.execute(new.returning(BookingTable.id)).scalar_one())


def change_booking(conn: Connection, booking: Booking) -> bool:
    """Write a booking as it is now; returns whether it is still its centre's."""
    return CHANGE.run(conn, booking=booking.id, here=booking.centre_id, **_values(booking, *COLUMNS)) == 1


def _values(booking: Booking, *names: str) -> dict[str, object]:
    return {name: getattr(booking, name) for name in names}


def rewrite_booking(conn: Connection, booking: Booking) -> None:
    """Keep a booking under another hash of its reference."""
    values = _values(booking, "reference_hash", "key_number", "tail")
    REWRITE.send(conn, booking=booking.id, here=booking.centre_id, **values)


def use_booking(conn: Connection, centre_id: int, booking: int, token_id: str | None) -> bool:
    """Note which token a booking has become, None when it is free again; returns whether it is still its centre's."""
    return USE.run(conn, booking=booking, here=centre_id, token_id=token_id) == 1


def locked(conn: Connection, booking: Booking) -> Booking | None:
    """Return a booking as it stands and stays until the commit, None when its centre has it no more."""
    row = LOCK.row(conn, booking=booking.id, here=booking.centre_id)
    return None if row is None else Booking(*row)


def take_over(conn: Connection, booking: Booking) -> None:
    """Write a booking of another centre, which is locked, as one's own."""
    TAKE_OVER.send(conn, booking=booking.id, **_values(booking, "centre_id", *COLUMNS))


def claimed(conn: Connection, centre_id: int) -> list[tuple[str, Booking]]:
    """Return (token, booking) of those under way who have claimed a booking that is free, by slot."""
    query = (
        ROW.add_columns(TokenPrivateTable.token_id.label("claimant"))
        .join(TokenPrivateTable, TokenPrivateTable.claim_hash == BookingTable.reference_hash)
        .join(TokenTable, TokenTable.id == TokenPrivateTable.token_id)
        .where(BookingTable.centre_id == centre_id, TokenPrivateTable.centre_id == centre_id)
        .where(BookingTable.token_id.is_(None), not_(BookingTable.cancelled), TokenTable.ended_at.is_(None))
    )
    rows = conn.execute(query.order_by(BookingTable.slot, BookingTable.id))
    return [(row[-1], Booking(*row[:-1])) for row in rows]


def renew_claims(conn: Connection, centre_id: int, renewed: Mapping[str, str]) -> None:
    """Keep claims under the present hashes: `renewed` gives them by the older ones."""
    claims = (TokenPrivateTable.centre_id == centre_id, TokenPrivateTable.claim_hash.in_(renewed))
    query = select(TokenPrivateTable.token_id, TokenPrivateTable.claim_hash).where(*claims)
    for token_id, claim in conn.execute(query).all():
        change = update(TokenPrivateTable).where(TokenPrivateTable.token_id == token_id)
        conn.execute(change.values(claim_hash=renewed[str(claim)]))


def bookings_of_token(conn: Connection, centre_id: int, token_id: str) -> list[Booking]:
    """Return the bookings that have become a token, several where others were merged into it."""
    query = ROW.where(BookingTable.centre_id == centre_id, BookingTable.token_id == token_id)
    return [Booking(*row) for row in conn.execute(query.order_by(BookingTable.id))]


def bookings_by_tail(
    conn: Connection, centre_id: int, day: date, tail: str, slot: datetime | None, old_key: int
) -> list[Booking]:
    """Return the bookings of a day, or of one of its slots, whose reference ends in `tail`, by slot.

    With them come those that stand under `old_key`, which know no tail of the present form.
    """
    known = or_(BookingTable.tail == tail, BookingTable.key_number == old_key)
    query = ROW.where(BookingTable.centre_id == centre_id, BookingTable.day == day, known)
    if slot is not None:
        query = query.where(BookingTable.slot == slot)
    return [Booking(*row) for row in conn.execute(query.order_by(BookingTable.slot, BookingTable.id))]


def booked_in_slots(conn: Connection, centre_id: int, slots: Collection[datetime]) -> dict[datetime, int]:
    """Return how many bookings stand in some slots, by slot; cancelled ones take no place."""
    query = select(BookingTable.slot, func.count()).where(
        BookingTable.centre_id == centre_id, BookingTable.slot.in_(slots), not_(BookingTable.cancelled)
    )
    return {row[0]: row[1] for row in conn.execute(query.group_by(BookingTable.slot)) if row[0] is not None}


def services_booked(conn: Connection, centre_id: int, services: Collection[str]) -> set[str]:
    """Return which of some services have bookings that were imported."""
    of_service = and_(BookingTable.centre_id == centre_id, BookingTable.slot.is_not(None))
    asked = [(code, exists().where(of_service, BookingTable.service == code)) for code in services]
    if not asked:
        return set()
    row = conn.execute(select(*(there.label(f"there_{place}") for place, (_, there) in enumerate(asked)))).one()
    return {code for (code, _), there in zip(asked, row, strict=True) if there}


def count_under_other_keys(conn: Connection, centre_id: int, key_number: int, since: date) -> int:
    """Return how many bookings of a day or later stand under another key than that of a number."""
    query = select(func.count()).where(
        BookingTable.centre_id == centre_id, BookingTable.day >= since, BookingTable.key_number != key_number
    )
    return int(conn.execute(query).scalar_one())
