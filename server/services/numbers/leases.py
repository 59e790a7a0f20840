"""Numbers given away in a block, for a paper pad or a kiosk without a link: leased, used, or void, always on record."""

from datetime import date, datetime

from server.domain.errors import NumberNotLeased, UnknownLease
from server.domain.events.kinds import Kind
from server.domain.leases import Lease
from server.domain.plan.series import label, next_numbers, read_label
from server.services.setup.plans import plan_of
from server.storage.sql import numbers, tokens
from server.storage.transaction import Transaction


def lease(tx: Transaction, series: str, count: int, holder: str, now: datetime, actor: str) -> Lease:
    """Lease the next `count` numbers of a series to `holder`; the line goes on after them.

    Raises UnknownLease for a series that is not there, SeriesFull.
    """
    day = tx.centre.day(now)
    found = plan_of(tx.conn, tx.centre, day).series.get(series)
    if found is None:
        raise UnknownLease(f"There is no series “{series}” here.")
    first = next_numbers(found, numbers.last_number(tx.conn, tx.centre.id, day, series), count)
    row = Lease(tx.next_seq, day, series, first, first + count - 1, holder, None)
    numbers.set_last_number(tx.conn, tx.centre.id, day, series, row.last)
    numbers.insert_lease(tx.conn, tx.centre.id, row)
    tx.record(Kind.NUMBERS_LEASED, actor, now, {"lease": view(row)})
    return row


def void(tx: Transaction, lease_id: int, reason: str, now: datetime, actor: str) -> Lease:
    """Note that the unused numbers of a lease will never be given; raises UnknownLease."""
    day = tx.centre.day(now)
    row = next((one for one in numbers.leases(tx.conn, tx.centre.id, day) if one.id == lease_id), None)
    if row is None or row.void_reason is not None:
        raise UnknownLease("There is no such lease today, or it is void already.")
    numbers.void_lease(tx.conn, tx.centre.id, lease_id, reason)
    void_row = Lease(row.id, day, row.letter, row.first, row.last, row.holder, reason)
    tx.record(Kind.NUMBERS_VOIDED, actor, now, {"lease": view(void_row)})
    return void_row


def use(tx: Transaction, text: str, day: date) -> tuple[str, int]:
    """Return the (letter, number) of a paper number that may be entered now; raises NumberNotLeased."""
    found = read_label(text)
    if found is None:
        raise NumberNotLeased(f"“{text}” is not a number.")
    letter, number = found
    leased = any(
        one.letter == letter and one.first <= number <= one.last and one.void_reason is None
        for one in numbers.leases(tx.conn, tx.centre.id, day)
    )
    if not leased:
        raise NumberNotLeased(f"{label(letter, number)} is in no block that was leased today.")
    if tokens.number_exists(tx.conn, tx.centre.id, day, letter, number):
        raise NumberNotLeased(f"{label(letter, number)} is entered already.")
    return letter, number


def view(row: Lease) -> dict[str, object]:
    """Return a lease as it is recorded and told."""
    return {
        "id": row.id,
        "day": row.day.isoformat(),
        "series": row.letter,
        "first": row.first,
        "last": row.last,
        "holder": row.holder,
        "void": row.void_reason,
    }
