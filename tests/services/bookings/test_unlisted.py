"""Services for which no list is connected: a reference of their form is an appointment, once on a business day."""

from datetime import timedelta

import pytest

from server.domain.errors import AppointmentAmbiguous, AppointmentUsed, InvalidInput, UnknownAppointment
from server.domain.token.token import Token
from server.services.floor import issue
from tests.factories import MORNING, TEST, Floor, at_time, make_reference

ARN = r"ar\d{8}"


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on which passports are booked somewhere else, from tomorrow on."""
    sqlite_floor.set_policy("bookings", {"NORMAL": {"booked": "open", "pattern": ARN}})
    sqlite_floor.begin = MORNING + timedelta(days=1)
    return sqlite_floor


def come(floor: Floor, written: str, service: str | None = None, days: int = 1) -> Token:
    order, at = floor.order(service, reference=make_reference(written)), MORNING + timedelta(days=days, minutes=5)
    return floor.write(lambda tx: issue.issue(at_time(tx, at), order, TEST)).token


def test_a_reference_of_the_form_is_a_booking_whose_age_counts_from_the_arrival(floor: Floor) -> None:
    token = come(floor, "AR-1234 5678")
    assert (token.label, token.service, token.slot) == ("N001", "NORMAL", None)
    assert token.aged_from == MORNING + timedelta(days=1, minutes=5)
    with pytest.raises(UnknownAppointment):
        come(floor, "AR-1234 567")
    assert floor.verdict().faults == []


def test_it_is_good_once_on_a_business_day_again_after_a_cancel_and_on_the_next(floor: Floor) -> None:
    token = come(floor, "AR12345678")
    with pytest.raises(AppointmentUsed, match="N001"):
        come(floor, "ar 12345678")
    floor.wait(6)
    floor.cancel(token)
    again = come_later(floor, "AR12345678")
    assert again.label == "N002"
    floor.wait(20)
    floor.cancel(again)
    assert come(floor, "AR12345678", days=2).label == "N001"


def come_later(floor: Floor, written: str) -> Token:
    order, at = floor.order(None, reference=make_reference(written)), MORNING + timedelta(days=1, minutes=20)
    return floor.write(lambda tx: issue.issue(at_time(tx, at), order, TEST)).token


def test_where_it_fits_several_services_the_person_is_asked_which(floor: Floor) -> None:
    both = {code: {"booked": "open", "pattern": ARN} for code in ("NORMAL", "PCC")}
    floor.begin = MORNING
    floor.set_policy("bookings", both, (MORNING + timedelta(days=2)).date())
    with pytest.raises(AppointmentAmbiguous) as asked:
        come(floor, "AR12345678", days=2)
    assert asked.value.details["services"] == ["NORMAL", "PCC"]
    with pytest.raises(AppointmentAmbiguous):
        come(floor, "AR12345678", "ENQUIRY", days=2)
    assert come(floor, "AR12345678", "PCC", days=2).label == "P001"


def test_an_imported_booking_goes_before_the_form(floor: Floor) -> None:
    floor.expect("AR12345678", 24 * 60, "TATKAAL")
    assert come(floor, "AR12345678").service == "TATKAAL"


def test_a_reference_of_before_is_unknown_when_its_service_takes_such_no_more(floor: Floor) -> None:
    token = come(floor, "AR12345678")
    floor.wait(10)
    floor.cancel(token)
    floor.set_policy("bookings", {}, (MORNING + timedelta(days=2)).date())
    with pytest.raises(UnknownAppointment):
        come(floor, "AR12345678", days=2)


@pytest.mark.parametrize(
    "rule",
    [
        {"NORMAL": {"booked": "open"}},
        {"NORMAL": {"booked": "open", "pattern": "(a+)+"}},
        {"NORMAL": {"booked": "open", "pattern": ".*"}},
        {"NORMAL": {"booked": "open", "pattern": r"\d{1,9}\d{1,9}\d{1,9}\d{1,9}"}},
        {"NOPE": {"booked": "listed"}},
    ],
)
def test_a_rule_that_cannot_be_is_refused(floor: Floor, rule: object) -> None:
    with pytest.raises(InvalidInput):
        floor.set_policy("bookings", rule)
