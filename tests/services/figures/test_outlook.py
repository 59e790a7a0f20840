"""The outlook of a real floor: who counts, which counter is offered, and when the first will be late."""

from datetime import datetime, timedelta

import orjson
import pytest

from server.domain.actors import By
from server.domain.errors import UnknownCentre
from server.domain.outlook import Late, Nobody, NoCounter, Sentence, SentenceKind
from server.domain.permissions import Role
from server.domain.token.lifecycle import CounterState
from server.services.bookings.book import NewBooking
from server.services.figures.outlook import (
    AtRisk,
    Bottleneck,
    Offer,
    OutlookView,
    PersonAtRisk,
    StrandedPerson,
    outlook_of,
)
from server.services.floor import counters
from server.services.people import seats, sign_in
from server.services.people.principal import Principal
from server.storage.sql import people
from tests.factories import CENTRE, MORNING, Floor, at_time, make_reference


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
    by = "2026-11-24T04:45:00.000Z"  # 35 minutes from now: each of them is here since 09:30
    assert told.people == 9
    assert [person.expected_min for person in told.people_at_risk] == late != []
    assert told.people_at_risk[0] == PersonAtRisk("E009", "E", 10, expected[0], by)
    assert told.at_risk == AtRisk(len(late), sum(minutes > 60 for minutes in expected))
    assert [(one.minutes, one.people) for one in told.limits] == [
        (30, sum(minutes > 30 for minutes in expected)),
        (45, len(late)),
        (60, sum(minutes > 60 for minutes in expected)),
    ]
    assert told.bottleneck == Bottleneck("E", round(8 * service), 9, 1)
    assert told.sentence == Sentence(SentenceKind.LATE, Late("E", 45, len(late), by))


def seat(floor: Floor, counter: str, *, signed_in: bool = True) -> None:
    """Let somebody sit at a counter; without a session they went home and did not leave it."""
    name = f"officer-{counter.lower()}"
    floor.write(lambda tx: sign_in.add_staff(at_time(tx, MORNING), name, Role.COUNTER, "hash", MORNING))
    person = floor.db.read(lambda read: people.person_by_user(read, name))
    assert person is not None
    officer = Principal(f"staff:{person.id}", Role.COUNTER, floor.centre_id, CENTRE, user=person.user)
    floor.write(lambda tx: seats.sit(at_time(tx, MORNING), counter, officer, MORNING))
    if signed_in:
        floor.write(lambda tx: people.add_session(tx.conn, person, person.user, at=MORNING))


def offer(floor: Floor, real: datetime = MORNING) -> Offer | None:
    return floor.db.read(lambda read: outlook_of(read, CENTRE, MORNING, real)).offer


def test_a_counter_is_offered_whose_officer_is_there_with_what_it_gains(crowd: Floor) -> None:
    service = crowd.preset.stages[-1].service_min
    seat(crowd, "E2")
    assert offer(crowd) == Offer("E2", round(9 * service), round(5 * service))


def test_no_counter_is_offered_at_which_nobody_sits(crowd: Floor) -> None:
    assert offer(crowd) is None
    seat(crowd, "E2", signed_in=False)
    assert offer(crowd) is None
    assert outlook(crowd, MORNING).offer is not None  # where nobody knows who is signed in, whoever sits is there


def test_no_counter_is_offered_whose_officer_has_signed_out_long_ago(crowd: Floor) -> None:
    seat(crowd, "E2")
    assert offer(crowd, MORNING + timedelta(days=2)) is None


@pytest.mark.parametrize("reason", ["absent", "break", "equipment"])
def test_no_counter_is_offered_that_rests_for_a_reason(crowd: Floor, reason: str) -> None:
    seat(crowd, "E2")
    crowd.minutes = iter([0] * 3)
    crowd.open("E2")
    crowd.write(
        lambda tx: counters.set_state(at_time(tx, MORNING), "E2", CounterState.PAUSED, By("test"), reason=reason)
    )
    assert offer(crowd) is None


def test_no_counter_is_offered_that_gains_less_than_five_minutes(floor: Floor) -> None:
    """Two in line for one counter: the second is through in 10 minutes instead of 12 with another."""
    service = floor.preset.stages[-1].service_min
    floor.open("E1")
    seat(floor, "E2")
    enquiries(floor, 3)
    assert outlook(floor, MORNING).bottleneck == Bottleneck("E", round(2 * service), 3, 1)
    gained = offer(floor)
    assert gained is None or gained.before_min - gained.after_min >= 5
    enquiries(floor, 1)
    assert offer(floor) == Offer("E2", round(4 * service), round(2 * service))


