"""What is asked of a floor when its clock went wrong or its machine started."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from server.domain.centre import CentreState
from server.domain.plan.hours import hours_of, opening_after
from server.storage.tables.floor import TokenTable
from server.storage.tables.plan import PolicyTable


@dataclass(frozen=True, slots=True)
class FloorFacts:
    """The facts of a centre as it stands in a transaction or a snapshot, each read when it is asked for."""

    conn: Connection
    centre: CentreState
    kept_right: Callable[[], bool]

    @property
    def last_at(self) -> datetime | None:
        """The time of the last event."""
        return self.centre.last_at

    @property
    def seq(self) -> int:
        """The number of the last event."""
        return self.centre.event_seq

    def anybody_live(self) -> bool:
        """Whether anybody is on the floor."""
        live = select(TokenTable.id).where(TokenTable.centre_id == self.centre.id, TokenTable.ended_at.is_(None))
        return self.conn.execute(live.limit(1)).first() is not None

    def synchronised(self) -> bool:
        """Whether the clock of the machine is kept right by others."""
        return self.kept_right()

    def opening_after(self, moment: datetime) -> datetime | None:
        """Return the next planned opening after an instant, by the hours of its day; None where none is in reach."""
        centre = self.centre
        rule = self.conn.execute(
            select(PolicyTable.body)
            .where(PolicyTable.centre_id == centre.id, PolicyTable.kind == "hours")
            .where(PolicyTable.valid_from <= centre.today(moment))
            .order_by(PolicyTable.valid_from.desc())
            .limit(1)
        ).scalar_one_or_none()
        if rule is None:
            return None
        opening = opening_after(hours_of(centre.timezone, centre.day_start, rule), centre.wall(moment))
        return None if opening is None else centre.floor(opening)
