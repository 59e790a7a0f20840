"""What the calling rule sees of somebody who waits: their lane, and since when they wait."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

Age = Callable[[datetime], float]
"""How long a moment is ago, in seconds in which the centre was not frozen."""


Place = tuple[datetime, int]
"""The order of age: since when somebody waits, then the number of their step; who is smaller has waited longer."""


class Lane(NamedTuple):
    """What decides which counters may take a token. Inside a lane the line is first in, first out."""

    klass: str
    service: str
    language: str
    step_free: bool = False
    emergency: bool = False
    only: str = ""

    @property
    def key(self) -> str:
        """The lane as a word, for the index of the waiting."""
        return f"{self.klass} {self.service} {self.language} {self.step_free:d}{self.emergency:d} {self.only}"


@lru_cache(maxsize=4096)
def lane_of_key(key: str) -> Lane:
    """Return the lane that has this key."""
    klass, service, language, flags, only = key.split(" ", 4)
    return Lane(klass, service, language, flags[0] == "1", flags[1] == "1", only)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the calling rule needs to know of one waiting step; `since` is the moment from which its age counts."""

    step: int
    token: str
    label: str
    lane: Lane
    since: datetime

    @property
    def place(self) -> Place:
        """Where it stands in the order of age."""
        return self.since, self.step
