"""What a citizen is told of their own token."""

import json
from datetime import datetime, timedelta
from typing import Any

from server.domain.actors import By
from server.domain.day import Then
from server.domain.instants import to_iso
from server.domain.notice import NoticeKind
from server.domain.token.token import Token
from server.services.floor import issue
from server.services.floor.call import call_token
from server.services.views import phone
from server.services.views.projections import Projections
from tests.factories import MORNING, Floor, as_json, at_time


def issued(floor: Floor, service: str = "NORMAL", **changes: Any) -> tuple[Token, str]:
    """Issue a token; returns it with its secret."""
    order, now = floor.order(service, **changes), floor.now()
    return floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test"))).token, order.secret


def told(floor: Floor, secret: str, later: datetime = MORNING + timedelta(hours=2)) -> dict[str, Any]:
    """Return what the page is told; the one that is kept for all readers says the same as one made for a command."""
    centre, status = floor.db.read(lambda read: phone.status_of(read, secret, later))
    _, token_id = floor.db.read(lambda read: phone.owner_of(read, secret))
    kept = floor.db.read(lambda read: Projections(lambda: None).of(centre.id).status(read, token_id, later))
    alone: dict[str, Any] = as_json(status)
    assert json.loads(kept.at("as_of", to_iso(later))) == alone
    return alone


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
    assert [stop["stage"] for stop in status["visit"]["stops"]] == ["G", "A", "B", "C", "X", "E"]


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


def test_a_way_tells_the_minutes_of_each_stage_without_stops_and_since_when_one_is_here(floor: Floor) -> None:
    _, secret = issued(floor)  # at 09:30
    floor.freeze()
    floor.wait(20)
    floor.unfreeze()  # at 09:52
    floor.open("G1")
    floor.serve("G1")  # until 09:56
    gate, hall, *ahead = told(floor, secret)["visit"]["stops"]
    assert (gate["state"], gate["minutes"], gate["since"]) == ("done", 26 - 21, None)
    assert (hall["state"], hall["minutes"], hall["since"]) == ("here", None, "2026-11-24T04:26:00.000Z")
    assert {(stop["state"], stop["minutes"], stop["since"]) for stop in ahead} == {("ahead", None, None)}


def test_one_who_waits_is_told_how_many_go_first_and_the_wait(floor: Floor) -> None:
    _, first = issued(floor)
    _, secret = issued(floor)
    issued(floor, need="senior")
    floor.open("G1")
    status = told(floor, secret)
    assert (status["ahead"], status["wait"]) == (2, {"low_min": 0, "high_min": 10})
    assert told(floor, first)["ahead"] == 1
    floor.cancel(floor.call("G1").token)
    assert told(floor, first)["ahead"] == 0


def test_one_who_has_left_is_told_the_end_and_no_place(floor: Floor) -> None:
    token, secret = issued(floor)
    floor.cancel(token)
    status = told(floor, secret)
    assert (status["state"], status["ended"], status["stage"], status["wait"]) == ("cancelled", True, None, None)
    assert [stop["state"] for stop in status["visit"]["stops"]] == ["done"]


def test_citizens_can_do_what_the_state_of_their_token_allows_and_nothing_while_the_centre_stands(floor: Floor) -> None:
    token, secret = issued(floor)

    def can() -> list[str]:
        return list(told(floor, secret)["can"])

    assert can() == ["pause", "cancel"]
    floor.pause(token)
    assert can() == ["return", "pause", "cancel"]
    floor.here(token)
    floor.open("G1")
    floor.call("G1")
    assert can() == ["cancel"]
    floor.freeze()
    assert can() == []
    floor.unfreeze()
    floor.start("G1")
    assert can() == []
    floor.finish("G1", "refused")
    assert can() == []


def test_nobody_who_was_carried_over_is_told_in_the_night_to_go_to_a_counter(floor: Floor) -> None:
    secrets = [issued(floor)[1] for _ in range(3)]
    floor.open("G1", "G2")
    floor.call("G1")
    floor.start("G1")
    floor.call("G2")
    assert not any(told(floor, secret)["frozen"] for secret in secrets)
    floor.close_day(Then.CARRY_OVER)
    night = [told(floor, secret) for secret in secrets]
    assert [status["state"] for status in night] == ["waiting", "waiting", "waiting"]
    assert all(status["frozen"] for status in night)
    assert "cancel" in night[2]["can"], "who does not come again may say so"
    floor.reopen_day()
    assert not any(told(floor, secret)["frozen"] for secret in secrets)


