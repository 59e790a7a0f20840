"""The manager's sentence and the offer, on a floor small enough to compute by hand."""

from dataclasses import replace
from datetime import timedelta
from itertools import repeat
from typing import Any

from server.services.outlook import outlook_of
from tests.factories import CENTRE, MORNING, Floor

OPEN = ("G1", "A1", "AX1", "B1", "C1", "X1", "E1")


def outlook_at(floor: Floor, minute: int) -> Any:
    return floor.db.read(lambda conn: outlook_of(conn, CENTRE, MORNING + timedelta(minutes=minute)))


def at(floor: Floor, minute: int) -> Floor:
    """Return the floor at a minute of the morning, at which it stays."""
    return replace(floor, minutes=repeat(minute))


def test_the_sentence_names_the_stage_the_people_and_the_minute_and_the_offer_is_of_that_stage(floor: Floor) -> None:
    """Four came at 0 and four at 16 to one counter that takes 6 minutes; the promise is 45, and G2 is closed too.

    At 30 the stays will be 36, 42, 48, 54 and 44, 50, 56, 62 minutes. The first of them who is late will be so at 45.
    """
    at(floor, 0).open(*OPEN)
    for minute in (0, 0, 0, 0, 16, 16, 16, 16):
        at(floor, minute).issue("ENQUIRY")
    outlook = outlook_at(floor, 30)
    late = {"stage": "E", "minutes": 45, "people": 5, "by": "2026-11-24T04:45:00.000Z"}
    assert outlook["sentence"] == {"kind": "late", "params": late}
    assert (outlook["people"], outlook["at_risk"]) == (8, {"promise": 5, "breach": 1})
    assert outlook["bottleneck"] == {"stage": "E", "wait_min": 48, "waiting": 8, "open": 1}
    assert outlook["offer"] == {"counter": "E2", "before_min": 62, "after_min": 42}
    assert [(late["label"], late["stay_min"], late["expected_min"]) for late in outlook["people_at_risk"]] == [
        ("E008", 14, 62),
        ("E007", 14, 56),
        ("E004", 30, 54),
        ("E006", 14, 50),
        ("E003", 30, 48),
    ]


def test_nothing_is_offered_where_every_counter_of_the_stage_is_open(floor: Floor) -> None:
    at(floor, 0).open(*OPEN, "E2")
    for _ in range(8):
        at(floor, 0).issue("ENQUIRY")
    outlook = outlook_at(floor, 30)
    assert (outlook["bottleneck"]["stage"], outlook["offer"]) == ("E", None)


def test_a_floor_in_time_and_an_empty_one_say_so(floor: Floor) -> None:
    at(floor, 0).open(*OPEN)
    assert outlook_at(floor, 0)["sentence"] == {"kind": "empty", "params": {}}
    at(floor, 0).issue("ENQUIRY")
    assert outlook_at(floor, 1)["sentence"] == {"kind": "on_time", "params": {"people": 1}}
