"""How often somebody may do what costs others something: a device, a phone, and whoever guesses at secrets.

Counted in this process or in Redis. Staff are never limited in calling and serving, and whoever holds a secret that is
right is never counted with others of their address.
"""

import hashlib
import logging
import time
from collections import deque
from enum import StrEnum
from threading import Lock
from typing import Protocol

from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from server.config import Settings
from server.domain.errors import RateLimited

QUICK = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
"""Redis stands in the path of a request here, so nobody waits for it longer."""

SWEPT_EVERY_S = 60.0

log = logging.getLogger(__name__)


class Limit(StrEnum):
    """What is counted, and how much of it is too much."""

    GUESSES = "60/minute;300/hour"
    KIOSK = "60/minute"
    INTEGRATION = "600/minute"
    PHONE = "10/hour"
    GOING_OUT = "5/10 minutes"
    PROOF = "1/10 minutes"


SENTENCES = {
    Limit.GUESSES: "Too many addresses were tried that nobody has. Please scan the slip again in a moment.",
    Limit.KIOSK: "This kiosk gave many numbers just now. Please wait a moment.",
    Limit.INTEGRATION: "This key took many numbers just now. Please wait a moment.",
    Limit.PHONE: "This phone number has many tokens already. Please take one without it.",
    Limit.GOING_OUT: "You went out and came back often just now. You are still in line; please wait a moment.",
    Limit.PROOF: "This page was sent already. Please send it again.",
}


class Counts(Protocol):
    """Counts what somebody does in a moving window."""

    def hit(self, item: RateLimitItem, name: str, who: str) -> float | None:
        """Count one; return None, or after how many seconds one is free where there were too many."""


class OwnCounts:
    """Counts in this process, by the monotonic clock: nobody is held up because the wall clock was set back."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ends: dict[tuple[RateLimitItem, str, str], deque[float]] = {}
        self._swept = time.monotonic()

    def hit(self, item: RateLimitItem, name: str, who: str) -> float | None:
        """Count one; return None, or after how many seconds one is free where there were too many."""
        now = time.monotonic()
        with self._lock:
            self._sweep(now)
            ends = self._ends.setdefault((item, name, who), deque())
            while ends and ends[0] <= now:
                ends.popleft()
            if len(ends) >= item.amount:
                return ends[0] - now
            ends.append(now + item.get_expiry())
            return None

    def _sweep(self, now: float) -> None:
        """Let those go who did nothing lately, so that strangers fill nothing."""
        if now - self._swept >= SWEPT_EVERY_S:
            self._ends = {who: ends for who, ends in self._ends.items() if ends[-1] > now}
            self._swept = now


class SharedCounts:
    """Counts in Redis, together with other processes."""

    def __init__(self, url: str) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(url, **QUICK))

    def hit(self, item: RateLimitItem, name: str, who: str) -> float | None:
        """Count one; return None, or after how many seconds one is free where there were too many."""
        if self._limiter.hit(item, name, who):
            return None
        return self._limiter.get_window_stats(item, name, who).reset_time - time.time()


class Limits:
    """Counts what is limited; where Redis does not answer, by itself."""

    def __init__(self, settings: Settings) -> None:
        self._on = settings.rate_limits
        self._own = OwnCounts()
        self._shared: Counts = SharedCounts(settings.redis_url) if settings.redis_url else self._own
        self._items = {limit: [parse(text) for text in limit.split(";")] for limit in Limit}

    def require(self, limit: Limit, who: str) -> None:
        """Count one; raises RateLimited, which tells after how many seconds one is free."""
        if not self._on:
            return
        kept = hashlib.sha256(who.encode()).hexdigest()[:32]  # Redis is told nobody; a phone number comes keyed already
        for item in self._items[limit]:
            free_in = self._hit(item, limit.name, kept)
            if free_in is not None:
                raise RateLimited(SENTENCES[limit], retry_after_s=max(1, round(free_in + 0.5)))

    def _hit(self, item: RateLimitItem, name: str, who: str) -> float | None:
        """Count one; return None, or in how many seconds one is free again where there were too many."""
        try:
            return self._shared.hit(item, name, who)
        except Exception as error:  # of whatever storage: nobody is sent away because it does not answer
            log.warning("The limits cannot be counted together: %s", type(error).__name__)
            return self._own.hit(item, name, who)
