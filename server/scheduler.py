"""What happens by itself from time to time, in one process: the one that leads."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from server.clock import Clock, SystemClock
from server.domain.errors import Refused
from server.services.command import forget_expired
from server.services.figures.cells import centres_behind, roll_up
from server.services.floor.clock import hear, to_hear_of
from server.services.floor.house import due_centres, keep_house
from server.services.people.sign_in import forget_sessions
from server.storage.database import Database
from server.storage.leader import Leader
from server.storage.transaction import Read, Transaction

TIDY_SECONDS = 24 * 60 * 60
HOUSE_SECONDS = 5
CLOCK_SECONDS = 2
FIGURES_SECONDS = 10
LOOK_SECONDS = 60
SET_BACK = timedelta(seconds=1)
"""A wall clock that goes back by less was set right a little, which no job notices."""
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
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        own = [
            (self.tidy, TIDY_SECONDS),
            (self.keep_house, HOUSE_SECONDS),
            (self.look_at_clocks, CLOCK_SECONDS),
            (self.count_figures, FIGURES_SECONDS),
        ]
        self._wall = SystemClock()
        for job, seconds in [*own, *((look, LOOK_SECONDS) for look in looks)]:
            self._jobs.add_job(self._led, "interval", [job], seconds=seconds, next_run_time=self._wall.now())
        self._started_at = self._start_of_time()

    def start(self) -> None:
        """Begin to run the jobs."""
        self._jobs.start()

    def stop(self) -> None:
        """Finish the jobs under way, run no more, and let another process lead."""
        self._jobs.pause()  # else a job that is due just now meets an executor that has shut down already
        self._jobs.shutdown()
        self._leader.resign()

    def keep_pace(self) -> None:
        """Let no job wait until a wall clock that was set back is as late again: APScheduler knows no other clock."""
        started_at = self._start_of_time()
        if started_at < self._started_at - SET_BACK:
            for job in self._jobs.get_jobs():
                job.modify(next_run_time=self._wall.now())
        self._started_at = started_at

    def _start_of_time(self) -> datetime:
        """Return when the monotonic clock began by the wall clock: the same instant until that is set."""
        return self._wall.now() - timedelta(seconds=time.monotonic())

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
