"""Bookings: taken over from the portal, and found again without their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.centre import CentreState
from server.domain.instants import to_iso
from server.services.setup.plans import plan_of
from server.storage.sql import centres
from server.storage.sql.bookings import ROW, add_bookings, find_booking, move_booking
from server.storage.tables.bookings import BookingTable
from server.storage.transaction import Read, Transaction

TAIL = 4


@dataclass(frozen=True, slots=True)
class NewBooking:
    """An appointment from the portal; the hash hides its reference, `tail` is its last characters."""

    reference_hash: str
    tail: str
    slot: datetime
    service: str
    need: str | None = None


def book(tx: Transaction, bookings: Sequence[NewBooking], now: datetime) -> int:
    """Take over bookings; one that is there already moves to its new slot. Returns how many were new.

    A reference that was checked in keeps its token, but is good once more for a later day: people book again under
    the reference they have. Raises UnknownService, UnknownNeed.
    """
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    new: dict[str, dict[str, Any]] = {}
    for one in bookings:
        plan.series_for(plan.service(one.service), one.need)
        told = {
            "centre_id": tx.centre.id,
            "tail": one.tail.upper(),
            "day": tx.centre.day(one.slot),
            "slot": one.slot,
            "service": one.service,
            "need": one.need,
            "token_id": None,
        }
        if find_booking(tx.conn, one.reference_hash, None) is None:
            new[one.reference_hash] = {"reference_hash": one.reference_hash, **told}
        else:
            move_booking(tx.conn, one.reference_hash, told)
    add_bookings(tx.conn, list(new.values()))
    return len(new)


def find(read: Read, centre: CentreState, tail: str, slot: datetime | None, now: datetime) -> list[dict[str, Any]]:
    """Return the bookings whose reference ends in `tail`: those of today, or of the slot that is given."""
    query = ROW.where(
        BookingTable.centre_id == centre.id,
        BookingTable.day == centre.day(slot or now),
        BookingTable.tail == tail.strip().upper()[-TAIL:],
    )
    if slot is not None:
        query = query.where(BookingTable.slot == slot)
    rows = read.execute(query.order_by(BookingTable.slot, BookingTable.id))
    return [
        {
            "id": row.id,
            "tail": row.tail,
            "slot": to_iso(row.slot),
            "service": row.service,
            "need": row.need,
            "checked_in": row.token_id is not None,
        }
        for row in rows
    ]


def find_at(read: Read, code: str, tail: str, slot: datetime | None, now: datetime) -> list[dict[str, Any]]:
    """Return the bookings of today at a centre; raises UnknownCentre."""
    return find(read, centres.centre_by_code(read, code), tail, slot, now)
