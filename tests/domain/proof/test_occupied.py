"""Nobody shares a counter, a party has several, and whoever leaves one frees it."""

import pytest

from server.domain.freezes import Moment
from server.domain.proof.occupied import Occupied
from server.domain.token.changes import call, gather, hold
from tests.factories import MORNING, make_token

AT = Moment(MORNING)
FIRST, SECOND = make_token(id="t1", party=2), make_token(id="t2")
PARTY = gather(call(FIRST, "A1", "c1", AT), ("A2",))


@pytest.fixture
def occupied() -> Occupied:
    """Return the counters with a party at A1 and A2."""
    counters = Occupied()
    assert counters.change(FIRST, PARTY) == []
    return counters


@pytest.mark.parametrize("counter", ["A1", "A2"])
def test_who_comes_to_a_counter_where_somebody_is_is_found_there(occupied: Occupied, counter: str) -> None:
    assert occupied.change(SECOND, call(SECOND, counter, "c2", AT)) == [counter]


@pytest.mark.parametrize("counter", ["A1", "A2"])
def test_a_counter_that_was_left_is_free(occupied: Occupied, counter: str) -> None:
    assert occupied.change(PARTY, hold(PARTY, AT)) == []
    assert occupied.change(SECOND, call(SECOND, counter, "c2", AT)) == []


def test_who_stays_is_nobody_else(occupied: Occupied) -> None:
    assert occupied.change(PARTY, PARTY) == []
