"""What the clocks of a machine say at one instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.instants import whole_ms

NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clocks of a machine say: `boot` is how long ago it was started, suspends included, on start `boot_id`.

    `wall` was read at most `slack` before `boot`, where another machine had to be asked for it.
    """

    boot_id: str
    boot: timedelta
    wall: datetime
    slack: timedelta = NONE

    @property
    def latest(self) -> datetime:
        """What the wall clock says now at the latest, in whole milliseconds."""
        return whole_ms(self.wall + self.slack)

    def lead_over(self, moment: datetime) -> timedelta:
        """Return how far the wall clock is ahead of a moment: of all that it may be, what is nearest to nothing."""
        least = self.wall - moment
        return max(least, min(least + self.slack, NONE))
