"""What time it is on a floor: by its own steady clock, or by the clock that simulation and tests hand in."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from server.clock import Clock, Machine
from server.domain.centre import CentreState
from server.domain.steady.reading import Reading
from server.domain.steady.steady import Steady, from_json
from server.domain.steady.telling import STEP, Told, tell
from server.storage.floor_facts import FloorFacts


class Timekeeper:
    """Tells the time in the transactions of one commit in a centre.

    Where the database tells its own wall clock with the lock of the centre, all hosts that share it go by that.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: timedelta | None = None
        self._shared: datetime | None = None

    def ask(self) -> None:
        """Note that the database is asked now."""
        if isinstance(self._clock, Machine) and self._clock.asks_database:
            self._asked = self._clock.reading().boot

    def hear(self, wall: datetime | None) -> None:
        """Take what the wall clock of the database said, None where it has none of its own."""
        self._shared = wall

    def reading(self) -> Reading | None:
        """Return what the clocks say now; None where the clock that was handed in is never doubted."""
        if not isinstance(self._clock, Machine):
            return None
        own = self._clock.reading()
        if self._asked is None or self._shared is None:
            return own
        return replace(own, wall=self._shared, slack=own.boot - self._asked)

    def tell(self, conn: Connection, centre: CentreState | None, steady: Steady) -> Told:
        """Return what time it is in a centre as it stands; of none, what the wall clock says."""
        reading = None if centre is None else self.reading()
        if centre is None or reading is None:
            return Told(self._clock.now(), steady)
        return tell(steady, reading, self.facts(conn, centre))

    def facts(self, conn: Connection, centre: CentreState) -> FloorFacts:
        """Return what may have to be asked of a centre."""
        return FloorFacts(conn, centre, self._is_kept_right)

    def _is_kept_right(self) -> bool:
        """Whether the wall clock is synchronised; that of another machine when it agrees with one that is."""
        clock, reading = self._clock, self.reading()
        if reading is None or not isinstance(clock, Machine) or not clock.synchronised():
            return False
        return abs(reading.lead_over(clock.now())) <= STEP


class Seen(NamedTuple):
    """A centre as it was seen, and how its clock stood then."""

    centre: CentreState
    steady: Steady


def peek(clock: Clock, seen: Seen) -> datetime:
    """Return what time it is in a centre, for who only looks."""
    if not isinstance(clock, Machine):
        return clock.now()
    reading, (centre, steady) = clock.reading(), seen
    now = steady.now(reading) or reading.wall + steady.ahead
    return now if centre.last_at is None else max(now, centre.last_at)


class FloorTimes:
    """The centres as they were last seen, so that who only looks is told the time without a trip to the database."""

    def __init__(self) -> None:
        self._by_id: dict[int, Seen] = {}
        self._by_code: dict[str, Seen] = {}

    def see(self, centre: CentreState) -> Seen:
        """Remember how the clock of a centre stands, and return it; each event moves a centre, hardly any its clock."""
        before = self._by_id.get(centre.id)
        same = before is not None and before.centre.clock == centre.clock
        seen = before._replace(centre=centre) if before is not None and same else Seen(centre, from_json(centre.clock))
        self._by_id[centre.id] = self._by_code[centre.code] = seen
        return seen

    def seen(self, centre: int | str) -> Seen | None:
        """Return a centre, by its id or its code, as it was last seen."""
        return self._by_id.get(centre) if isinstance(centre, int) else self._by_code.get(centre)

    def all(self) -> list[Seen]:
        """Return all centres that were seen, as they were then."""
        return list(self._by_id.values())
