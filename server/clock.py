"""The clocks that edges read: those of the machine, and one that starts elsewhere and runs faster."""

import ctypes
import time
import uuid
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from server.domain.instants import whole_ms
from server.domain.steady.reading import Reading

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
TIMEX_BYTES = 512
"""More than the `timex` of any Linux has; all of it zero asks and changes nothing."""
TIME_ERROR = 5
"""What adjtimex(2) returns of a clock that nobody keeps right."""


class Clock(Protocol):
    """Tells the time, in UTC and whole milliseconds; a floor goes by it as it is."""

    def now(self) -> datetime:
        """Return the present instant."""


class Machine(ABC):
    """A clock that may be set wrong, with what tells that: a floor goes by its own time beside it."""

    asks_database: bool
    """Whether its wall clock is that of the database, where a database tells one: several hosts share it."""

    @abstractmethod
    def now(self) -> datetime:
        """Return what the wall clock says, in UTC and whole milliseconds."""

    @abstractmethod
    def reading(self) -> Reading:
        """Return what all its clocks say at one instant."""

    @abstractmethod
    def synchronised(self) -> bool:
        """Whether others keep the wall clock right, as the kernel knows."""


class SystemClock(Machine):
    """The clocks of this machine."""

    asks_database = True

    def now(self) -> datetime:
        """Return what the wall clock says."""
        return whole_ms(datetime.now(UTC))

    def reading(self) -> Reading:
        """Return the BOOTTIME clock, which goes on in a suspend and which nobody can set, and the wall clock."""
        boot = timedelta(microseconds=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)
        return Reading(_boot_id(), boot, datetime.now(UTC))

    def synchronised(self) -> bool:
        """Whether the kernel's clock is synchronised, by adjtimex(2)."""
        return bool(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)) not in (TIME_ERROR, -1))


@lru_cache(maxsize=1)
def _boot_id() -> str:
    """Return what names the start of this machine; where the kernel has no name for it, each process is one."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return str(uuid.uuid4())


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
