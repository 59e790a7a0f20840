"""What of the trail is asked for, and how far in it somebody has read."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

END = 2**62
"""Behind the last event of any chain."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: from `begin` until before `end`, of one kind, of tokens with a label, by or about one person.

    None asks for all of them.
    """

    begin: datetime | None = None
    end: datetime | None = None
    kind: str | None = None
    token: str | None = None
    person: int | None = None


class Place(NamedTuple):
    """How far back somebody has read: in the chain of the floor, and in that of the installation; older are left."""

    floor: int = END
    installation: int = END

    @property
    def text(self) -> str:
        """The place as one word."""
        return f"{self.floor}.{self.installation}"


def place_of(text: str) -> Place:
    """Return the place that a word tells; raises ValueError."""
    floor, _, installation = text.partition(".")
    return Place(int(floor), int(installation))
