"""Whether something can be written, tried every few seconds while somebody asks."""

import logging
import time
from collections.abc import Callable
from threading import Lock

from server.domain.errors import Unavailable

FRESH_S, SLOW_S = 3.0, 2.0

log = logging.getLogger(__name__)


class WriteTrial:
    """Tries to write by `write`, at most every FRESH_S; a trial that lasts longer than SLOW_S has failed for now."""

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._lock = Lock()
        self._begun_at, self._at, self._passed = 0.0, float("-inf"), True

    def passes(self) -> bool:
        """Return whether something can be written; who asks during a trial does not wait for it."""
        if not self._lock.acquire(blocking=False):
            return self._passed and time.monotonic() - self._begun_at < SLOW_S
        try:
            if time.monotonic() - self._at >= FRESH_S:
                self._try()
            return self._passed
        finally:
            self._lock.release()

    def _try(self) -> None:
        before, self._begun_at = self._passed, time.monotonic()
        try:
            self._write()
            self._passed = True
        except Unavailable as refusal:
            self._passed = False
            if before:
                log.error("Nothing can be written to the database: %s", refusal.message)
        if self._passed and not before:
            log.warning("The database can be written to again.")
        self._at = time.monotonic()
