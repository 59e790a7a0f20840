"""When a centre stood still before the first event of a replay: spans and ages are counted with it."""

from server.domain.events.kinds import Kind
from server.domain.events.payloads import ClockChosen, NoticeEvent
from server.domain.freezes import Freeze, freezes_after, with_gap
from server.storage.sql.events import day_ends, events_of_kinds
from server.storage.transaction import Read

KINDS = (Kind.NOTICE_SET, Kind.NOTICE_LIFTED, Kind.CENTRE_FROZEN, Kind.CENTRE_RESUMED, Kind.CLOCK_CHOSEN)
DAYS_BACK = 3


def freezes_until(read: Read, centre_id: int, until: int) -> list[Freeze]:
    """Return the freezes of the events up to a number, as far back as somebody under way may have come from."""
    if not until:
        return []
    ends = [end.seq for end in day_ends(read, centre_id) if end.seq <= until]
    begin = ends[-DAYS_BACK] if len(ends) >= DAYS_BACK else 0
    freezes: list[Freeze] = []
    for event in events_of_kinds(read, centre_id, KINDS, begin, until):
        if isinstance(event.payload, NoticeEvent):
            freezes = freezes_after(freezes, event.at, frozen=event.payload.frozen)
        elif isinstance(event.payload, ClockChosen) and event.at > event.payload.was:
            freezes = with_gap(freezes, (event.payload.was, event.at))
    return freezes
