"""A whole day through the real services."""

import random
from datetime import date, timedelta

import pytest

from server.services.setup.presets import load_preset
from server.simulation.day import simulate_day
from server.simulation.demand import arrivals, bookings, next_working_day, service_time, slots, working_day

PRESET = load_preset("M")
DAY = date(2026, 1, 5)


def test_the_slots_of_preset_m_book_six_hundred_people_and_skip_lunch() -> None:
    starts = list(slots(PRESET, DAY))
    assert bookings(PRESET, DAY) == 600
    assert len(starts) == 24
    assert (starts[15] - starts[0], starts[16] - starts[15]) == (
        timedelta(hours=3, minutes=45),
        timedelta(minutes=45),
    )


def test_citizens_come_around_their_slot_and_some_never() -> None:
    coming = sorted(arrival.at for arrival in arrivals(PRESET, DAY, random.Random(1)))
    starts = list(slots(PRESET, DAY))
    assert starts[0] - timedelta(minutes=15) <= coming[0]
    assert coming[-1] <= starts[-1] + timedelta(minutes=5)
    assert 535 < len(coming) < 590


def test_service_times_have_the_mean_and_spread_of_the_preset() -> None:
    rng, stage = random.Random(1), PRESET.stages[1]
    minutes = [service_time(PRESET, stage, rng).total_seconds() / 60 for _ in range(20_000)]
    mean = sum(minutes) / len(minutes)
    spread = (sum((m - mean) ** 2 for m in minutes) / len(minutes)) ** 0.5
    assert mean == pytest.approx(15, rel=0.02)
    assert spread / mean == pytest.approx(0.5, rel=0.05)


def test_working_days_leave_out_the_weekend() -> None:
    sunday = date(2026, 11, 22)
    assert working_day(PRESET, sunday) == date(2026, 11, 20)
    assert next_working_day(PRESET, date(2026, 11, 20)) == date(2026, 11, 23)


def test_a_simulated_day_keeps_every_promise_and_lands_on_the_floor_figures() -> None:
    """The bounds are the published mean plus or minus three of its standard deviations, for one seed."""
    result = simulate_day(PRESET, seed=1)
    assert (result["verify"]["ok"], result["verify"]["faults"]) == (True, [])
    assert result["issued"] == result["completed"]
    assert result["issued"] + result["no_show"] == 600
    assert result["stay"]["all"]["p50"] == pytest.approx(28, abs=3)
    assert result["stay"]["all"]["p90"] == pytest.approx(41, abs=5)
    assert result["wait"]["A"]["p90"] < 5


def test_two_absent_granting_officers_make_c_the_bottleneck_and_f_stays_protected() -> None:
    result = simulate_day(PRESET, seed=1, opened={"C": 4})
    assert result["open"]["C"] == 4
    assert result["stay"]["all"]["p90"] > 60
    assert result["stay"]["F"]["p90"] < 50
    assert max(result["wait"], key=lambda stage: result["wait"][stage]["p90"]) == "C"
