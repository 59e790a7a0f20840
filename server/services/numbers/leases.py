"""Numbers given away in a block, for a paper pad or a kiosk without a link: leased, used, or void, always on record."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from server.domain.actors import By
from server.domain.centre import CentreState
from server.domain.errors import InvalidInput, NumberNotLeased, UnknownLease
from server.domain.events.payloads import NumbersLeased, NumbersVoided
from server.domain.instants import to_iso
from server.domain.leases import Lease, first_moment
from server.domain.plan.series import label, read_label
from server.services.numbers.labels import Given, next_block
from server.services.setup.plans import plan_now, runs_on
from server.storage.sql import events, numbers, tokens
from server.storage.transaction import Read, Transaction


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
    first, left_out = next_block(tx, known, count)
    # The number of its event is its id: unique in the centre, and found in the log.
    block = Lease(tx.next_seq, day, series, first, first + count - 1, holder, None)
    numbers.set_last_number(tx.conn, tx.centre.id, day, series, block.last)
    numbers.insert_lease(tx.conn, tx.centre.id, block)
    tx.record(NumbersLeased(block, left_out), by)
    return block


def void(tx: Transaction, lease_id: int, reason: str, by: By) -> Lease:
    """Note that the unused numbers of a lease will never be given; raises UnknownLease."""
    block = next((lease for lease in _blocks(tx.conn, tx.centre, tx.today) if lease.id == lease_id), None)
    if block is None or block.void_reason is not None:
        raise UnknownLease("There is no such lease today, or it is void already.")
    numbers.void_lease(tx.conn, tx.centre.id, lease_id, reason)
    voided = replace(block, void_reason=reason)
    tx.record(NumbersVoided(voided), by)
    return voided


def outstanding(read: Read, centre: CentreState, until: datetime, now: datetime) -> list[Lease]:
    """Return the blocks leased up to an instant of which a number may still be entered.

    The instant is one of the time that people are shown, and the machines go by.
    """
    return [block for block in _blocks(read, centre, centre.today(now)) if _is_out(read, centre, block, until)]


def void_outstanding(tx: Transaction, until: datetime, reason: str, by: By) -> list[Lease]:
    """Void the blocks leased up to an instant of which a number may still be entered, and return them."""
    return [void(tx, block.id, reason, by) for block in outstanding(tx.conn, tx.centre, until, tx.now)]


def _is_out(read: Read, centre: CentreState, block: Lease, until: datetime) -> bool:
    leased_at = events.time_of(read, centre.id, block.id)
    if block.void_reason is not None or leased_at is None or centre.wall(leased_at) > until:
        return False
    numbers_of = range(block.first, block.last + 1)
    return not all(tokens.number_exists(read, centre.id, block.day, block.letter, number) for number in numbers_of)


def use(tx: Transaction, text: str, taken_at: datetime) -> Given:
    """Return a paper number that may be entered now as handed out at a moment.

    It counts on the day on which it was leased: the open one, or the one before where days run on. Raises
    NumberNotLeased, and InvalidInput for a moment before it was leased, or that has not come.
    """
    parts = read_label(text)
    if parts is None:
        raise NumberNotLeased(f"“{text}” is not a number.")
    letter, number = parts
    block = next((block for block in _blocks(tx.conn, tx.centre, tx.today) if _holds(block, letter, number)), None)
    if block is None:
        raise NumberNotLeased(f"{label(letter, number)} is in no block that was leased today.")
    if tokens.number_exists(tx.conn, tx.centre.id, block.day, letter, number):
        raise NumberNotLeased(f"{label(letter, number)} is entered already.")
    leased_at = events.time_of(tx.conn, tx.centre.id, block.id) or tx.now
    if not first_moment(leased_at) <= taken_at <= tx.now:
        raise InvalidInput(
            "A paper number is taken after its block was leased, and before now.", since=to_iso(leased_at)
        )
    return Given(block.day, letter, number)


def _blocks(read: Read, centre: CentreState, today: date) -> list[Lease]:
    """Return the blocks from which numbers may be entered now, those of today first."""
    blocks, before = numbers.leases(read, centre.id, today), centre.closed_day
    if before is None or before == today or not runs_on(read, centre, before):
        return blocks
    return [*blocks, *numbers.leases(read, centre.id, before)]


def _holds(block: Lease, letter: str, number: int) -> bool:
    return block.letter == letter and block.first <= number <= block.last and block.void_reason is None


def view(block: Lease) -> LeaseView:
    """Return a lease as it is told."""
    return LeaseView(
        block.id, block.day.isoformat(), block.letter, block.first, block.last, block.holder, block.void_reason
    )
