"""A block of numbers that was given away."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """A block of numbers that was given away; `void_reason` says why the unused ones will never be."""

    id: int
    day: date
    letter: str
    first: int
    last: int
    holder: str
    void_reason: str | None


def first_moment(leased_at: datetime) -> datetime:
    """Return from when on a number of a block may have been handed out: from its minute on, as people write times."""
    return leased_at.replace(second=0, microsecond=0)