def test_in_the_morning_no_phone_sends_somebody_to_a_counter_that_stays_closed(floor: Floor) -> None:
    secrets = [issued(floor)[1] for _ in range(3)]
    floor.open("G1", "G2")
    floor.call("G1")
    floor.start("G1")
    floor.call("G2")
    floor.close_day(Then.CARRY_OVER)
    morning = Floor(floor.db, floor.centre_id, floor.preset, rng=floor.rng, begin=MORNING + timedelta(days=1))
    morning.open("G3")
    seen = [told(morning, secret) for secret in secrets]
    assert [status["state"] for status in seen] == ["waiting"] * 3
    assert [(status["counter"], status["ahead"]) for status in seen] == [(None, 0), (None, 1), (None, 2)]


OPENING = to_iso(MORNING + timedelta(days=1))


def test_on_a_day_that_is_over_and_that_nobody_has_closed_the_phone_says_when_the_centre_opens_again(
    floor: Floor,
) -> None:
    tokens, secrets = zip(*(issued(floor) for _ in range(2)), strict=True)
    floor.open("G1", "G2")
    floor.call("G1")
    closing = MORNING + timedelta(hours=7)
    late = Floor(floor.db, floor.centre_id, floor.preset, rng=floor.rng, begin=closing)
    late.recall("G1")  # at 16:30 somebody is at work
    at_work = told(floor, secrets[1], closing + timedelta(minutes=29))
    assert (at_work["resumes_at"], at_work["wait"]) == (None, {"low_min": 0, "high_min": 5})
    floor.pause(tokens[1])  # what citizens do themselves is no work at a counter
    for at in (closing + timedelta(minutes=30), closing + timedelta(hours=9)):
        night = [told(floor, secret, at) for secret in secrets]
        assert [status["resumes_at"] for status in night] == [OPENING] * 2
    assert told(floor, secrets[0], MORNING + timedelta(days=1))["resumes_at"] is None


def test_in_the_night_of_a_carry_over_the_phone_says_when_the_centre_opens_again_and_tells_no_wait(
    floor: Floor,
) -> None:
    _, secret = issued(floor)
    floor.open("G1")
    assert told(floor, secret)["resumes_at"] is None
    floor.close_day(Then.CARRY_OVER, at=MORNING + timedelta(hours=7))
    night = told(floor, secret, MORNING + timedelta(hours=8))
    assert (night["frozen"], night["resumes_at"]) == (True, OPENING)
    assert (night["wait"], night["visit"]["low_min"]) == ({"low_min": None, "high_min": None}, None)
    floor.freeze()
    assert told(floor, secret, MORNING + timedelta(hours=8))["resumes_at"] is None, "that it stands is told first"


def test_a_holiday_that_was_declared_since_is_not_told_as_the_next_opening(floor: Floor) -> None:
    _, secret = issued(floor)
    hours = floor.preset.hours.model_dump(mode="json")
    floor.set_policy("hours", {**hours, "holidays": ["2026-11-25"]})
    floor.close_day(Then.CARRY_OVER, at=MORNING + timedelta(hours=7))
    night = told(floor, secret, MORNING + timedelta(hours=8))
    assert night["resumes_at"] == to_iso(MORNING + timedelta(days=2))


def test_somebody_who_is_done_today_is_told_of_an_emergency_and_nobody_of_another_day(floor: Floor) -> None:
    token, secret = issued(floor)
    assert told(floor, secret)["notice"] is None
    floor.cancel(token)
    floor.flag(NoticeKind.EMERGENCY, "fire")
    assert told(floor, secret)["notice"]["kind"] == "emergency"
    floor.lift(NoticeKind.EMERGENCY)
    floor.lift(NoticeKind.PAUSE)
    floor.close_day()
    morning = Floor(floor.db, floor.centre_id, floor.preset, rng=floor.rng, begin=MORNING + timedelta(days=1))
    morning.open("G1")
    morning.flag(NoticeKind.EMERGENCY, "fire")
    assert told(morning, secret)["notice"] is None
