"""What happens by itself from time to time. Every job may run in any process, and twice."""

import logging

from apscheduler.schedulers.background import BackgroundScheduler

from server.clocks import Clock
from server.domain.errors import Refused
from server.services.access import forget_sessions
from server.services.idempotency import forget_expired
from server.storage.database import Database

TIDY_MINUTES = 60

log = logging.getLogger(__name__)


class Scheduler:
    """Runs the jobs of a server on real time, beside it."""

    def __init__(self, db: Database, real: Clock) -> None:
        self._db, self._real = db, real
        self._jobs = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60}
        )
        self._jobs.add_job(self.tidy, "interval", minutes=TIDY_MINUTES)

    def start(self) -> None:
        """Begin to run the jobs."""
        self._jobs.start()

    def stop(self) -> None:
        """Finish the job under way and run no more."""
        self._jobs.shutdown()

    def tidy(self) -> None:
        """Forget answers kept for retries and sessions that are over."""
        now = self._real.now()
        try:
            self._db.write(None, lambda tx: (forget_expired(tx, now), forget_sessions(tx, now)))
        except Refused as refusal:
            log.warning("tidying waits for the next round: %s", refusal.message)
