"""When a centre works: its business day, its opening hours, and the time in which it was not frozen.

A business day is a date in the centre's own zone. It begins at `day_start`, so that a night shift is one day, and
all comparisons are made in wall-clock time: a day with a change of the clocks is as long as it is.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from server.domain.errors import NotOpenNow
from server.domain.json import Stored

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = time(0, 0)
SEARCH_DAYS = 60


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours in force: open from `opens` to `closes`, tokens from `first` to `last`, not in a lunch of all."""

    timezone: str
    day_start: time
    opens: time
    first: time
    last: time
    lunch: tuple[time, time] | None
    staggered: bool
    days: frozenset[str]
    holidays: frozenset[date]
    closes: time = MIDNIGHT

    def works_on(self, day: date) -> bool:
        """Whether the centre works on a business day."""
        return WEEKDAYS[day.weekday()] in self.days and day not in self.holidays

    def instant(self, day: date, clock: time) -> datetime:
        """Return the instant of a wall-clock time on a business day."""
        return self._at(day, clock, late=clock < self.day_start)

    def end(self, day: date, clock: time) -> datetime:
        """Return the instant of a closing time on a business day; one at its very start is its end."""
        return self._at(day, clock, late=clock <= self.day_start)

    def _at(self, day: date, clock: time, *, late: bool) -> datetime:
        local = datetime.combine(day + timedelta(days=late), clock, ZoneInfo(self.timezone))
        return local.astimezone(UTC)


def hours_of(timezone: str, day_start: str, rule: Stored) -> Hours:
    """Return the hours that a rule of the set-up states."""
    first, last = map(clock, rule["tokens"])
    lunch = rule.get("lunch")
    return Hours(
        timezone=timezone,
        day_start=clock(day_start),
        opens=clock(rule["open"]),
        first=first,
        last=last,
        lunch=None if lunch is None else (clock(lunch[0]), clock(lunch[1])),
        staggered=rule.get("staggered_lunch", True),
        days=frozenset(rule["days"]),
        holidays=frozenset(map(date.fromisoformat, rule.get("holidays", ()))),
        closes=clock(rule["close"]),
    )


def day_begins(day: date, timezone: str, day_start: time = MIDNIGHT) -> datetime:
    """Return the instant at which a business day begins, in UTC."""
    return datetime.combine(day, day_start, ZoneInfo(timezone)).astimezone(UTC)


def business_day(now: datetime, timezone: str, day_start: time = MIDNIGHT) -> date:
    """Return the business day at the centre at the instant `now` (aware, UTC).

    Instants are compared, not wall clocks: where the clocks go back over `day_start` a day does not begin twice.
    """
    today = now.astimezone(ZoneInfo(timezone)).date()
    return today - timedelta(days=now < day_begins(today, timezone, day_start))


def require_open(
    hours: Hours,
    now: datetime,
    day: date | None = None,
    *,
    early: timedelta = timedelta(),
    late: timedelta = timedelta(),
    over: bool = False,
) -> None:
    """Raise NotOpenNow, with `why` and the next opening, unless tokens of a business day are given at `now`.

    The day is that of the calendar if none is told; it is `over` early where that was decided. `why` is `holiday`,
    `early`, `over` or `lunch`. A booking may come `early` before the first token and `late` after the last, over
    midnight too.
    """
    day = day or business_day(now, hours.timezone, hours.day_start)
    require_working_day(hours, now, day)
    if now < hours.instant(day, hours.first) - early:
        raise _refusal("early", "Tokens are not given yet.", hours, now)
    if over or now >= hours.end(day, hours.last) + late:
        raise _refusal("over", "No more tokens are given today.", hours, now)
    lunch = hours.lunch
    if lunch and not hours.staggered and hours.instant(day, lunch[0]) <= now < hours.instant(day, lunch[1]):
        raise _refusal("lunch", "It is lunch time.", hours, now)


def require_working_day(hours: Hours, now: datetime, day: date) -> None:
    """Raise NotOpenNow, with the next opening, for a day on which the centre does not work."""
    if not hours.works_on(day):
        raise _refusal("holiday", "The centre does not work today.", hours, now)


def in_hours(hours: Hours, now: datetime) -> bool:
    """Whether the centre is open at `now`."""
    day = business_day(now, hours.timezone, hours.day_start)
    return hours.works_on(day) and hours.instant(day, hours.opens) <= now < hours.end(day, hours.closes)


def counters_open_at(hours: Hours, now: datetime) -> datetime | None:
    """Return when closed counters are planned to open today: in the morning, or after lunch; None for no more."""
    day = business_day(now, hours.timezone, hours.day_start)
    if not hours.works_on(day):
        return None
    opens, lunch = hours.instant(day, hours.opens), hours.lunch
    if now < opens:
        return opens
    if lunch and not hours.staggered and hours.instant(day, lunch[0]) <= now < hours.instant(day, lunch[1]):
        return hours.instant(day, lunch[1])
    return None


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """Return when tokens are given again after `now`; None when not within two months."""
    today = business_day(now, hours.timezone, hours.day_start)
    # After lunch tokens begin once more, so it is an opening too.
    starts = (hours.first,) if hours.lunch is None or hours.staggered else (hours.first, hours.lunch[1])
    for ahead in range(SEARCH_DAYS):
        day = today + timedelta(days=ahead)
        if hours.works_on(day):
            later = [at for at in (hours.instant(day, clock) for clock in starts) if at > now]
            if later:
                return min(later)
    return None


def opening_after(hours: Hours, moment: datetime) -> datetime | None:
    """Return when the centre opens for a day after `moment`; None when not within two months."""
    today = business_day(moment, hours.timezone, hours.day_start)
    days = (today + timedelta(days=ahead) for ahead in range(SEARCH_DAYS))
    openings = (hours.instant(day, hours.opens) for day in days if hours.works_on(day))
    return next((opening for opening in openings if opening > moment), None)


def next_working_day(hours: Hours, day: date, count: int = 1) -> date:
    """Return the working day `count` working days after `day`; raises LookupError when there is none in reach."""
    for ahead in range(1, SEARCH_DAYS * max(1, count)):
        later = day + timedelta(days=ahead)
        count -= hours.works_on(later)
        if count == 0:
            return later
    raise LookupError("no working day in reach")


def _refusal(why: str, sentence: str, hours: Hours, now: datetime) -> NotOpenNow:
    opening = next_opening(hours, now)
    if opening is None:
        return NotOpenNow(sentence, why=why, opens_at=None)
    local = opening.astimezone(ZoneInfo(hours.timezone))
    following = f"The next are given on {local:%d-%m-%Y} at {local:%H:%M}."
    return NotOpenNow(f"{sentence} {following}", why=why, opens_at=local.isoformat())


@lru_cache(maxsize=64)
def clock(text: str) -> time:
    """Return a wall-clock time `HH:MM`; 24:00 is midnight."""
    hour, minute = map(int, text.split(":"))
    return time(hour % 24, minute)
