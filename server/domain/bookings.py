"""Bookings and walk-ins in one line: from when an age counts, who may come in, and how the gate is paced.

An appointment ages from its slot when the citizen comes before it, from the arrival when they come over `late_min`
after it, and in between from the slot too: being a little late costs nothing, being early gains nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from server.domain.errors import AppointmentEarly, AppointmentOtherDay
from server.domain.plan.hours import Hours, business_day
from server.domain.plan.slots import SlotRules


class Booking(NamedTuple):
    """A booking as it stands; `token_id` is the token that it became.

    Without a `slot` no list has it: its reference fitted a service that takes every reference of a form.
    """

    id: int
    centre_id: int
    reference_hash: str
    key_number: int
    tail: str
    day: date
    slot: datetime | None
    service: str
    need: str | None
    cancelled: bool
    token_id: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Whom the gate lets in now: bookings with a slot up to `until`; `held_min` is the delay against the plan."""

    until: datetime
    held_min: int


def aged_from(slot: datetime | None, now: datetime, rules: SlotRules) -> datetime:
    """Return the moment from which the age of somebody who arrives at `now` counts; a walk-in's is the arrival."""
    if slot is None or now > slot + timedelta(minutes=rules.late_min):
        return now
    return slot


def late_by(slot: datetime | None, now: datetime, rules: SlotRules) -> int:
    """Return by how many minutes somebody comes after the time in which a slot counts; 0 when they are not late."""
    if slot is None or now <= slot + timedelta(minutes=rules.late_min):
        return 0
    return int((now - slot).total_seconds() // 60)


def require_today(slot: datetime, hours: Hours, rules: SlotRules, now: datetime, today: date) -> None:
    """Raise AppointmentOtherDay, in words, unless a booking is for the business day `today`.

    One whose time is near may come from the day before, or is of the day before: midnight makes nobody early or late,
    and who is let in before midnight is told so on that day.
    """
    early, late = (timedelta(minutes=m) for m in (rules.admit_early_min, rules.late_min))
    begins, day = (business_day(moment, hours.timezone, hours.day_start) for moment in (slot - early, slot))
    if not begins <= today <= day and not now - late <= slot <= now + early:
        local = slot.astimezone(ZoneInfo(hours.timezone))
        when = f"The appointment {'is' if day > today else 'was'} on {local:%d-%m-%Y} at {local:%H:%M}."
        raise AppointmentOtherDay(when, slot=local.isoformat(timespec="minutes"))


def require_admitted(slot: datetime, batch: Batch, now: datetime, timezone: str) -> None:
    """Raise AppointmentEarly, in words, unless a booking of today may come in now."""
    zone = ZoneInfo(timezone)
    local = slot.astimezone(zone)
    if slot > batch.until:
        comes = now + (slot - batch.until)
        raise AppointmentEarly(
            f"The appointment is at {local:%H:%M}. Please come in from {comes.astimezone(zone):%H:%M}.",
            slot=local.isoformat(timespec="minutes"),
            admitted_from=comes.astimezone(zone).isoformat(timespec="minutes"),
        )


def batch_now(now: datetime, rules: SlotRules, waiting: int, open_counters: int, service_min: float) -> Batch:
    """Return whom the gate lets in: those due within `admit_early_min`, fewer while the line inside is long.

    The line that the first stage clears within one slot is free. What is beyond it holds the next batch back for as
    long as it takes to clear, whole slots at most by their number of minutes, and never past the slot itself: nobody
    whose time has come is kept outside.
    """
    clears = waiting * service_min / open_counters if open_counters else float(rules.admit_early_min)
    held = int(min(rules.admit_early_min, max(0.0, clears - rules.minutes)))
    return Batch(now + timedelta(minutes=rules.admit_early_min - held), held)
