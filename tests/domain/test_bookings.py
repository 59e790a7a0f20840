"""Bookings: from when they age, whom the gate lets in, and the words for everybody else."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.bookings import Batch, aged_from, batch_now, late_by, require_admitted, require_today
from server.domain.errors import AppointmentEarly, AppointmentOtherDay
from server.domain.plan.slots import SlotRules
from tests.domain.plan.test_hours import NIGHT, make_hours, utc
from tests.factories import DAY, MORNING

RULES = SlotRules(minutes=15, capacity=25, admit_early_min=15, late_min=10)


def after(minutes: float) -> datetime:
    return MORNING + timedelta(minutes=minutes)


@pytest.mark.parametrize(("arrives", "ages_from"), [(-15, 0), (0, 0), (10, 0), (10.1, 10.1), (90, 90)])
def test_a_booking_ages_from_its_slot_and_one_that_is_late_from_its_arrival(arrives: float, ages_from: float) -> None:
    assert aged_from(MORNING, after(arrives), RULES) == after(ages_from)


def test_slots_that_a_plan_says_nothing_of_have_the_usual_rules() -> None:
    usual = SlotRules()
    assert (usual.minutes, usual.capacity, usual.admit_early_min, usual.late_min) == (15, 25, 15, 15)


def test_a_walk_in_ages_from_the_arrival() -> None:
    assert aged_from(None, after(7), RULES) == after(7)


def test_a_booking_of_another_day_is_told_which() -> None:
    slot = utc(2026, 11, 26, 5, 0)
    with pytest.raises(AppointmentOtherDay, match=r"is on 26-11-2026 at 10:30\.") as refused:
        require_today(slot, make_hours(), RULES, MORNING, DAY)
    assert refused.value.details["slot"] == "2026-11-26T10:30+05:30"
    with pytest.raises(AppointmentOtherDay, match=r"was on 23-11-2026"):
        require_today(slot - timedelta(days=3), make_hours(), RULES, MORNING, DAY)


def test_a_booking_after_midnight_belongs_to_the_night_shift_that_has_begun() -> None:
    """22:00 and 01:00 are one business day of a centre whose day begins at 06:00."""
    evening, slot = utc(2026, 11, 24, 16, 30), utc(2026, 11, 24, 19, 30)
    require_today(slot, NIGHT, RULES, evening, DAY)
    with pytest.raises(AppointmentOtherDay):
        require_today(slot, make_hours(day_start=time(0)), RULES, evening, DAY)


def test_who_comes_before_midnight_for_the_first_minutes_of_the_next_day_is_let_in() -> None:
    """00:10 of the 25th in Asia/Kolkata: who comes at 23:58 is let in, who comes at 23:54 is told to wait a minute."""
    slot, hours = utc(2026, 11, 24, 18, 40), make_hours(day_start=time(0))
    require_today(slot, hours, RULES, utc(2026, 11, 24, 18, 28), DAY)
    before = utc(2026, 11, 24, 18, 24)
    require_today(slot, hours, RULES, before, DAY)
    with pytest.raises(AppointmentEarly, match=r"at 00:10\. Please come in from 23:55"):
        require_admitted(slot, batch_now(before, RULES, 0, 6, 2.5), before, "Asia/Kolkata")
    with pytest.raises(AppointmentOtherDay, match="is on 25-11-2026 at 00:16"):
        require_today(slot + timedelta(minutes=6), hours, RULES, before, DAY)
    with pytest.raises(AppointmentOtherDay, match="was on 25-11-2026"):
        require_today(slot, hours, RULES, utc(2026, 11, 25, 18, 31), date(2026, 11, 26))


@pytest.mark.parametrize(("comes", "late"), [(-5, 0), (10, 0), (10.5, 10), (40, 40)])
def test_who_comes_after_the_time_that_costs_nothing_is_late_by_all_of_it(comes: float, late: int) -> None:
    assert late_by(MORNING, after(comes), RULES) == late
    assert late_by(None, after(comes), RULES) == 0


def test_midnight_makes_nobody_early_or_late() -> None:
    """Whoever comes within the minutes that are admitted before a slot, or after it, is of either day."""
    midnight = utc(2026, 11, 24, 18, 30)
    for minutes_before, minutes_after in ((2, 10), (15, 0), (-5, -4), (-1, -9)):
        now, slot = midnight - timedelta(minutes=minutes_before), midnight + timedelta(minutes=minutes_after)
        require_today(slot, make_hours(), RULES, now, DAY + timedelta(days=minutes_before < 0))
    with pytest.raises(AppointmentOtherDay):
        require_today(midnight + timedelta(minutes=16), make_hours(), RULES, midnight - timedelta(minutes=2), DAY)


def test_somebody_early_is_told_from_when_they_may_come_in() -> None:
    batch = batch_now(MORNING, RULES, waiting=0, open_counters=6, service_min=2.5)
    with pytest.raises(AppointmentEarly, match=r"is at 10:00\. Please come in from 09:45\.") as refused:
        require_admitted(after(30), batch, MORNING, "Asia/Kolkata")
    assert refused.value.details["admitted_from"] == "2026-11-24T09:45+05:30"
    require_admitted(after(15), batch, MORNING, "Asia/Kolkata")


@pytest.mark.parametrize(
    ("waiting", "counters", "held"),
    [(0, 6, 0), (36, 6, 0), (40, 6, 1), (60, 6, 10), (72, 6, 15), (500, 6, 15), (20, 0, 0)],
)
def test_a_long_line_inside_holds_the_next_batch_back(waiting: int, counters: int, held: int) -> None:
    batch = batch_now(MORNING, RULES, waiting, counters, 2.5)
    assert batch == Batch(after(15 - held), held)


@given(st.integers(0, 2000), st.integers(0, 40), st.floats(0.5, 30))
def test_nobody_whose_time_has_come_is_kept_outside(waiting: int, counters: int, service_min: float) -> None:
    batch = batch_now(MORNING, RULES, waiting, counters, service_min)
    require_admitted(MORNING, batch, MORNING, "Asia/Kolkata")
    assert batch.until <= after(RULES.admit_early_min)
