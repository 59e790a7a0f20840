"""Who comes when and for what, and how long serving them takes, drawn from a preset's demand."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.domain.instants import whole_ms
from server.domain.plan.hours import WEEKDAYS
from server.services.setup.shapes import Preset, StageShape

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A citizen at the gate, booked for a slot."""

    at: datetime
    slot: datetime
    service: str
    need: str | None
    language: str


def opening(preset: Preset, day: date) -> datetime:
    """Return the instant at which the centre opens on a day."""
    return _local(preset, day, preset.hours.open)


def slots(preset: Preset, day: date) -> Iterator[datetime]:
    """Return the starts of the slots of a day: while tokens are given, none in the lunch hour."""
    first, last = (_local(preset, day, clock) for clock in preset.hours.tokens)
    lunch = [_local(preset, day, clock) for clock in preset.hours.lunch or (preset.hours.close,) * 2]
    slot = first
    while slot < last:
        if not lunch[0] <= slot < lunch[1]:
            yield slot
        slot += timedelta(minutes=preset.slots.minutes)


def bookings(preset: Preset, day: date) -> int:
    """Return how many people are booked on a day."""
    return preset.slots.capacity * sum(1 for _ in slots(preset, day))


def arrivals(preset: Preset, day: date, rng: random.Random) -> Iterator[Arrival]:
    """Return the citizens who come on a day: each slot full, some never arrive, the others around their time."""
    demand = preset.demand
    weights = [share.share for share in demand.shares]
    for slot in slots(preset, day):
        for _ in range(preset.slots.capacity):
            if rng.random() < demand.never_arrive:
                continue
            at = slot + timedelta(minutes=rng.uniform(-demand.early_min, demand.late_min))
            share = rng.choices(demand.shares, weights)[0]
            yield Arrival(whole_ms(at), slot, share.service, share.need, rng.choice(preset.centre.languages))


def service_time(preset: Preset, stage: StageShape, rng: random.Random) -> timedelta:
    """Return a service time: log-normal with the mean of the stage and the preset's coefficient of variation."""
    variance = math.log(1 + preset.demand.service_cv**2)
    minutes = rng.lognormvariate(math.log(stage.service_min) - variance / 2, math.sqrt(variance))
    return timedelta(minutes=minutes)


def outcome(preset: Preset, stage: StageShape, rng: random.Random) -> str:
    """Return how a service at a stage ends."""
    draw = rng.random()
    for name, share in preset.demand.outcomes.get(stage.code, {}).items():
        if draw < share:
            return name
        draw -= share
    return stage.ok


def _local(preset: Preset, day: date, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime.combine(day, time(hour, minute), ZoneInfo(preset.centre.timezone)).astimezone(UTC)


def working_day(preset: Preset, day: date) -> date:
    """Return `day`, or the nearest working day before it."""
    while WEEKDAYS[day.weekday()] not in preset.hours.days:
        day -= timedelta(days=1)
    return day


def next_working_day(preset: Preset, day: date) -> date:
    """Return the first working day after `day`."""
    day += timedelta(days=1)
    while WEEKDAYS[day.weekday()] not in preset.hours.days:
        day += timedelta(days=1)
    return day
