"""What happens by itself from time to time. Every job may run in any process, and twice."""

import logging
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from server.clock import Clock
from server.domain.errors import Refused
from server.services.command import forget_expired
from server.services.figures.cells import centres_behind, roll_up
from server.services.floor.day import due_centres, keep_house
from server.services.people.sign_in import forget_sessions
from server.storage.database import Database

TIDY_HOURS = 24
HOUSE_SECONDS = 5
FIGURES_SECONDS = 10
BLOCKS_A_ROUND = 50  # about a second; what is left waits for the next round, so that a stop waits no longer

log = logging.getLogger(__name__)


class Scheduler:
    """Runs the jobs of a server on real time, beside it."""

    def __init__(self, db: Database, real: Clock, clock: Clock) -> None:
        self._db, self._real, self._clock = db, real, clock
        self._jobs = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60}
        )
        at_once = datetime.now(UTC)
        self._jobs.add_job(self.tidy, "interval", hours=TIDY_HOURS, next_run_time=at_once)
        self._jobs.add_job(self.keep_house, "interval", seconds=HOUSE_SECONDS, next_run_time=at_once)
        self._jobs.add_job(self.count_figures, "interval", seconds=FIGURES_SECONDS, next_run_time=at_once)

    def start(self) -> None:
        """Begin to run the jobs."""
        self._jobs.start()

    def stop(self) -> None:
        """Finish the job under way and run no more."""
        self._jobs.shutdown()

    def keep_house(self) -> None:
        """End pauses that are over, and close a day that nobody closed."""
        now = self._clock.now()
        try:
            for centre in self._db.read(lambda conn: due_centres(conn, now)):
                self._db.write(centre, lambda tx: keep_house(tx))
        except Refused as refusal:
            log.warning("keeping house waits for the next round: %s", refusal.message)

    def count_figures(self) -> None:
        """Bring the cells of figures up to the log; under a new definition that makes them anew."""
        try:
            for centre in self._db.read(centres_behind):
                roll_up(self._db, centre, most=BLOCKS_A_ROUND)
        except Refused as refusal:
            log.warning("counting figures waits for the next round: %s", refusal.message)

    def tidy(self) -> None:
        """Forget answers kept for retries and sessions that are over."""
        now = self._real.now()
        try:
            self._db.write(None, lambda tx: (forget_expired(tx, now), forget_sessions(tx, now)))
        except Refused as refusal:
            log.warning("tidying waits for the next round: %s", refusal.message)
