"""What happens by itself from time to time, in one process: the one that leads."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from server.clock import Clock
from server.domain.errors import Refused
from server.services.command import forget_expired
from server.services.figures.cells import centres_behind, roll_up
from server.services.floor.clock import hear, to_hear_of
from server.services.floor.house import due_centres, keep_house
from server.services.people.sign_in import forget_sessions
from server.storage.database import Database
from server.storage.leader import Leader
from server.storage.transaction import Read, Transaction

TIDY_HOURS = 24
HOUSE_SECONDS = 5
CLOCK_SECONDS = 2
FIGURES_SECONDS = 10
LOOK_SECONDS = 60
BLOCKS_A_ROUND = 50  # about a second; what is left waits for the next round, so that a stop waits no longer

log = logging.getLogger(__name__)


class Scheduler:
    """Runs the jobs of an installation on real time, beside a server, while its process leads.

    `looks` are further jobs, once a minute. A job may run twice all the same, when the lead changes in its middle: each
    finds by itself what is to be done.
    """

    def __init__(self, db: Database, real: Clock, leader: Leader, looks: Sequence[Callable[[], None]] = ()) -> None:
        self._db, self._real, self._leader = db, real, leader
        self._jobs = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60}
        )
        at_once = datetime.now(UTC)
        self._jobs.add_job(self._led, "interval", [self.tidy], hours=TIDY_HOURS, next_run_time=at_once)
        self._jobs.add_job(self._led, "interval", [self.keep_house], seconds=HOUSE_SECONDS, next_run_time=at_once)
        self._jobs.add_job(self._led, "interval", [self.look_at_clocks], seconds=CLOCK_SECONDS, next_run_time=at_once)
        self._jobs.add_job(self._led, "interval", [self.count_figures], seconds=FIGURES_SECONDS, next_run_time=at_once)
        for look in looks:
            self._jobs.add_job(self._led, "interval", [look], seconds=LOOK_SECONDS, next_run_time=at_once)

    def start(self) -> None:
        """Begin to run the jobs."""
        self._jobs.start()

    def stop(self) -> None:
        """Finish the job under way, run no more, and let another process lead."""
        self._jobs.pause()  # else a job that is due just now meets an executor that has shut down already
        self._jobs.shutdown()
        self._leader.resign()

    def keep_house(self) -> None:
        """End pauses that are over, and close a day that is over when nobody is here."""
        self._at_each(lambda conn: due_centres(conn, self._db.now), keep_house)

    def look_at_clocks(self) -> None:
        """See whether the clocks of the centres go right, and leave a sign that this program runs."""
        self._at_each(lambda conn: to_hear_of(conn, self._db.told), hear)

    def count_figures(self) -> None:
        """Bring the cells of figures up to the log; under a new definition that makes them anew."""
        for centre in self._db.read(centres_behind):
            _unless_refused(partial(roll_up, self._db, centre, most=BLOCKS_A_ROUND))

    def tidy(self) -> None:
        """Forget answers kept for retries and sessions that are over."""
        now = self._real.now()
        self._db.write(None, lambda tx: (forget_expired(tx, now), forget_sessions(tx, now)))

    def _led(self, job: Callable[[], None]) -> None:
        """Run a job if this process leads."""
        if self._leader.leads():
            _unless_refused(job)

    def _at_each(self, due: Callable[[Read], Sequence[int]], command: Callable[[Transaction], object]) -> None:
        """Run a command at each centre where it is time to; one that refuses does not hold up the others."""
        for centre in self._db.read(due):
            _unless_refused(partial(self._db.write, centre, command))


def _unless_refused(act: Callable[[], object]) -> None:
    try:
        act()
    except Refused as refusal:
        log.warning("what runs by itself waits for the next round: %s", refusal.message)
