"""The clock of the house: for what belongs to no floor."""

from datetime import datetime

from server.clock import Machine, SystemClock
from server.storage.database import Database
from server.storage.timekeeping import peek


class HouseClock:
    """Tells what time it is for people who sign in, answers that are kept, and backups.

    It is the wall clock of the machine, as the floor that is nearest to it shows it to people: where that clock is set
    wrong the floors go on by their own, and so do the sessions of those who serve there.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def now(self) -> datetime:
        """Return the present instant; where the floors are simulated, or none was seen yet, the wall clock's."""
        clock = self._db.clock
        if not isinstance(clock, Machine):
            return SystemClock().now()
        wall = clock.now()
        times = (seen.centre.wall(peek(clock, seen)) for seen in self._db.floors.all())
        return min(times, key=lambda at: abs(at - wall), default=wall)
