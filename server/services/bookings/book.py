"""Bookings taken over from the portal: each row is answered by itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.actors import By
from server.domain.bookings import Booking
from server.domain.events.payloads import BookingsTaken
from server.domain.plan.plan import Plan
from server.domain.references import Reference
from server.domain.token.lifecycle import TokenEnd
from server.services.setup.plans import plan_now
from server.storage.sql import bookings, tokens
from server.storage.transaction import Transaction


class Result(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REFUSED = "refused"


INVALID_REFERENCE, INVALID_SLOT, SAME_REFERENCE = "invalid_reference", "invalid_slot", "same_reference"
UNKNOWN_SERVICE, UNKNOWN_NEED = "unknown_service", "unknown_need"
USED, OVER_CAPACITY = "appointment_used", "over_capacity"


@dataclass(frozen=True, slots=True)
class NewBooking:
    """An appointment from the portal; None stands for a reference or a slot that cannot be one."""

    reference: Reference | None
    slot: datetime | None
    service: str
    need: str | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What became of row `n`, counted from 1; `code` says why it was refused, or that its slot is over capacity."""

    n: int
    result: Result
    code: str | None = None


def book(tx: Transaction, booked: Sequence[NewBooking], by: By) -> list[RowAnswer]:
    """Take over bookings, and answer each row: one that is there already moves to its new slot.

    A reference that was checked in keeps its token, but is good once more for a later day: people book again under
    the reference they have.
    """
    answers = _Import(tx, booked).answers()
    counts = Counter(answer.result for answer in answers)
    if counts[Result.CREATED] or counts[Result.CHANGED]:
        told = (counts[result] for result in (Result.CREATED, Result.CHANGED, Result.UNCHANGED, Result.REFUSED))
        tx.record(BookingsTaken(*told), by)
    return answers


class _Import:
    """The rows of one import, beside what stands there already."""

    def __init__(self, tx: Transaction, booked: Sequence[NewBooking]) -> None:
        self._tx, self._booked, self._plan = tx, booked, plan_now(tx)
        hashes = {known for row in booked if row.reference is not None for known in row.reference.hashes}
        self._known = bookings.bookings_under(tx.conn, tx.centre.id, hashes)
        slots = {row.slot for row in booked if row.slot is not None}
        self._taken = Counter(bookings.booked_in_slots(tx.conn, tx.centre.id, slots))
        self._seen: set[str] = set()
        self._new: list[Booking] = []

    def answers(self) -> list[RowAnswer]:
        """Answer each row, and write what is new."""
        answers = [self._row(n, row) for n, row in enumerate(self._booked, 1)]
        bookings.add_bookings(self._tx.conn, self._new)
        references = [row.reference for row in self._booked if row.reference is not None]
        renewed = {older: reference.hash for reference in references for older in reference.older}
        if renewed:
            bookings.renew_claims(self._tx.conn, self._tx.centre.id, renewed)
        return answers

    def _row(self, n: int, row: NewBooking) -> RowAnswer:
        if row.reference is None:
            return RowAnswer(n, Result.REFUSED, INVALID_REFERENCE)
        if row.slot is None:
            return RowAnswer(n, Result.REFUSED, INVALID_SLOT)
        if row.reference.hash in self._seen:
            return RowAnswer(n, Result.REFUSED, SAME_REFERENCE)
        self._seen.add(row.reference.hash)
        there = next((self._known[known] for known in row.reference.hashes if known in self._known), None)
        unknown = _unknown_in(self._plan, row, there)
        if unknown is not None:
            return RowAnswer(n, Result.REFUSED, unknown)
        return self._take_over(n, row, row.reference, row.slot, there)

    def _take_over(
        self, n: int, row: NewBooking, reference: Reference, slot: datetime, there: Booking | None
    ) -> RowAnswer:
        wanted = self._booking(row, reference, slot)
        if there is None:
            self._new.append(wanted)
            return RowAnswer(n, Result.CREATED, self._room(row, slot))
        if _same(there, row):
            if there.reference_hash != reference.hash:
                bookings.rewrite_booking(self._tx.conn, wanted._replace(id=there.id))
            return RowAnswer(n, Result.UNCHANGED)
        if self._is_used(there) and wanted.day <= there.day:
            return RowAnswer(n, Result.REFUSED, USED)
        if bookings.change_booking(self._tx.conn, wanted._replace(id=there.id)):
            return RowAnswer(n, Result.CHANGED, self._room(row, slot, there))
        self._new.append(wanted)  # another centre has taken it over meanwhile
        return RowAnswer(n, Result.CREATED, self._room(row, slot))

    def _booking(self, row: NewBooking, reference: Reference, slot: datetime) -> Booking:
        centre = self._tx.centre
        return Booking(
            id=0,
            centre_id=centre.id,
            reference_hash=reference.hash,
            key_number=reference.number,
            tail=reference.tail,
            day=centre.day(slot),
            slot=slot,
            service=row.service,
            need=row.need,
            cancelled=row.cancelled,
            token_id=None,
        )

    def _room(self, row: NewBooking, slot: datetime, there: Booking | None = None) -> str | None:
        """Count a booking in its slot, and tell when there are more than it has places."""
        stays = there is not None and there.slot == slot and not there.cancelled
        self._taken[slot] += not row.cancelled and not stays
        return OVER_CAPACITY if not row.cancelled and self._taken[slot] > self._plan.slots.capacity else None

    def _is_used(self, there: Booking) -> bool:
        if there.token_id is None:
            return False
        return tokens.token_by_id(self._tx.conn, self._tx.centre.id, there.token_id).state != TokenEnd.CANCELLED.value


def _unknown_in(plan: Plan, row: NewBooking, there: Booking | None) -> str | None:
    """Return by which code a row is refused that names what the centre does not have.

    A need that the booking has already stays good when the rules drop it.
    """
    if row.service not in plan.services:
        return UNKNOWN_SERVICE
    kept = row.need is None or (there is not None and row.need == there.need)
    return None if kept or row.need in plan.needs else UNKNOWN_NEED


def _same(there: Booking, row: NewBooking) -> bool:
    return (there.slot, there.service, there.need, there.cancelled) == (row.slot, row.service, row.need, row.cancelled)
