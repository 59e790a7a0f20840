"""How often somebody may do what costs others something: a device, a phone, and whoever guesses at secrets.

Counted in this process or in Redis. Staff are never limited in calling and serving, and whoever holds a secret that is
right is never counted with others of their address.
"""

import hashlib
import logging
import time
from enum import StrEnum

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter, RateLimiter

from server.config import Settings
from server.domain.errors import RateLimited

QUICK = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
"""Redis stands in the path of a request here, so nobody waits for it longer."""

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


class Limits:
    """Counts what is limited; where Redis does not answer, by itself."""

    def __init__(self, settings: Settings) -> None:
        self._on = settings.rate_limits
        shared = storage_from_string(settings.redis_url, **QUICK) if settings.redis_url else MemoryStorage()
        self._shared: RateLimiter = MovingWindowRateLimiter(shared)
        self._own: RateLimiter = MovingWindowRateLimiter(MemoryStorage())
        self._items = {limit: [parse(text) for text in limit.split(";")] for limit in Limit}

    def require(self, limit: Limit, who: str) -> None:
        """Count one; raises RateLimited, which tells after how many seconds one is free."""
        if not self._on:
            return
        kept = hashlib.sha256(who.encode()).hexdigest()[:32]  # Redis is told nobody; a phone number comes keyed already
        for item in self._items[limit]:
            free_at = self._hit(item, limit.name, kept)
            if free_at is not None:
                seconds = max(1, round(free_at - time.time() + 0.5))
                raise RateLimited(SENTENCES[limit], retry_after_s=seconds)

    def _hit(self, item: RateLimitItem, name: str, who: str) -> float | None:
        """Count one; return None, or when one is free again where there were too many."""
        try:
            return _counted(self._shared, item, name, who)
        except Exception as error:  # of whatever storage: nobody is sent away because it does not answer
            log.warning("The limits cannot be counted together: %s", type(error).__name__)
            return _counted(self._own, item, name, who)


def _counted(limiter: RateLimiter, item: RateLimitItem, name: str, who: str) -> float | None:
    return None if limiter.hit(item, name, who) else limiter.get_window_stats(item, name, who).reset_time
