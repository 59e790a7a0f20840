"""Outside the hours a refusal says why, and when tokens are given again."""

from datetime import UTC, date, datetime, time

import pytest

from server.domain.errors import NotOpenNow
from server.domain.plan.hours import MIDNIGHT, WEEKDAYS, Hours, require_open

HOURS = Hours(
    timezone="Asia/Kolkata",
    day_start=MIDNIGHT,
    opens=time(9, 30),
    closes=time(16, 30),
    first=time(9, 30),
    last=time(16, 0),
    lunch=(time(13, 30), time(14, 0)),
    staggered=False,
    days=frozenset(WEEKDAYS[:5]),
    holidays=frozenset({date(2026, 11, 25)}),
)


@pytest.mark.parametrize(
    ("day", "utc", "why", "opens_at"),
    [
        (24, (3, 59), "early", "2026-11-24T09:30:00+05:30"),
        (24, (8, 15), "lunch", "2026-11-24T14:00:00+05:30"),
        (24, (10, 30), "over", "2026-11-26T09:30:00+05:30"),
        (25, (6, 0), "holiday", "2026-11-26T09:30:00+05:30"),
        (28, (6, 0), "holiday", "2026-11-30T09:30:00+05:30"),
    ],
)
def test_a_refusal_tells_why_and_the_next_opening(day: int, utc: tuple[int, int], why: str, opens_at: str) -> None:
    with pytest.raises(NotOpenNow) as refused:
        require_open(HOURS, datetime(2026, 11, day, *utc, tzinfo=UTC))
    assert refused.value.details == {"why": why, "opens_at": opens_at}
