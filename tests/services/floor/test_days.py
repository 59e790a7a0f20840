"""The day: its hours in any zone, its close, clocks that step, pauses, and a floor that was stopped."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.domain.actors import By
from server.domain.errors import CentreFrozen, NotOpenNow, TooEarlyToMiss
from server.domain.token.token import Token
from server.services.floor import issue
from server.services.setup.presets import load_preset
from server.services.setup.shapes import Preset
from server.storage import schema
from server.storage.database import Database
from server.storage.sql import counters
from tests.factories import DAY, MORNING, Floor, at_time, install_floor, install_shape

ALL_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database; the last test runs on both."""
    return sqlite_floor


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """Return an empty database."""
    url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    schema.migrate(url, synchronous="OFF")
    database = Database(url, synchronous="OFF")
    yield database
    database.close()


def shape(timezone: str, *, day_start: str = "00:00", given: tuple[str, str] = ("09:30", "16:00")) -> Preset:
    """Return preset M in another zone or with other hours, open on every day."""
    preset = load_preset("M")
    centre = preset.centre.model_copy(update={"timezone": timezone, "day_start": day_start})
    hours = {"open": given[0], "close": given[1], "tokens": given, "lunch": None, "days": ALL_DAYS}
    return preset.model_copy(update={"centre": centre, "hours": preset.hours.model_copy(update=hours)})


def issue_at(floor: Floor, at: datetime) -> Token:
    order = floor.order()
    return floor.write(lambda tx: issue.issue(at_time(tx, at), order, By("test"))).token


def states(floor: Floor, *ids: str) -> list[str]:
    rows = floor.db.read(lambda conn: counters.counters_of(conn, floor.centre_id))
    return [row.state.value for row in rows if row.id in ids]


def test_outside_the_hours_no_token_is_given_and_the_words_say_when(floor: Floor) -> None:
    early, late = MORNING - timedelta(minutes=1), MORNING + timedelta(hours=6, minutes=30)
    with pytest.raises(NotOpenNow, match="on 24-11-2026 at 09:30"):
        issue_at(floor, early)
    assert issue_at(floor, MORNING).label == "N001"
    with pytest.raises(NotOpenNow, match="on 25-11-2026 at 09:30"):
        issue_at(floor, late)
    with pytest.raises(NotOpenNow, match="does not work today"):
        issue_at(floor, MORNING + timedelta(days=4))


def test_a_holiday_declared_today_closes_the_kiosk_tomorrow(floor: Floor) -> None:
    hours = load_preset("M").hours.model_dump(mode="json")
    floor.set_policy("hours", {**hours, "holidays": ["2026-11-25"]})
    with pytest.raises(NotOpenNow, match="on 26-11-2026"):
        issue_at(floor, MORNING + timedelta(days=1))


# --- other zones


# The instant of 09:30 at the centre on the day before, of and after a change of the clocks.
@pytest.mark.parametrize(
    ("zone", "openings"),
    [
        ("America/New_York", [(2026, 3, 7, 14, 30), (2026, 3, 8, 13, 30), (2026, 3, 9, 13, 30)]),
        ("America/New_York", [(2026, 10, 31, 13, 30), (2026, 11, 1, 14, 30), (2026, 11, 2, 14, 30)]),
        ("Australia/Lord_Howe", [(2026, 4, 3, 22, 30), (2026, 4, 4, 23, 0), (2026, 4, 5, 23, 0)]),
        ("Australia/Lord_Howe", [(2026, 10, 2, 23, 0), (2026, 10, 3, 22, 30), (2026, 10, 4, 22, 30)]),
    ],
)
def test_numbers_begin_anew_each_morning_over_a_change_of_the_clocks(
    empty: Database, zone: str, openings: list[tuple[int, int, int, int, int]]
) -> None:
    instants = [datetime(*parts, tzinfo=UTC) for parts in openings]
    floor = install_shape(empty, shape(zone), instants[0])
    for opening in instants:
        with pytest.raises(NotOpenNow):
            issue_at(floor, opening - timedelta(minutes=1))
        labels = [issue_at(floor, opening).label, issue_at(floor, opening + timedelta(minutes=1)).label]
        assert labels == ["N001", "N002"]
        closed = floor.close_day(at=opening + timedelta(hours=7))
        assert closed.expired == 2
    assert floor.verdict().faults == []


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the server stand in another zone than its centre."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/Los_Angeles")
        time.tzset()
        yield
    time.tzset()


def test_a_server_in_another_zone_keeps_the_day_of_the_centre(elsewhere: None, empty: Database) -> None:
    """In Los Angeles it is still the evening of the 23rd."""
    assert time.localtime(MORNING.timestamp()).tm_mday == 23
    floor = install_floor(empty)
    floor.open("E1")
    token = floor.issue("ENQUIRY")
    assert (token.day, token.issued_at) == (DAY, MORNING + timedelta(minutes=1))
    floor.serve("E1")
    assert floor.token(token).issued_at == MORNING + timedelta(minutes=1)
    assert floor.close_day().day == DAY
    assert floor.verdict().faults == []


