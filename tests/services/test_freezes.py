"""A floor that was stopped says since when and why, and remembers when its clocks stood."""

from server.domain.token_records import to_iso
from server.services.freezes import freezes_of
from tests.factories import CENTRE, MORNING, Floor


def test_a_stopped_floor_tells_since_when_and_why(floor: Floor) -> None:
    floor.freeze()
    told = floor.db.read(lambda conn: freezes_of(conn, CENTRE))
    since = to_iso(MORNING)
    assert told == {"frozen": True, "since": since, "reason": "test", "freezes": [[since, None]]}


def test_a_floor_that_goes_on_keeps_the_time_in_which_no_clock_ran(floor: Floor) -> None:
    stopped, resumed = floor.freeze(), floor.unfreeze()
    told = floor.db.read(lambda conn: freezes_of(conn, CENTRE))
    assert told == resumed
    assert (told["frozen"], told["since"], told["reason"]) == (False, None, None)
    [(begin, end)] = told["freezes"]
    assert begin == stopped["since"] < end
