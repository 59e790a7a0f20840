"""The PIN with which somebody comes back to a console that is locked: its normal form, and which may be chosen."""

import unicodedata

SHORTEST, LONGEST = 4, 8
TYPED_MAX = 64
# What is chosen most where nothing is refused (DataGenetics 2012), beside what `is_common` finds by its shape, and
# numbers that stand for a word or a blessing here.
COMMON = frozenset(
    [
        *("1004", "6969", "5683", "0007", "0070", "1342", "0786", "7860", "786786", "143143"),
        *("1432", "9211", "2468", "1357", "1379", "1590"),
    ]
)
ROWS = ("01234567890", "09876543210", "2580", "0852", "147258369", "963852741")
YEARS = ("19", "20")


def normal_pin(typed: str) -> str | None:
    """Return a PIN as it is hashed, in digits of 0 to 9 whatever script they came in; None for what is no PIN."""
    digits = [unicodedata.decimal(sign, None) for sign in typed[:TYPED_MAX].strip()]
    known = [str(digit) for digit in digits if digit is not None]
    return "".join(known) if len(known) == len(digits) and SHORTEST <= len(known) <= LONGEST else None


def is_common(pin: str) -> bool:
    """Whether a PIN, in its normal form, is one of those that are guessed first: they are refused.

    Those are one part again and again, a row of the keys or of numbers, a year, and some that are in a list.
    """
    length = len(pin)
    repeated = any(pin == pin[:part] * (length // part) for part in range(1, length) if length % part == 0)
    year = length == SHORTEST and pin.startswith(YEARS)
    return repeated or year or pin in COMMON or any(pin in row for row in ROWS)
