"""Whether a centre is booked: by the rules of its services, and where there is none by what was imported."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from server.domain.plan.booked import Booked, BookedRule
from server.services.setup.plans import plan_now
from server.services.views.booked import is_booked
from tests.factories import Floor

NEVER = BookedRule(Booked.NONE)


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database."""
    return sqlite_floor


def booked(floor: Floor, rules: Mapping[str, BookedRule]) -> bool:
    return floor.write(lambda tx: is_booked(tx.conn, tx.centre.id, replace(plan_now(tx), bookings=rules)))


def test_the_model_centre_says_that_it_is_booked(floor: Floor) -> None:
    assert floor.write(lambda tx: is_booked(tx.conn, tx.centre.id, plan_now(tx)))


@pytest.mark.parametrize("how", [Booked.LISTED, Booked.OPEN])
def test_one_service_is_enough(floor: Floor, how: Booked) -> None:
    assert booked(floor, {"NORMAL": NEVER, "PCC": BookedRule(how)})


def test_a_service_without_a_rule_is_booked_once_bookings_were_imported(floor: Floor) -> None:
    assert not booked(floor, {})
    floor.expect("23-1000000001", service="TATKAAL")
    assert booked(floor, {})
    assert booked(floor, {"NORMAL": NEVER})
    assert not booked(floor, {"TATKAAL": NEVER})
