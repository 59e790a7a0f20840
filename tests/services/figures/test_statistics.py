"""The figures of a period: complete for the last event, whether it is in the cells already or not."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.errors import Unavailable
from server.domain.figures.spread import Stay
from server.services.figures import statistics
from server.services.figures.cells import roll_up
from server.services.figures.statistics import Figures, Period, figures_of, period_figures
from tests.factories import CENTRE, DAY, MORNING, Floor
from tests.services.figures.days import in_tables, live

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
WAY = ("G1", "A1", "B1", "C1", "X1")


def of(floor: Floor, period: Period = YEAR) -> Figures:
    return floor.db.read(lambda read: period_figures(read, floor.centre, period))


@pytest.fixture(params=[True, False], ids=["in the cells", "after the cells"])
def count(request: pytest.FixtureRequest) -> Any:
    """Return what brings the cells up to the log, or leaves it to the answer."""
    return (lambda floor: roll_up(floor.db, floor.centre_id)) if request.param else (lambda floor: None)


def test_figures_tell_stays_by_class_and_waits_by_stage(floor: Floor, count: Any) -> None:
    floor.open(*WAY)
    floor.issue()
    floor.issue(need="senior")
    for counter in WAY:
        floor.serve(counter)
        count(floor)
    told = of(floor)
    assert (told.issued, told.completed, told.ended) == (2, 1, {"done": 1})
    assert dict(told.stay) == {"F": Stay(1, 15.2, 15.2, 15.2), "all": Stay(1, 15.2, 15.2, 15.2)}
    assert {stage: wait.p50 for stage, wait in told.wait.items()} == dict.fromkeys("ABCGX", 1.2)


def test_cancelled_tokens_and_those_who_never_came_have_no_stay(sqlite_floor: Floor, count: Any) -> None:
    floor = sqlite_floor
    floor.open("E1")
    gone, _missed, _served, _left = (floor.issue("ENQUIRY") for _ in range(4))
    floor.wait(60)
    floor.cancel(gone)
    floor.call("E1")
    floor.lose("E1")
    floor.serve("E1")
    count(floor)
    floor.close_day()
    told = of(floor)
    assert told.ended == {"cancelled": 1, "done": 1, "expired": 1, "no_show": 1}
    assert (told.issued, told.completed, told.stay["all"].n) == (4, 1, 1)


def test_an_answer_counts_what_the_cells_do_not_hold_yet(sqlite_floor: Floor) -> None:
    floor = sqlite_floor
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.serve("E1")
    roll_up(floor.db, floor.centre_id)
    done = of(floor)
    floor.undo("E1")
    assert (done.completed, of(floor).completed, of(floor).stay) == (1, 0, {})
    roll_up(floor.db, floor.centre_id)
    assert (of(floor).completed, of(floor).ended, of(floor).stay) == (0, {}, {})


def test_a_period_is_the_sum_of_its_days_however_it_is_cut(sqlite_floor: Floor) -> None:
    """Three days about the end of a month: whole months and single days give what the tables say."""
    floor = sqlite_floor
    for day in (date(2026, 11, 27), date(2026, 12, 1), date(2027, 1, 1)):
        floor.begin = MORNING + (day - DAY)
        floor.minutes = iter(range(24 * 60))
        floor.open("E1")
        floor.issue("ENQUIRY")
        floor.wait(day.month)
        floor.serve("E1")
        floor.close_day()
    roll_up(floor.db, floor.centre_id)

    def n(first: date, last: date) -> int:
        told = of(floor, Period(first, last))
        assert told.stay["all"].n if told.issued else not told.stay
        return told.issued

    assert n(date(2026, 1, 1), date(2026, 12, 31)) == 2
    assert n(date(2026, 11, 27), date(2027, 1, 1)) == 3
    assert n(date(2026, 11, 30), date(2027, 1, 31)) == 2
    assert n(date(2026, 12, 1), date(2026, 12, 1)) == 1
    assert n(date(2026, 11, 1), date(2026, 12, 31)) == 2
    assert n(date(2026, 12, 2), date(2026, 12, 31)) == 0
    assert n(date.min, date.max) == 3
    assert n(date(2027, 1, 1), date(2026, 1, 1)) == 0


def test_a_random_day_has_the_waits_of_its_tables(sqlite_floor: Floor) -> None:
    live(sqlite_floor, random.Random(0), 200)
    told, rows = of(sqlite_floor), in_tables(sqlite_floor)
    waits = Counter[str]()
    for (measure, stage, *_), n in rows.items():
        waits[stage] += n * (measure == "wait")
    assert {stage: wait.n for stage, wait in told.wait.items()} == +waits
    assert waits.total() > 10


def test_without_a_period_it_is_today(sqlite_floor: Floor) -> None:
    sqlite_floor.issue()
    sqlite_floor.close_day()
    for first, last, now, issued in (
        (None, None, MORNING, 1),
        (None, None, MORNING + timedelta(days=1), 0),
        (DAY, None, MORNING + timedelta(days=1), 1),
        (None, DAY, MORNING + timedelta(days=1), 1),
    ):
        period, told = sqlite_floor.db.read(
            lambda read, f=first, t=last, n=now: figures_of(read, CENTRE, f, t, n)  # type: ignore[misc]
        )
        assert told.issued == issued
    assert period == Period(DAY, DAY)


def test_far_behind_an_answer_asks_to_wait(sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        sqlite_floor.issue()
    monkeypatch.setattr(statistics, "BEHIND_MAX", 2)
    with pytest.raises(Unavailable, match="counted anew"):
        of(sqlite_floor)
    roll_up(sqlite_floor.db, sqlite_floor.centre_id)
    assert of(sqlite_floor) == Figures(3, 0, {}, {}, {})
