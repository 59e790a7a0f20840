"""The numbers of a record: each series in a row on its day, leased blocks used once or void."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from server.domain.leases import Lease
from server.domain.token.token import Token

Finding = tuple[str, str]
"""The code of a fault and its words."""


@dataclass(slots=True)
class _Given:
    """The last number of a row, and those leased and not yet used."""

    last: int
    leased: set[int] = field(default_factory=set)


class Ledger:
    """Follows the numbers from event to event. `first` gives the first number of a series."""

    def __init__(self, first: Callable[[str], int]) -> None:
        self._first = first
        self._given: dict[tuple[date, str], _Given] = {}
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

    def lease(self, lease: Lease) -> Finding | None:
        """Take over a leased block: it begins where the row ended."""
        given, block = self._block(lease)
        due = given.last + 1
        self.leased += len(block)
        given.leased |= block
        given.last = lease.last
        if lease.first == due:
            return None
        return "number_gap", f"{lease.letter}{lease.first} is not the next number."

    def void_lease(self, lease: Lease) -> None:
        """Take over that the unused numbers of a block will never be given."""
        given, block = self._block(lease)
        self.void += len(given.leased & block)
        given.leased -= block

    def _block(self, lease: Lease) -> tuple[_Given, set[int]]:
        given = self._of(lease.day, lease.letter)
        return given, set(range(lease.first, lease.last + 1))

    def _of(self, day: date, letter: str) -> _Given:
        given = self._given.get((day, letter))
        if given is None:
            given = self._given[day, letter] = _Given(self._first(letter) - 1)
        return given
