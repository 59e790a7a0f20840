"""The clocks that edges read: the real one, and one that starts elsewhere and runs faster."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time of the centre, in UTC and whole milliseconds."""

    def now(self) -> datetime:
        """Return the present instant."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the present instant."""
        return whole_ms(datetime.now(UTC))


class ScaledClock:
    """A clock that starts at an instant and runs `speed` times as fast as real time."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start, self._speed, self._zero = start, speed, time.monotonic()

    def now(self) -> datetime:
        """Return the present instant of the demo."""
        return whole_ms(self._start + timedelta(seconds=(time.monotonic() - self._zero) * self._speed))

    def real_seconds_until(self, moment: datetime) -> float:
        """Return the real seconds until `moment` on this clock; below zero when it has passed."""
        return (moment - self.now()).total_seconds() / self._speed


def whole_ms(moment: datetime) -> datetime:
    """Return the instant cut to whole milliseconds, the precision that is stored."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
