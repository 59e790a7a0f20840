"""The outlook of a real floor: who counts, which counter is offered, and when the first will be late."""

from datetime import datetime, timedelta

import orjson
import pytest

from server.domain.errors import UnknownCentre
from server.domain.outlook import Late, Nobody, Sentence, SentenceKind
from server.domain.token.lifecycle import CounterState
from server.services.bookings.book import NewBooking
from server.services.figures.outlook import AtRisk, Bottleneck, Offer, OutlookView, PersonAtRisk, outlook_of
from tests.factories import CENTRE, MORNING, Floor


def outlook(floor: Floor, now: datetime) -> OutlookView:
    return floor.db.read(lambda read: outlook_of(read, CENTRE, now))


def enquiries(floor: Floor, count: int) -> None:
    """Let so many people wait at stage E, where a service takes five minutes, since 09:30."""
    floor.minutes = iter([0] * count)
    for _ in range(count):
        floor.issue("ENQUIRY")


@pytest.fixture
def crowd(floor: Floor) -> Floor:
    """Return a floor with E1 open and nine people waiting for it, everything else closed."""
    floor.open("E1")
    enquiries(floor, 9)
    return floor


def test_a_line_is_projected_to_the_minute(crowd: Floor) -> None:
    service = crowd.preset.stages[-1].service_min
    assert crowd.preset.stages[-1].code == "E"
    told = outlook(crowd, MORNING + timedelta(minutes=10))
    expected = [round(10 + place * service + service) for place in reversed(range(9))]
    late = [minutes for minutes in expected if minutes > 45]
    assert told.people == 9
    assert [person.expected_min for person in told.people_at_risk] == late != []
    assert told.people_at_risk[0] == PersonAtRisk("E009", "E", 10, expected[0])
    assert told.at_risk == AtRisk(len(late), sum(minutes > 60 for minutes in expected))
    assert told.bottleneck == Bottleneck("E", round(9 * service), 9, 1)
    by = "2026-11-24T04:45:00.000Z"  # 35 minutes from now: each of them is here since 09:30
    assert told.sentence == Sentence(SentenceKind.LATE, Late("E", 45, len(late), by))


def test_the_counter_that_is_offered_is_one_of_the_stage_that_holds_people_up(crowd: Floor) -> None:
    """Those of the other stages are closed too, and stand before it in the list."""
    service = crowd.preset.stages[-1].service_min
    told = outlook(crowd, MORNING)
    assert told.offer == Offer("E2", round(9 * service), round(max(0, 8 + 1 - 2) * service / 2 + service))


def test_a_counter_that_pauses_is_offered_too(crowd: Floor) -> None:
    crowd.minutes = iter([0, 0])
    crowd.open("E2")
    crowd.set_state("E2", CounterState.PAUSED)
    offer = outlook(crowd, MORNING).offer
    assert offer is not None
    assert offer.counter == "E2"


def test_without_a_closed_counter_of_the_stage_nothing_is_offered(crowd: Floor) -> None:
    crowd.minutes = iter([0])
    crowd.open("E2")
    told = outlook(crowd, MORNING)
    assert told.bottleneck == Bottleneck("E", round(8 * crowd.preset.stages[-1].service_min / 2), 9, 2)
    assert told.offer is None


def test_those_who_were_called_and_absent_are_not_on_the_floor(floor: Floor) -> None:
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.call("E1")
    assert outlook(floor, MORNING).people == 1
    floor.lose("E1")
    told = outlook(floor, MORNING)
    assert (told.people, told.sentence.kind, told.bottleneck, told.offer) == (0, SentenceKind.EMPTY, None, None)


def test_the_protected_stand_first_in_the_line(floor: Floor) -> None:
    floor.minutes = iter([0] * 4)
    for need in (None, None, "senior"):
        floor.issue(need=need)
    told = outlook(floor, MORNING)
    assert [person.label for person in told.people_at_risk] == ["F001", "N001", "N002"]


def test_who_came_before_the_time_of_their_booking_is_here_since_they_came(floor: Floor) -> None:
    floor.book(NewBooking("hash", "4711", MORNING + timedelta(minutes=15), service="NORMAL"))
    floor.minutes = iter([5])
    floor.issue(appointment_hash="hash")
    [person] = outlook(floor, MORNING + timedelta(minutes=35)).people_at_risk
    assert person.stay_min == 30


def test_a_stopped_centre_ages_nobody(floor: Floor) -> None:
    """Here since 09:30, stopped for 20 minutes, six minutes of service ahead: 45 minutes are over at 10:29."""
    floor.open("E1")
    floor.minutes = iter([0, 5, 25])
    floor.issue("ENQUIRY")
    floor.freeze()
    floor.unfreeze()
    assert outlook(floor, MORNING + timedelta(minutes=59)).sentence.kind is SentenceKind.ON_TIME
    assert outlook(floor, MORNING + timedelta(minutes=60)).sentence.kind is SentenceKind.LATE


def test_on_the_wire_it_has_the_keys_of_the_contract(crowd: Floor) -> None:
    told = orjson.loads(orjson.dumps(outlook(crowd, MORNING)))
    assert list(told) == ["now", "people", "sentence", "at_risk", "bottleneck", "offer", "people_at_risk"]
    assert set(told["sentence"]["params"]) == {"stage", "minutes", "people", "by"}
    assert told["sentence"]["kind"] == "late"
    empty = orjson.loads(orjson.dumps(Sentence(SentenceKind.EMPTY, Nobody())))
    assert empty == {"kind": "empty", "params": {}}


def test_a_centre_that_is_not_there_is_refused(floor: Floor) -> None:
    with pytest.raises(UnknownCentre):
        floor.db.read(lambda read: outlook_of(read, "NOWHERE", MORNING))
