"""A machine whose clocks a test sets as it likes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.clock import Machine
from server.domain.instants import whole_ms
from server.domain.steady.reading import Reading
from tests.factories import MORNING


@dataclass
class FakeMachine(Machine):
    """The clocks of a machine: time passes on both, and only the wall clock can be set."""

    wall: datetime = MORNING
    boot: timedelta = timedelta(hours=1)
    starts: int = 1
    kept_right: bool = False
    asks_database: bool = False

    def now(self) -> datetime:
        """Return what the wall clock says."""
        return whole_ms(self.wall)

    def reading(self) -> Reading:
        """Return what all clocks say."""
        return Reading(f"start {self.starts}", self.boot, self.wall)

    def synchronised(self) -> bool:
        """Whether others keep the wall clock right."""
        return self.kept_right

    def passes(self, **time: float) -> None:
        """Let time pass, awake or in a suspend."""
        self.wall += timedelta(**time)
        self.boot += timedelta(**time)

    def is_set(self, **step: float) -> None:
        """Set the wall clock forward, or back by a negative step."""
        self.wall += timedelta(**step)

    def starts_anew(self, **off: float) -> None:
        """Switch it off for a while, and on again."""
        self.wall += timedelta(**off)
        self.boot, self.starts = timedelta(seconds=20), self.starts + 1
