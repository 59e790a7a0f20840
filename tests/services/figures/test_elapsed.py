"""How long somebody waited and stayed is one number, whoever asks: statistics, report, outlook or phone."""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.derived import DerivedKey
from server.services.figures.explanations import explain
from server.services.figures.outlook import outlook_of
from server.services.figures.statistics import Period, period_figures
from server.services.views import phone
from server.services.views.day_report import DayReports
from server.storage.sql import centres, tokens
from tests.factories import CENTRE, DAY, Floor


@pytest.fixture
def floor(floor: Floor) -> Floor:
    """Return a floor with the two counters of a stage open."""
    floor.open("E1", "E2")
    return floor


def figures(floor: Floor) -> Any:
    return floor.db.read(lambda read: period_figures(read, floor.centre, Period(DAY, DAY)))


def test_a_stopped_hour_is_no_part_of_a_stay_whoever_tells_it(floor: Floor) -> None:
    floor.minutes = iter([2, 3, 4, 5, 65, 67])
    token = floor.issue("ENQUIRY")
    floor.call("E1")
    floor.start("E1")
    floor.freeze()
    floor.unfreeze()
    before = floor.db.read(lambda read: outlook_of(read, CENTRE, floor.begin + timedelta(minutes=67)))
    assert before.people == 1
    assert before.at_risk.promise == 0
    ended = floor.finish("E1")
    assert figures(floor).stay["all"].p50 == 5.2
    assert figures(floor).wait["E"].p50 == 1.2
    report = DayReports(floor.db, lambda: DerivedKey(1, b"secret")).report(
        CENTRE, DAY, floor.begin + timedelta(hours=3)
    )
    assert report.figures.stay["all"].p95 == 5.2
    secret = floor.db.read(lambda read: tokens.secret_of(read, floor.centre_id, token.id))
    _, status = floor.db.read(lambda read: phone.status_of(read, secret, floor.begin + timedelta(hours=3)))
    assert [stop.minutes for stop in status.visit.stops] == [5]
    assert (ended.stayed, ended.step.stopped) == (0, 60 * 60_000)
    assert floor.verdict().faults == []


def test_a_recall_neither_lengthens_the_wait_nor_hides_who_was_called_first(floor: Floor) -> None:
    floor.minutes = iter([2, 3, 4, 5, 6, 15, 16, 17])
    elder, younger = floor.issue("ENQUIRY"), floor.issue("ENQUIRY")
    floor.call_token("E1", younger)
    assert overtakers(floor, elder.label) == [younger.label]
    floor.call("E2")
    assert overtakers(floor, elder.label) == [younger.label]
    for counter in ("E1", "E2"):
        floor.recall(counter)
        assert overtakers(floor, elder.label) == [younger.label]
    wait = figures(floor).wait["E"]
    assert (wait.n, wait.p50) == (2, 2.2)
    assert floor.verdict().faults == []


def test_who_comes_back_and_is_called_before_somebody_older_is_named_too(floor: Floor) -> None:
    """Not by the first call, when nobody older was there, but by the second."""
    elder, younger = floor.issue("ENQUIRY"), floor.issue("ENQUIRY")
    floor.pause(elder)
    floor.call("E1")
    floor.lose("E1")
    floor.here(younger)
    floor.here(elder)
    assert overtakers(floor, elder.label) == []
    floor.call_token("E2", younger)
    floor.recall("E2")
    assert overtakers(floor, elder.label) == [younger.label]
    assert floor.verdict().faults == []


def overtakers(floor: Floor, label: str) -> list[str]:
    told = floor.db.read(lambda read: explain(read, centres.centre_by_code(read, CENTRE), label, DAY, "en"))
    return [first.label for first in told.overtaken]
