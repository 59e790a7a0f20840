"""How the services of a centre are booked."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Booked(StrEnum):
    """`none`: never. `listed`: by references that were imported. `open`: by any reference of a form, without a list."""

    NONE = "none"
    LISTED = "listed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class BookedRule:
    """How one service is booked; `pattern` is the form of its references, in normal form."""

    booked: Booked = Booked.LISTED
    pattern: str | None = None

    def takes(self, normal: str) -> bool:
        """Whether a reference is a booking of the service although nobody announced it."""
        if self.booked is not Booked.OPEN or self.pattern is None:
            return False
        return re.fullmatch(self.pattern.casefold(), normal) is not None
