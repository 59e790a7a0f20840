"""When a centre stood still before the first event of a replay: spans and ages are counted with it."""

from datetime import datetime

from server.domain.events.kinds import Kind
from server.domain.events.payloads import ClockChosen, DayClosed, DayOpened, DayReopened, NoticeEvent
from server.domain.freezes import Freeze, freezes_after, with_gap, with_stop
from server.storage.sql.events import day_ends, events_of_kinds
from server.storage.transaction import Read

KINDS = (
    *(Kind.NOTICE_SET, Kind.NOTICE_LIFTED, Kind.CENTRE_FROZEN, Kind.CENTRE_RESUMED, Kind.CLOCK_CHOSEN),
    *(Kind.DAY_CLOSED, Kind.DAY_OPENED, Kind.DAY_REOPENED),
)
DAYS_BACK = 3


def stops_until(read: Read, centre_id: int, until: int) -> tuple[list[Freeze], datetime | None]:
    """Return the stops of the events up to a number, as far back as somebody under way may have come from.

    With them comes when people were carried over into a night that still lasted then.
    """
    freezes: list[Freeze] = []
    carried_at: datetime | None = None
    if not until:
        return freezes, carried_at
    ends = [end.seq for end in day_ends(read, centre_id) if end.seq <= until]
    begin = ends[-DAYS_BACK] - 1 if len(ends) >= DAYS_BACK else 0
    for event in events_of_kinds(read, centre_id, KINDS, begin, until):
        told = event.payload
        if isinstance(told, NoticeEvent):
            freezes = freezes_after(freezes, event.at, frozen=told.frozen)
        elif isinstance(told, ClockChosen) and event.at > told.was:
            freezes = with_gap(freezes, (told.was, event.at))
        elif isinstance(told, DayClosed):
            carried_at = event.at if told.carries_over else None
        elif isinstance(told, DayOpened | DayReopened):
            closed_since = told.carried_at if isinstance(told, DayOpened) else told.closed_at
            freezes = freezes if closed_since is None else with_stop(freezes, closed_since, event.at)
            carried_at = None
    return freezes, carried_at
