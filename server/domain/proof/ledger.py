"""The numbers of a record: each series in a row on its day, leased blocks used once or void."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from server.domain.leases import Lease
from server.domain.plan.series import Series, read_label
from server.domain.proof.findings import Finding
from server.domain.token.token import Token


@dataclass(slots=True)
class _Given:
    """The last number of a row, those leased and not yet used, and those of which a restore lost who has them."""

    last: int
    leased: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)


class Ledger:
    """Follows the numbers from event to event. `first` gives the first number of a series."""

    def __init__(self, first: Callable[[str], int]) -> None:
        self._first = first
        self._given: dict[tuple[date, str], _Given] = {}
        self._leases: dict[int, Lease] = {}
        self._leased_at: dict[int, datetime] = {}
        self.leased = 0
        self.void = 0

    def issue(self, token: Token) -> Finding | None:
        """Take over a token's number: it follows the one before it, or was leased and is used for the first time."""
        given = self._of(token.day, token.series)
        if token.entered_by_hand:
            known = token.number in given.leased
            given.leased.discard(token.number)
            return None if known else ("number_doubled", f"{token.label} was not leased, or used before.")
        expected = given.last + 1
        given.last = max(token.number, expected)
        if token.number == expected:
            return None
        code = "number_doubled" if token.number < expected else "number_gap"
        return code, f"{token.label} was issued, number {expected} was due."

    def leave_out(self, day: date, labels: Sequence[str]) -> Finding | None:
        """Take over labels that were passed over on a day: each was the next of its series."""
        for each in labels:
            letter, number = read_label(each) or ("", 0)
            given = self._of(day, letter)
            if number != given.last + 1:
                return "number_gap", f"{each} was left_out, number {given.last + 1} was due."
            given.last = number
        return None

    def go_on(self, day: date, letter: str, last: int) -> Finding | None:
        """Take over that a series goes on after a number, because nobody knows who has those before it."""
        given = self._of(day, letter)
        if last <= given.last:
            return "number_doubled", f"{letter} of {day} cannot go on after {last}, {given.last} was given."
        given.lost |= set(range(given.last + 1, last + 1))
        given.last = last
        return None

    def rebuild(self, token: Token) -> Finding | None:
        """Take over a number that a restore had lost, or that is higher than whoever restored said."""
        given = self._of(token.day, token.series)
        known = given.lost | given.leased
        if token.number not in known and token.number <= given.last:
            return "number_doubled", f"{token.label} was rebuilt, and was not lost."
        given.lost = (given.lost | set(range(given.last + 1, token.number))) - {token.number}
        given.leased.discard(token.number)
        given.last = max(given.last, token.number)
        return None

    def block_of(self, letter: str, number: int) -> tuple[Lease, datetime] | None:
        """Return the latest block that holds a number which is neither used nor void, and when it was leased."""
        for lease in reversed(self._leases.values()):
            if lease.letter == letter and number in self._of(lease.day, letter).leased & _numbers(lease):
                return lease, self._leased_at[lease.id]
        return None

    def series_of(self, day: date, letter: str, series: Mapping[str, Series]) -> str:
        """Return the series whose next number is due for a class: its own, or where that is full its overflow."""
        overflow = series[letter].overflow
        if overflow is None or self._of(day, letter).last < series[letter].last:
            return letter
        return self.series_of(day, overflow, series)

    def lease(self, lease: Lease, at: datetime) -> Finding | None:
        """Take over a block leased at a moment: it begins where the row ended."""
        given, block = self._block(lease)
        due = given.last + 1
        self.leased += len(block)
        self._leases[lease.id], self._leased_at[lease.id] = lease, at
        given.leased |= block
        given.last = lease.last
        if lease.first == due:
            return None
        return "number_gap", f"{lease.letter}{lease.first} is not the next number."

    def void_lease(self, lease: Lease) -> Finding | None:
        """Take over that the unused numbers of a block will never be given."""
        given, block = self._block(lease)
        self.void += len(given.leased & block)
        given.leased -= block
        before = self._leases.get(lease.id)
        self._leases[lease.id] = lease
        if before is not None and before.void_reason is None and _span(before) == _span(lease):
            return None
        return "wrong_lease", f"Block {lease.id} is void, but was not leased like this, or was void before."

    def compare(self, rows: Iterable[Lease], last: Mapping[tuple[date, str], int]) -> Iterable[Finding]:
        """Compare leases and the last number of each row with what stands in the tables; reasons may be purged."""
        stored = {lease.id: _kept(lease) for lease in rows}
        known = {id_: _kept(lease) for id_, lease in self._leases.items()}
        for id_ in sorted(stored.keys() | known.keys()):
            if stored.get(id_) != known.get(id_):
                yield "lease_differs", f"Block {id_} is another in the table than by the log."
        for (day, letter), number in sorted(last.items()):
            given = self._given.get((day, letter))
            if given is None or given.last != number:
                due = "none" if given is None else given.last
                yield "numbers_differ", f"The last {letter} of {day} is {number} in the table, {due} by the log."
        for day, letter in sorted(self._used() - last.keys()):
            yield "numbers_differ", f"The numbers {letter} of {day} are in the log only."

    def _used(self) -> set[tuple[date, str]]:
        return {row for row, given in self._given.items() if given.last >= self._first(row[1])}

    def _block(self, lease: Lease) -> tuple[_Given, set[int]]:
        given = self._of(lease.day, lease.letter)
        return given, _numbers(lease)

    def _of(self, day: date, letter: str) -> _Given:
        given = self._given.get((day, letter))
        if given is None:
            given = self._given[day, letter] = _Given(self._first(letter) - 1)
        return given


def _numbers(lease: Lease) -> set[int]:
    return set(range(lease.first, lease.last + 1))


def _span(lease: Lease) -> tuple[date, str, int, int]:
    return lease.day, lease.letter, lease.first, lease.last


def _kept(lease: Lease) -> tuple[tuple[date, str, int, int], bool]:
    """Return what the chain holds of a lease: not whose it is, nor in whose words it is void."""
    return _span(lease), lease.void_reason is not None
