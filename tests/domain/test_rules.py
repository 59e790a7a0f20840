"""The small rules: journey, numbering, hours, waiting, ids, roles, plan."""

import secrets
import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest

from server.domain.calling.rule import CallingRule
from server.domain.calling.wait import Turn, WaitRange, turns_min, wait_range
from server.domain.errors import (
    SeriesFull,
    UnknownLanguage,
    UnknownNeed,
    UnknownOutcome,
    UnknownService,
)
from server.domain.ids import status_secret, token_id
from server.domain.plan.hours import Hours, business_day
from server.domain.plan.plan import FloorRules, Plan, Service
from server.domain.plan.series import Series, label, next_numbers
from server.domain.plan.slots import SlotRules
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.route import Outcome, Stop, follow_route

ROUTE = ("G", "A", "B", "C", "X")
OUTCOMES = {
    "ok": Outcome(),
    "error": Outcome(to="AX"),
    "back": Outcome(to="back"),
    "refused": Outcome(to="X", decides=True, ends=TokenEnd.REFUSED, returns=True),
    "out": Outcome(to="end", ends=TokenEnd.REFUSED),
}


@pytest.mark.parametrize(
    ("stage", "outcome", "stop"),
    [
        ("G", "ok", Stop("A")),
        ("X", "ok", Stop(None)),
        ("B", "ok", Stop("C")),
        ("C", "refused", Stop("X", (), "refused", TokenEnd.REFUSED, True)),
        ("G", "out", Stop(None, ends=TokenEnd.REFUSED)),
    ],
)
def test_a_token_goes_where_the_outcome_of_its_stage_says(stage: str, outcome: str, stop: Stop) -> None:
    assert follow_route(ROUTE, stage, OUTCOMES, outcome) == stop


def test_an_outcome_the_stage_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(UnknownOutcome) as refused:
        follow_route(ROUTE, "A", {"ok": Outcome()}, "granted")
    assert refused.value.details == {"outcome": "granted", "known": ["ok"]}


@pytest.mark.parametrize(("used", "expected"), [(0, 1), (1, 2), (998, 999)])
def test_numbers_run_from_the_first_to_the_last(used: int, expected: int) -> None:
    assert next_numbers(Series("N"), used) == expected


def test_a_series_may_begin_higher_and_ends_full() -> None:
    series = Series("N", first=500, last=501)
    assert next_numbers(series, 0) == 500
    with pytest.raises(SeriesFull):
        next_numbers(series, 501)


def test_a_number_is_written_with_three_digits() -> None:
    assert [label("N", number) for number in (7, 42, 999)] == ["N007", "N042", "N999"]


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 11, 24, 18, 29, tzinfo=UTC), "Asia/Kolkata", date(2026, 11, 24)),
        (datetime(2026, 11, 24, 18, 30, tzinfo=UTC), "Asia/Kolkata", date(2026, 11, 25)),
        (datetime(2026, 11, 24, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 23)),
        (datetime(2026, 7, 24, 4, 0, tzinfo=UTC), "America/New_York", date(2026, 7, 24)),
    ],
)
def test_the_business_day_is_the_date_at_the_centre(moment: datetime, zone: str, day: date) -> None:
    assert business_day(moment, zone) == day


def told(ahead: int, counters: int, service_min: float) -> WaitRange:
    """Return the wait behind so many at counters that have all just begun a service."""
    return wait_range(Turn(ahead, turns_min(ahead, [service_min] * counters, service_min), counters), service_min)


def test_no_open_counter_means_no_promise() -> None:
    assert told(5, 0, 10) == WaitRange(None, None)


def test_behind_one_at_one_counter_more_than_one_service_may_pass() -> None:
    assert (told(1, 1, 10).high_min or 0) > 10


@pytest.mark.parametrize("counters", [1, 6, 30])
def test_the_wait_is_a_range_in_steps_of_five_that_grows_with_the_line(counters: int) -> None:
    ranges = [told(ahead, counters, 7.5) for ahead in range(120)]
    assert all(r.low_min is not None and r.high_min is not None and r.low_min < r.high_min for r in ranges)
    assert all((r.low_min or 0) % 5 == 0 and (r.high_min or 0) % 5 == 0 for r in ranges)
    assert [r.high_min or 0 for r in ranges] == sorted(r.high_min or 0 for r in ranges)


def test_the_range_holds_the_mean() -> None:
    wait = told(59, 30, 15)
    assert wait.low_min is not None
    assert wait.high_min is not None
    assert wait.low_min <= 60 // 30 * 15 <= wait.high_min


def test_token_ids_are_version_seven_and_sort_by_time() -> None:
    start = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    ids = [token_id(start + timedelta(milliseconds=n), secrets.token_bytes) for n in range(50)]
    parsed = [uuid.UUID(text) for text in ids]
    assert {one.version for one in parsed} == {7}
    assert {one.variant for one in parsed} == {uuid.RFC_4122}
    assert sorted(ids) == ids
    assert parsed[0].int >> 80 == int(start.timestamp() * 1000)


def test_status_secrets_hold_144_random_bits() -> None:
    drawn: list[int] = []

    def draw(size: int) -> bytes:
        drawn.append(size)
        return secrets.token_bytes(size)

    made = {status_secret(draw) for _ in range(1000)}
    assert len(made) == 1000
    assert set(drawn) == {18}


def make_plan() -> Plan:
    service = Service("NORMAL", {"en": "Passport"}, "ticket", "default", "N")
    hours = Hours("Asia/Kolkata", time(), time(9), time(9), time(16), None, True, frozenset({"mon"}), frozenset())
    return Plan(
        languages=("hi", "en"),
        stages={},
        routes={},
        services={"NORMAL": service},
        series={},
        needs={"senior": "F"},
        calling=CallingRule(),
        profiles={},
        floor=FloorRules(),
        hours=hours,
        slots=SlotRules(),
        slip_help={},
    )


def test_a_need_moves_a_token_to_its_series() -> None:
    plan = make_plan()
    service = plan.service("NORMAL")
    assert (plan.series_for(service, None), plan.series_for(service, "senior")) == ("N", "F")


def test_the_first_language_of_a_centre_is_its_own() -> None:
    assert (make_plan().language(None), make_plan().language("en")) == ("hi", "en")


def test_what_a_plan_does_not_have_is_refused_with_what_it_has() -> None:
    plan = make_plan()
    with pytest.raises(UnknownService, match="PCC"):
        plan.service("PCC")
    with pytest.raises(UnknownNeed, match="haste"):
        plan.series_for(plan.service("NORMAL"), "haste")
    with pytest.raises(UnknownLanguage, match="ta"):
        plan.language("ta")


def test_a_floor_whose_plan_says_nothing_has_the_usual_limits() -> None:
    usual = FloorRules()
    assert (usual.missed_calls, usual.missed_min, usual.missed_access_min) == (3, 5, 3)
    assert (usual.undo_min, usual.pause_min, usual.return_days, usual.emergencies_per_hour) == (5, 15, 3, 4)
