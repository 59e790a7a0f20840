"""Numbers given away in a block, for a paper pad or a kiosk without a link: leased, used, or void, always on record."""

from dataclasses import dataclass, replace
from datetime import date

from server.domain.actors import By
from server.domain.errors import NumberNotLeased, UnknownLease
from server.domain.events.payloads import NumbersLeased, NumbersVoided
from server.domain.leases import Lease
from server.domain.plan.series import label, next_numbers, read_label
from server.services.setup.plans import plan_now
from server.storage.sql import numbers, tokens
from server.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class LeaseView:
    """A block of numbers as it is told; `void` says why the unused ones will never be given."""

    id: int
    day: str
    series: str
    first: int
    last: int
    holder: str
    void: str | None


def lease(tx: Transaction, series: str, count: int, holder: str, by: By) -> Lease:
    """Lease the next `count` numbers of a series to `holder`; the line goes on after them.

    Raises UnknownLease for a series that is not there, SeriesFull.
    """
    day, known = tx.today, plan_now(tx).series.get(series)
    if known is None:
        raise UnknownLease(f"There is no series “{series}” here.")
    first = next_numbers(known, numbers.last_number(tx.conn, tx.centre.id, day, series), count)
    # The number of its event is its id: unique in the centre, and found in the log.
    block = Lease(tx.next_seq, day, series, first, first + count - 1, holder, None)
    numbers.set_last_number(tx.conn, tx.centre.id, day, series, block.last)
    numbers.insert_lease(tx.conn, tx.centre.id, block)
    tx.record(NumbersLeased(block), by)
    return block


def void(tx: Transaction, lease_id: int, reason: str, by: By) -> Lease:
    """Note that the unused numbers of a lease will never be given; raises UnknownLease."""
    today = numbers.leases(tx.conn, tx.centre.id, tx.today)
    block = next((lease for lease in today if lease.id == lease_id), None)
    if block is None or block.void_reason is not None:
        raise UnknownLease("There is no such lease today, or it is void already.")
    numbers.void_lease(tx.conn, tx.centre.id, lease_id, reason)
    voided = replace(block, void_reason=reason)
    tx.record(NumbersVoided(voided), by)
    return voided


def use(tx: Transaction, text: str, day: date) -> tuple[str, int]:
    """Return the (letter, number) of a paper number that may be entered now; raises NumberNotLeased."""
    parts = read_label(text)
    if parts is None:
        raise NumberNotLeased(f"“{text}” is not a number.")
    letter, number = parts
    leased = any(
        block.letter == letter and block.first <= number <= block.last and block.void_reason is None
        for block in numbers.leases(tx.conn, tx.centre.id, day)
    )
    if not leased:
        raise NumberNotLeased(f"{label(letter, number)} is in no block that was leased today.")
    if tokens.number_exists(tx.conn, tx.centre.id, day, letter, number):
        raise NumberNotLeased(f"{label(letter, number)} is entered already.")
    return letter, number


def view(block: Lease) -> LeaseView:
    """Return a lease as it is told."""
    return LeaseView(
        block.id, block.day.isoformat(), block.letter, block.first, block.last, block.holder, block.void_reason
    )
