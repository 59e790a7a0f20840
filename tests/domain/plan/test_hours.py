"""The day of a centre: in its own zone, over changes of the clocks, across midnight, and without its freezes."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import NotOpenNow
from server.domain.freezes import Moment
from server.domain.plan.hours import (
    MIDNIGHT,
    WEEKDAYS,
    Hours,
    business_day,
    clock,
    next_opening,
    next_working_day,
    require_open,
)
from tests.factories import MORNING

ZONES = ("Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo", "Pacific/Apia")


def make_hours(**changes: Any) -> Hours:
    values: dict[str, Any] = {
        "timezone": "Asia/Kolkata",
        "day_start": MIDNIGHT,
        "opens": time(9, 30),
        "closes": time(16, 30),
        "first": time(9, 30),
        "last": time(16, 0),
        "lunch": None,
        "staggered": True,
        "days": frozenset(WEEKDAYS[:5]),
        "holidays": frozenset(),
    }
    return Hours(**(values | changes))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


NIGHT = make_hours(day_start=time(6), opens=time(20), first=time(20), last=time(3))


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (utc(2026, 11, 24, 18, 29), date(2026, 11, 24)),  # 23:59
        (utc(2026, 11, 24, 18, 30), date(2026, 11, 24)),  # 00:00, still the shift of the 24th
        (utc(2026, 11, 25, 0, 29), date(2026, 11, 24)),  # 05:59
        (utc(2026, 11, 25, 0, 30), date(2026, 11, 25)),  # 06:00
    ],
)
def test_a_night_shift_is_one_business_day(now: datetime, day: date) -> None:
    assert business_day(now, "Asia/Kolkata", time(6)) == day


def test_tokens_of_a_night_shift_are_given_across_midnight() -> None:
    for given_at in (utc(2026, 11, 24, 14, 30), utc(2026, 11, 24, 18, 30), utc(2026, 11, 24, 21, 29)):
        require_open(NIGHT, given_at)
    for refused_at in (utc(2026, 11, 24, 14, 29), utc(2026, 11, 24, 21, 30)):
        with pytest.raises(NotOpenNow):
            require_open(NIGHT, refused_at)


def test_a_shift_that_begins_on_friday_is_open_on_saturday_before_dawn_and_not_in_the_evening() -> None:
    require_open(NIGHT, utc(2026, 11, 27, 20, 0))  # Saturday 01:30
    with pytest.raises(NotOpenNow) as refused:
        require_open(NIGHT, utc(2026, 11, 28, 15, 0))  # Saturday 20:30
    assert refused.value.details["opens_at"] == "2026-11-30T20:00:00+05:30"


def test_a_centre_may_give_tokens_round_the_clock() -> None:
    always = make_hours(first=MIDNIGHT, last=clock("24:00"), days=frozenset(WEEKDAYS))
    for minute in range(0, 24 * 60, 7):
        require_open(always, utc(2026, 11, 24) + timedelta(minutes=minute))


# In New York the clocks went forward on 8 March 2026 at 02:00 and go back on 1 November at 02:00; on Lord Howe they
# move by half an hour, back on 5 April at 02:00 and forward on 4 October at 02:00.
@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("America/Havana", date(2026, 3, 8), 23),
        ("Africa/Cairo", date(2026, 4, 24), 23),
    ],
)
def test_a_day_with_a_change_of_the_clocks_is_as_long_as_it_is(zone: str, day: date, hours: float) -> None:
    plan = make_hours(timezone=zone)
    begin, end = plan.instant(day, MIDNIGHT), plan.end(day, MIDNIGHT)
    assert (end - begin) / timedelta(hours=1) == hours
    assert business_day(begin, zone) == business_day(end - timedelta(milliseconds=1), zone) == day
    assert business_day(begin - timedelta(milliseconds=1), zone) == day - timedelta(days=1)


@pytest.mark.parametrize(("day", "opens"), [(6, 14), (7, 14), (9, 13), (10, 13)])
def test_a_centre_opens_at_its_own_half_past_nine_before_and_after_the_change(day: int, opens: int) -> None:
    """From 6 to 9 March 2026: 09:30 in New York is 14:30 UTC before the change and 13:30 UTC after it."""
    hours = make_hours(timezone="America/New_York", days=frozenset(WEEKDAYS))
    opening = utc(2026, 3, day, opens, 30)
    require_open(hours, opening)
    with pytest.raises(NotOpenNow):
        require_open(hours, opening - timedelta(milliseconds=1))


def test_the_next_opening_over_a_change_of_the_clocks_is_told_in_the_time_of_that_day() -> None:
    hours = make_hours(timezone="America/New_York")
    with pytest.raises(NotOpenNow) as refused:
        require_open(hours, utc(2026, 3, 6, 22, 0))  # Friday after the last token
    assert refused.value.details["opens_at"] == "2026-03-09T09:30:00-04:00"


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe"])
def test_a_day_does_not_begin_twice_where_the_clocks_go_back_over_its_start(zone: str) -> None:
    """The day of this centre begins at 01:45, which comes twice in the night of the change."""
    first = utc(2026, 10, 31) if zone == "America/New_York" else utc(2026, 4, 4)
    days = [business_day(first + timedelta(minutes=m), zone, time(1, 45)) for m in range(0, 3 * 24 * 60, 5)]
    assert days == sorted(days)


@given(
    st.sampled_from(ZONES),
    st.integers(0, 10 * 365 * 24 * 60).map(lambda m: utc(2020, 1, 1) + timedelta(minutes=m)),
    st.integers(0, 3 * 24 * 60),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_time_that_goes_on_never_leads_to_an_earlier_business_day(
    zone: str, now: datetime, minutes: int, day_start: time
) -> None:
    later = now + timedelta(minutes=minutes)
    assert business_day(now, zone, day_start) <= business_day(later, zone, day_start)


def test_lunch_stops_the_tokens_unless_it_is_staggered() -> None:
    lunch = (time(13, 30), time(14, 0))
    at_lunch = utc(2026, 11, 24, 8, 15)
    require_open(make_hours(lunch=lunch), at_lunch)
    with pytest.raises(NotOpenNow):
        require_open(make_hours(lunch=lunch, staggered=False), at_lunch)
    assert next_opening(make_hours(lunch=lunch, staggered=False), at_lunch) == utc(2026, 11, 24, 8, 30)


def test_lunch_begins_and_ends_to_the_minute() -> None:
    hours = make_hours(lunch=(time(13, 30), time(14, 0)), staggered=False)
    require_open(hours, utc(2026, 11, 24, 7, 59))
    with pytest.raises(NotOpenNow) as refused:
        require_open(hours, utc(2026, 11, 24, 8, 0))
    assert refused.value.details["why"] == "lunch"
    require_open(hours, utc(2026, 11, 24, 8, 30))


@pytest.mark.parametrize(("closed", "opens"), [(59, utc(2027, 1, 22, 4, 0)), (60, None)])
def test_the_next_opening_is_looked_for_sixty_days_ahead(closed: int, opens: datetime | None) -> None:
    holidays = frozenset(date(2026, 11, 24) + timedelta(days=ahead) for ahead in range(closed))
    assert next_opening(make_hours(days=frozenset(WEEKDAYS), holidays=holidays), MORNING) == opens


def test_bookings_may_come_before_the_first_token_and_after_the_last() -> None:
    early, late = timedelta(minutes=15), timedelta(minutes=15)
    hours = make_hours()
    require_open(hours, utc(2026, 11, 24, 3, 45), early=early, late=late)
    require_open(hours, utc(2026, 11, 24, 10, 44), early=early, late=late)
    for outside in (utc(2026, 11, 24, 3, 44), utc(2026, 11, 24, 10, 45)):
        with pytest.raises(NotOpenNow):
            require_open(hours, outside, early=early, late=late)


def test_a_centre_that_works_no_more_says_so_without_a_next_opening() -> None:
    hours = make_hours(days=frozenset())
    assert next_opening(hours, MORNING) is None
    with pytest.raises(NotOpenNow) as refused:
        require_open(hours, MORNING)
    assert refused.value.details["opens_at"] is None
    with pytest.raises(LookupError):
        next_working_day(hours, date(2026, 11, 24))


@pytest.mark.parametrize(("day", "name"), [*enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 23)])
def test_a_day_of_the_week_has_its_name(day: int, name: str) -> None:
    hours = make_hours(days=frozenset({name}))
    assert [at for at in range(23, 30) if hours.works_on(date(2026, 11, at))] == [day]


def test_working_days_skip_weekends_and_holidays() -> None:
    hours = make_hours(holidays=frozenset({date(2026, 11, 25)}))
    tuesday = date(2026, 11, 24)
    following = [next_working_day(hours, tuesday, count).day for count in (1, 2, 3)]
    assert following == [26, 27, 30]
    assert next_working_day(hours, tuesday) == date(2026, 11, 26)


MINUTES = st.integers(0, 600)


FREEZES = st.lists(st.tuples(MINUTES, st.integers(0, 60)), max_size=4)


def running(begin: int, length: int, frozen: list[tuple[int, int]]) -> float:
    """Return the active seconds of some minutes with freezes of (begin, length)."""
    start = MORNING + timedelta(minutes=begin)
    freezes = [(MORNING + timedelta(minutes=a), MORNING + timedelta(minutes=a + lasts)) for a, lasts in frozen]
    return Moment(start + timedelta(minutes=length), freezes).age(start)


@given(MINUTES, MINUTES, FREEZES)
def test_frozen_time_is_taken_off_minute_by_minute(begin: int, length: int, frozen: list[tuple[int, int]]) -> None:
    """The seconds are those of the minutes in which no freeze lasted, also when the clock went back between two."""
    left = [m for m in range(begin, begin + length) if not any(a <= m < a + lasts for a, lasts in frozen)]
    assert running(begin, length, frozen) == 60 * len(left)


@given(MINUTES, MINUTES, MINUTES, FREEZES)
def test_the_older_never_has_the_smaller_age(
    begin: int, older: int, length: int, frozen: list[tuple[int, int]]
) -> None:
    assert running(begin, older + length, frozen) >= running(begin + older, length, frozen)


def test_a_freeze_that_lasts_takes_off_all_the_time_since_it_began() -> None:
    freezes = [(MORNING + timedelta(minutes=5), None)]
    assert Moment(MORNING + timedelta(hours=2), freezes).age(MORNING) == 300
