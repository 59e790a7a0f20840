"""A block of numbers that was given away."""

from dataclasses import dataclass
from datetime import date


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
