"""A floor that was stopped says since when and why, and remembers when its clocks stood."""

from datetime import timedelta

from server.domain.instants import to_iso
from server.services.floor.notice import FreezeView, freezes_of
from tests.factories import CENTRE, MORNING, Floor


def test_a_stopped_floor_tells_since_when_and_why(floor: Floor) -> None:
    floor.freeze()
    told = floor.db.read(lambda conn: freezes_of(conn, CENTRE))
    since = to_iso(MORNING)
    assert told == FreezeView(True, since, "test", [[since, None]])


def test_a_floor_that_goes_on_keeps_the_time_in_which_no_clock_ran(floor: Floor) -> None:
    stopped, resumed = floor.freeze(), floor.unfreeze()
    told = floor.db.read(lambda conn: freezes_of(conn, CENTRE))
    assert told == resumed
    assert (told.frozen, told.since, told.reason) == (False, None, None)
    [(begin, end)] = told.freezes
    assert begin == stopped.since < end


def test_a_clock_set_back_between_two_stops_turns_no_line_around(floor: Floor) -> None:
    """The minutes that lie in both stops are no time twice: the first to come still has the greater age."""
    floor.open("G1")
    first = floor.issue()
    floor.freeze()
    floor.wait(minutes=30)
    floor.unfreeze()
    floor.begin -= timedelta(minutes=25)
    floor.confirm_clock()
    floor.freeze()
    floor.wait(minutes=25)
    floor.unfreeze()
    floor.issue()
    floor.wait(minutes=5)
    call = floor.call("G1")
    assert call.token.id == first.id
    assert call.reason.params["waited_s"] > 0