def test_a_night_shift_is_one_day_with_one_run_of_numbers_across_midnight(empty: Database) -> None:
    evening = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)  # 22:00 in India
    night = install_shape(empty, shape("Asia/Kolkata", day_start="06:00", given=("22:00", "05:00")), evening)
    night.open("G1")
    issued = [issue_at(night, evening + timedelta(hours=h)) for h in (0, 1, 3, 6)]
    assert [(t.label, t.day) for t in issued] == [(f"N00{n}", DAY) for n in (1, 2, 3, 4)]
    with pytest.raises(NotOpenNow):
        issue_at(night, evening + timedelta(hours=7))
    assert night.keep_house(evening + timedelta(hours=8)) == 0
    assert night.close_day(at=evening + timedelta(hours=8)).expired == 4
    assert issue_at(night, evening + timedelta(days=1)).label == "N001"
    assert night.verdict().faults == []


# --- pauses


def test_a_pause_keeps_the_place_and_ends_by_itself(floor: Floor) -> None:
    floor.open("G1")
    first = floor.issue()
    floor.issue()
    away = floor.pause(first)
    assert away.step.until == MORNING + timedelta(minutes=18)
    assert floor.call("G1").token.label == "N002"
    floor.start("G1")
    floor.finish("G1")
    floor.issue()
    assert floor.keep_house(MORNING + timedelta(minutes=17, seconds=59)) == 0
    assert floor.keep_house(MORNING + timedelta(minutes=18)) == 1
    floor.wait(15)
    assert floor.call("G1").token.label == "N001"
    assert floor.verdict().faults == []


def test_somebody_who_is_away_may_stay_away_longer_or_come_back_sooner(floor: Floor) -> None:
    token = floor.issue()
    floor.pause(token)
    floor.wait(10)
    longer = floor.pause(token)
    assert longer.step.until == MORNING + timedelta(minutes=27)
    back = floor.here(token)
    assert (back.state, back.step.until, back.step.since) == ("waiting", None, token.step.since)
    assert floor.here(token) == back
    assert floor.verdict().faults == []


# --- a floor that was stopped


def test_a_stopped_floor_calls_nobody_misses_nobody_and_closes_nothing(floor: Floor) -> None:
    floor.open("G1", "G2")
    floor.issue()
    floor.issue()
    floor.call("G1")
    floor.freeze()
    for act in (floor.recall, floor.miss, lambda _: floor.call("G2"), lambda _: floor.close_day()):
        with pytest.raises(CentreFrozen):
            act("G1")
    assert floor.keep_house(MORNING + timedelta(days=1)) == 0
    assert floor.issue().label == "N003"
    assert floor.start("G1").state == "serving"
    assert floor.verdict().faults == []


def test_after_a_freeze_the_order_and_the_waits_are_as_they_were(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.issue(need="senior")
    floor.freeze()
    floor.wait(60)
    floor.unfreeze()
    assert floor.serve("G1").label == "F001"
    call = floor.call("G1")
    assert (call.token.label, call.reason.params["waited_s"]) == ("N001", 6 * 60)  # 67 minutes, 61 of them frozen
    assert floor.verdict().faults == []


def test_frozen_time_does_not_count_towards_being_missed(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    floor.recall("G1")
    floor.recall("G1")
    floor.freeze()
    floor.wait(30)
    floor.unfreeze()
    with pytest.raises(TooEarlyToMiss) as soon:
        floor.miss("G1")
    assert soon.value.details["seconds_left"] == 60
    assert floor.miss("G1").state == "missed"
    assert floor.verdict().faults == []


def test_a_dozen_power_cuts_in_a_day_are_all_left_out_of_the_waits(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    for _ in range(12):
        floor.freeze()
        floor.unfreeze()
    assert floor.call("G1").reason.params["waited_s"] == 13 * 60
    assert floor.verdict().faults == []


def test_a_pause_that_ends_in_a_freeze_ends_when_the_floor_goes_on(floor: Floor) -> None:
    token = floor.issue()
    floor.pause(token)
    floor.freeze()
    floor.wait(30)
    assert floor.keep_house() == 0
    floor.unfreeze()
    assert floor.keep_house() == 1
    assert floor.token(token).state == "waiting"


def test_a_day_with_a_freeze_and_its_close_is_alike_on_each_database(db: Database) -> None:
    floor = install_floor(db)
    floor.open("G1")
    first, second = floor.issue(), floor.issue()
    floor.pause(second)
    floor.freeze()
    floor.wait(30)
    floor.unfreeze()
    assert floor.keep_house() == 1
    floor.call("G1")
    floor.lose("G1")
    closed = floor.close_day(at=MORNING + timedelta(days=1))
    assert (closed.expired, closed.no_show) == (1, 1)
    assert [floor.token(t).state for t in (first, second)] == ["no_show", "expired"]
    assert floor.verdict().faults == []