def test_without_a_closed_counter_of_the_stage_nothing_is_offered(crowd: Floor) -> None:
    crowd.minutes = iter([0])
    crowd.open("E2")
    told = outlook(crowd, MORNING)
    assert told.bottleneck == Bottleneck("E", round(4 * crowd.preset.stages[-1].service_min), 9, 2)
    assert told.offer is None


def test_a_closed_stage_where_nobody_waits_holds_nobody_up(crowd: Floor) -> None:
    """All counters of the other stages are closed."""
    floor, told = crowd, outlook(crowd, MORNING)
    assert told.bottleneck is not None
    assert told.bottleneck.stage == "E"
    assert told.stranded == ()
    floor.minutes = iter([0])
    floor.issue()
    assert {person.label for person in outlook(floor, MORNING).stranded} == {"N001"}


def test_however_many_are_stranded_or_at_risk_each_is_listed(floor: Floor) -> None:
    """The page says "and 67 more" by the length of the list: it must not contradict the sentence above it."""
    enquiries(floor, 72)
    told = outlook(floor, MORNING + timedelta(minutes=20))
    assert told.sentence == Sentence(SentenceKind.STRANDED, NoCounter("E", 72))
    assert len(told.stranded) == 72
    floor.minutes = iter([0])
    floor.open("E1")
    assert len(outlook(floor, MORNING + timedelta(minutes=60)).people_at_risk) > 50


def test_those_who_were_called_and_absent_are_not_on_the_floor(floor: Floor) -> None:
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.call("E1")
    assert outlook(floor, MORNING).people == 1
    floor.lose("E1")
    told = outlook(floor, MORNING)
    assert (told.people, told.sentence.kind, told.bottleneck, told.offer) == (0, SentenceKind.EMPTY, None, None)


def test_those_for_whom_no_counter_is_open_are_stranded_the_longest_wait_first(floor: Floor) -> None:
    floor.minutes = iter([0, 1])
    floor.issue()
    floor.issue("ENQUIRY")
    told = outlook(floor, MORNING)
    assert told.stranded == (StrandedPerson("N001", "G"), StrandedPerson("E001", "E"))
    assert told.sentence.kind is SentenceKind.STRANDED
    assert told.people_at_risk == ()


def test_whose_counter_has_closed_ten_minutes_ago_is_stranded_and_not_before(floor: Floor) -> None:
    floor.minutes = iter([0, 1, 2])
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.set_state("E1", CounterState.CLOSED)
    assert outlook(floor, MORNING + timedelta(minutes=12)).stranded == ()
    assert outlook(floor, MORNING + timedelta(minutes=13)).stranded == (StrandedPerson("E001", "E"),)


def test_after_the_hours_whoever_waits_with_all_counters_closed_is_stranded_at_once(floor: Floor) -> None:
    """The centre closes at 16:30; at 16:52 all counters are closed."""
    floor.minutes = iter([380, 440, 442])
    floor.issue("ENQUIRY")
    floor.open("E1")
    floor.set_state("E1", CounterState.CLOSED)
    assert outlook(floor, MORNING + timedelta(minutes=442)).stranded == (StrandedPerson("E001", "E"),)


def test_before_the_counters_open_nobody_is_stranded(floor: Floor) -> None:
    floor.book(NewBooking(make_reference("4711"), MORNING, service="NORMAL"))
    floor.minutes = iter([-10])
    floor.issue(reference=make_reference("4711"))
    told = outlook(floor, MORNING - timedelta(minutes=5))
    assert (told.stranded, told.sentence.kind) == ((), SentenceKind.ON_TIME)


def test_who_came_before_the_time_of_their_booking_is_here_since_they_came(floor: Floor) -> None:
    floor.open("G1", "A1", "B1", "C1", "X1")
    floor.book(NewBooking(make_reference("4711"), MORNING + timedelta(minutes=15), service="NORMAL"))
    floor.minutes = iter([5])
    floor.issue(reference=make_reference("4711"))
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
    assert list(told) == [
        "now",
        "people",
        "sentence",
        "at_risk",
        "limits",
        "bottleneck",
        "offer",
        "people_at_risk",
        "stranded",
    ]
    assert set(told["sentence"]["params"]) == {"stage", "minutes", "people", "by"}
    assert told["sentence"]["kind"] == "late"
    empty = orjson.loads(orjson.dumps(Sentence(SentenceKind.EMPTY, Nobody())))
    assert empty == {"kind": "empty", "params": {}}


def test_a_centre_that_is_not_there_is_refused(floor: Floor) -> None:
    with pytest.raises(UnknownCentre):
        floor.db.read(lambda read: outlook_of(read, "NOWHERE", MORNING))
