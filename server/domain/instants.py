"""Instants and days as text, the same in the log, the API and on screens."""

import re
from datetime import date, datetime

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def to_iso(moment: datetime) -> str:
    """Return a UTC time as `2026-11-24T04:00:00.000Z`."""
    # The operator is twice as fast as isoformat() and as an f-string, and a token has a dozen times.
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (  # noqa: UP031
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        moment.microsecond // 1000,
    )


def whole_ms(moment: datetime) -> datetime:
    """Return the instant cut to whole milliseconds, the precision that is stored."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def read_day(text: str) -> date:
    """Return the day that is written as `2026-11-24`, and in no other form of ISO 8601; raises ValueError in words."""
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # of that form, but in no calendar
    raise ValueError(f"“{text}” is not a day like 2026-11-24.")
