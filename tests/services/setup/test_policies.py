"""Rules are rows with a first day: tomorrow's rule changes nothing of today, and yesterday replays with its own."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.day import Then
from server.domain.errors import InvalidInput, QueueEmpty
from server.services.setup.policies import policies
from server.services.setup.presets import load_preset
from server.storage.database import Database
from server.storage.sql import centres
from tests.factories import DAY, MORNING, Floor, install_floor

PRESET = load_preset("M").model_dump(mode="json")
FIFO = {"rule": "fifo", "quota": 0}
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database; the last test runs on both."""
    return sqlite_floor


def next_day(floor: Floor) -> Floor:
    """Return the floor on the morning after."""
    return Floor(floor.db, floor.centre_id, floor.preset, floor.rng, begin=MORNING + timedelta(days=1))


def serve_two(floor: Floor) -> list[tuple[str, str]]:
    """Let an ordinary and a protected citizen come; returns who was called in which order, and by which rule."""
    floor.open("G1")
    floor.issue()
    floor.issue(need="senior")
    called = []
    for _ in range(2):
        call = floor.call("G1")
        called.append((call.token.label, call.reason.rule))
        floor.start("G1")
        floor.finish("G1")
    return called


def test_a_rule_changes_from_tomorrow_and_both_days_replay_with_their_own(floor: Floor) -> None:
    floor.set_policy("calling", FIFO)
    assert serve_two(floor) == [("F001", "protected_class"), ("N001", "longest_wait")]
    floor.close_day()
    tomorrow = next_day(floor)
    assert serve_two(tomorrow) == [("N001", "longest_wait"), ("F001", "longest_wait")]
    verdict = floor.verdict()
    assert verdict.faults == []
    assert [(day.day, day.bound, day.rules) for day in verdict.days] == [
        ("2026-11-24", 2, {"longest_wait": 1, "protected_class": 1}),
        ("2026-11-25", None, {"longest_wait": 2}),
    ]


def test_a_token_left_from_yesterday_is_judged_by_the_rule_of_the_day_of_its_call(floor: Floor) -> None:
    """Carried over by a person: the line of Tuesday is called on Wednesday, by Wednesday's rule."""
    floor.set_policy("calling", FIFO)
    floor.open("G1")
    floor.issue()
    floor.issue(need="senior")
    floor.close_day(Then.CARRY_OVER)
    morning = next_day(floor)
    morning.open("G1")
    assert morning.call("G1").token.label == "N001"
    assert floor.verdict().faults == []


def test_a_day_that_has_begun_keeps_its_rules(floor: Floor) -> None:
    floor.issue()
    for begins in (DAY, DAY - timedelta(days=1)):
        with pytest.raises(InvalidInput, match="keeps its rules"):
            floor.set_policy("calling", FIFO, begins)


def test_before_the_first_event_of_a_centre_its_first_day_can_be_set_up(floor: Floor) -> None:
    assert floor.set_policy("calling", FIFO, DAY) == DAY
    assert serve_two(floor)[0] == ("N001", "longest_wait")


def test_the_last_word_for_a_day_counts_and_all_stand_on_record(floor: Floor) -> None:
    floor.set_policy("missed", {"calls": 2, "minutes": 3})
    floor.set_policy("missed", {"calls": 1, "minutes": 1})
    told = floor.db.read(lambda conn: policies(conn, centres.centre_by_id(conn, floor.centre_id), "missed"))
    assert [(one.valid_from, one.body["calls"]) for one in told] == [(date(2026, 1, 1), 3), (date(2026, 11, 25), 1)]
    tomorrow = next_day(floor)
    tomorrow.open("G1")
    tomorrow.issue()
    tomorrow.call("G1")
    assert tomorrow.miss("G1").state == "missed"
    assert floor.verdict().faults == []


def test_what_is_left_out_of_a_rule_is_filled_in_with_its_default(floor: Floor) -> None:
    floor.set_policy("floor", {"undo_min": 2})
    told = floor.db.read(lambda conn: policies(conn, centres.centre_by_id(conn, floor.centre_id)))
    body = next(one.body for one in told if (one.kind, one.valid_from) == ("floor", TOMORROW))
    assert (body["undo_min"], body["pause_min"], body["emergencies_per_hour"]) == (2, 15, 4)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("weather", {}),
        ("calling", {"rule": "random"}),
        ("calling", {"rule": "fifo", "quota": -1}),
        ("calling", {"rule": "fifo", "protected": ["Z"]}),
        ("calling", {"rule": "fifo", "targets": {"Z": 5}}),
        ("calling", {"rule": "fifo", "targets": {"N": 0}}),
        ("calling", []),
        ("missed", {"calls": 2}),
        ("needs", {"senior": {"series": "Z", "name": {"en": "Old"}, "icon": "senior"}}),
        ("profiles", {"G99": {}}),
        ("profiles", {"G1": {"services": ["NOPE"]}}),
        ("profiles", {"G1": {"reserved": ["Z"]}}),
        ("profiles", {"G1": {"prefers": ["Z"]}}),
        ("hours", PRESET["hours"] | {"days": []}),
        ("hours", PRESET["hours"] | {"open": "25:00"}),
        ("floor", {"undo_min": 600}),
    ],
)
def test_a_rule_that_cannot_be_is_refused_before_it_can_do_harm(floor: Floor, kind: str, body: Any) -> None:
    with pytest.raises(InvalidInput):
        floor.set_policy(kind, body)
    assert floor.centre.event_seq == 0


@pytest.mark.parametrize(
    "kind", ["calling", "needs", "hours", "slots", "missed", "clocks", "profiles", "floor", "slip"]
)
def test_every_rule_of_a_preset_can_be_written_again(floor: Floor, kind: str) -> None:
    assert floor.set_policy(kind, PRESET[kind]) == TOMORROW
    serve_two(next_day(floor))
    assert floor.verdict().faults == []


DESKS = {"G1": {"reserved": ["F"]}, "G2": {"services": ["PCC"], "step_free": False}, "G3": {"languages": ["mr"]}}


def test_what_a_counter_may_take_is_a_rule_too(floor: Floor) -> None:
    floor.set_policy("profiles", DESKS, DAY)
    floor.open("G1", "G2", "G3")
    floor.issue()
    floor.issue("PCC", access=("wheelchair",))
    for counter in ("G1", "G2"):
        with pytest.raises(QueueEmpty):
            floor.call(counter)
    floor.issue("PCC")
    floor.issue(need="senior")
    assert [floor.call(counter).token.label for counter in ("G1", "G2")] == ["F001", "P002"]
    assert floor.verdict().faults == []


def test_a_language_that_is_spoken_at_a_counter_decides_between_neighbours_in_line(floor: Floor) -> None:
    floor.set_policy("profiles", DESKS, DAY)
    floor.open("G3")
    floor.issue(language="hi")
    floor.issue(language="mr")
    call = floor.call("G3")
    assert (call.token.label, call.reason.rule) == ("N002", "language")
    assert floor.verdict().faults == []


def test_two_days_with_two_rules_replay_alike_on_each_database(db: Database) -> None:
    floor = install_floor(db)
    floor.set_policy("calling", FIFO, date(2026, 11, 25))
    serve_two(floor)
    floor.close_day()
    serve_two(next_day(floor))
    verdict = floor.verdict()
    assert (verdict.faults, [day.bound for day in verdict.days]) == ([], [2, None])
