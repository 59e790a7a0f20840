"""The next number of a series on a business day, and how it is written."""

from dataclasses import dataclass

from server.domain.errors import SeriesFull


@dataclass(frozen=True, slots=True)
class Series:
    """A letter and its range of numbers; a full one goes on under `overflow`."""

    letter: str
    first: int = 1
    last: int = 999
    overflow: str | None = None


def next_number(series: Series, used: int) -> int:
    """Return the number after `used` (0 when none is); raises SeriesFull at the end of the range."""
    number = max(used + 1, series.first)
    if number > series.last:
        raise SeriesFull(f"Series {series.letter} has no number left today.", series=series.letter)
    return number


def label(letter: str, number: int) -> str:
    """Return the number as printed, spoken and shown: `N007`."""
    return f"{letter}{number:03d}"
