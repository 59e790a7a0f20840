"""The business day of a centre: a date in the centre's own zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def business_day(now: datetime, timezone: str) -> date:
    """Return the date at the centre at the instant `now` (aware, UTC)."""
    return now.astimezone(ZoneInfo(timezone)).date()
