"""What a citizen is told of their own token."""

from datetime import timedelta
from typing import Any

from server.domain.actors import By
from server.domain.token.token import Token
from server.services.floor import issue
from server.services.floor.call import call_token
from server.services.views import phone
from tests.factories import MORNING, Floor, at_time


def issued(floor: Floor, service: str = "NORMAL", **changes: Any) -> tuple[Token, str]:
    """Issue a token; returns it with its secret."""
    order, now = floor.order(service, **changes), floor.now()
    return floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test"))).token, order.secret


def told(floor: Floor, secret: str) -> dict[str, Any]:
    later = MORNING + timedelta(hours=2)
    return floor.db.read(lambda conn: phone.status_of(conn, secret, later)[1])


def test_a_family_sees_its_size_and_every_counter_it_is_called_to(floor: Floor) -> None:
    _, secret = issued(floor, party=3)
    floor.open("G1", "G2", "G3")
    floor.call("G2")
    status = told(floor, secret)
    assert (status["party"], status["counter"], sorted(status["beside"])) == (3, "G2", ["G1", "G3"])


def test_several_services_stand_on_the_page_and_their_stages_on_the_way(floor: Floor) -> None:
    _, secret = issued(floor, then=("PCC", "ENQUIRY"))
    status = told(floor, secret)
    assert [names["en"] for names in status["services"]] == [
        "Passport",
        "Police clearance certificate",
        "Enquiry",
    ]
    assert [stop["stage"] for stop in status["journey"]] == ["G", "A", "B", "C", "X", "E"]


def test_who_was_called_first_is_told_with_the_reason_and_the_limit(floor: Floor) -> None:
    older, _ = issued(floor)
    _, secret = issued(floor)
    assert told(floor, secret)["overtaken"] is None
    first, _ = issued(floor, need="senior")
    floor.open("G1")
    floor.call("G1")
    overtaken = told(floor, secret)["overtaken"]
    assert overtaken["label"] == first.label
    assert (overtaken["count"], overtaken["why"], overtaken["limit"]) == (1, "priority", 4)
    floor.cancel(older)
    assert told(floor, secret)["overtaken"]["limit"] == 2


def test_a_call_out_of_order_is_told_as_a_decision_of_staff(floor: Floor) -> None:
    _, secret = issued(floor, language="en")
    favoured, _ = issued(floor)
    floor.open("G1")
    now = floor.now()
    floor.write(lambda tx: call_token(at_time(tx, now), By("test", "G1"), favoured.id, "instruction"))
    overtaken = told(floor, secret)["overtaken"]
    assert overtaken["why"] == "staff"
    assert overtaken["text"] == f"{favoured.label} was called first: staff decided so."


def test_without_a_quota_no_limit_is_promised(floor: Floor) -> None:
    floor.set_policy("calling", {"rule": "fifo", "protected": ["F"], "quota": 0}, MORNING.date())
    _, secret = issued(floor)
    issued(floor, need="senior")
    floor.open("G1")
    floor.call("G1")
    assert told(floor, secret)["overtaken"]["limit"] is None
