"""The next number of a series on a business day, and how it is written."""

from dataclasses import dataclass

from server.domain.errors import SeriesFull

DIGITS_MAX = 6


@dataclass(frozen=True, slots=True)
class Series:
    """A letter and its range of numbers; a full one goes on under `overflow`."""

    letter: str
    first: int = 1
    last: int = 999
    overflow: str | None = None


def next_numbers(series: Series, used: int, count: int = 1) -> int:
    """Return the first of the `count` numbers after `used` (0 when none is); raises SeriesFull beyond the range."""
    number = max(used + 1, series.first)
    if number + count - 1 > series.last:
        raise SeriesFull(f"Series {series.letter} has no number left today.", series=series.letter)
    return number


def read_label(text: str) -> tuple[str, int] | None:
    """Return the (letter, number) of a label like `N007` or `n 7`, None when it is none."""
    letter, digits = text.strip()[:1].upper(), text.strip()[1:].strip()
    if not letter.isalpha() or not digits.isdecimal() or len(digits) > DIGITS_MAX:
        return None
    return letter, int(digits)


def label(letter: str, number: int) -> str:
    """Return the number as printed, spoken and shown: `N007`."""
    return f"{letter}{number:03d}"
