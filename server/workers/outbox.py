"""Does what waits in the outbox: one thread for each target, so that none waits for another's trouble."""

import logging
import secrets
import threading
from collections.abc import Callable, Sequence

from server.domain.errors import Refused, Unavailable
from server.domain.jobs import Job, JobState, Result, Target
from server.services.outbox import jobs
from server.services.outbox.kinds import Kind, Withdrawn
from server.storage.database import Committed, Database
from server.storage.transaction import Transaction

LOOK_S = 0.5
SETTLE_S = 1.0
THREADS = 64

log = logging.getLogger(__name__)


class OutboxWorker:
    """Watches the outbox and keeps a thread for each target at which there is something to do.

    Any process may run one: jobs are leased in the database. `jitter` gives numbers from 0 to 1.
    """

    def __init__(self, db: Database, kinds: Sequence[Kind], jitter: Callable[[], float]) -> None:
        self._db, self._jitter = db, jitter
        self._kinds = {kind.name: kind for kind in kinds}
        self._name = secrets.token_hex(4)
        self._awake, self._stopped = threading.Event(), threading.Event()
        self._threads: dict[Target, threading.Thread] = {}
        self._under_way: dict[int, Job] = {}
        self._thread = threading.Thread(target=self._watch, name="outbox", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._db.on_commit(self._notice)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way and begin no more."""
        self._stopped.set()
        self._awake.set()
        self._thread.join()
        for thread in self._threads.values():
            thread.join()

    def _notice(self, committed: Sequence[Committed]) -> None:
        payloads = [event.payload for commit in committed for event in commit.events]
        if any(kind.wakes(payload) for kind in self._kinds.values() for payload in payloads):
            self._awake.set()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            self._awake.wait(LOOK_S)
            self._awake.clear()
            try:
                self._look()
            except Refused as refusal:
                log.warning("the outbox waits: %s", refusal.message)
            except Exception:  # the worker must survive; the next look begins anew
                log.exception("a look into the outbox failed")

    def _look(self) -> None:
        now = self._db.latest()
        for job in list(self._under_way.values()):
            self._keep(job)
        self._threads = {target: thread for target, thread in self._threads.items() if thread.is_alive()}
        for target in self._db.read(lambda read: jobs.due_targets(read, now)):
            if target.kind in self._kinds and target not in self._threads and len(self._threads) < THREADS:
                self._threads[target] = threading.Thread(
                    target=self._empty, args=(target,), name=f"{target.kind} {target.name}", daemon=True
                )
                self._threads[target].start()

    def _keep(self, job: Job) -> None:
        """Lengthen the lease of a job under way before it runs out: nobody else may come to its target meanwhile."""
        rules = self._kinds[job.target.kind].rules
        if job.leased_until is None or self._db.now(job.target.centre_id) < job.leased_until - rules.lease / 2:
            return
        renewed = self._db.write(job.target.centre_id, lambda tx: jobs.renew(tx, job, rules, self._name))
        if renewed is None:
            self._under_way.pop(job.id, None)
        elif job.id in self._under_way:
            self._under_way[job.id] = renewed

    def _empty(self, target: Target) -> None:
        """Do what waits at a target until nothing is left, or the next has to rest."""
        try:
            while not self._stopped.is_set() and self._do_next(target):
                pass
        except Refused as refusal:
            log.warning("%s waits: %s", target.name, refusal.message)
        except Exception:  # one target's trouble must not end the work at the others; its lease settles the job
            log.exception("the work at %s failed", target.name)

    def _do_next(self, target: Target) -> bool:
        """Do the next job of a target; returns whether there was one."""
        kind = self._kinds[target.kind]
        job = self._db.write(target.centre_id, lambda tx: jobs.lease_next(tx, target, kind.rules, self._name))
        if job is None:
            return False
        self._under_way[job.id] = job
        try:
            self._settle(kind, job, self._attempt(kind, job))
        finally:
            self._under_way.pop(job.id, None)
        return True

    def _attempt(self, kind: Kind, job: Job) -> Result:
        try:
            act = self._db.read(lambda read: kind.prepare(read, job))
        except Withdrawn as reason:
            return Result(JobState.WITHDRAWN, str(reason))
        except Refused as refusal:
            return Result(JobState.QUEUED, refusal.message)
        except Exception as error:  # nothing was done yet: it is tried again, and dead in the end
            log.exception("%s job %d could not be prepared", kind.name, job.id)
            return Result(JobState.QUEUED, type(error).__name__)
        try:
            return act()
        except Exception as error:  # nobody knows how far it came
            log.exception("%s job %d failed", kind.name, job.id)
            return kind.rules.interrupted(type(error).__name__)

    def _settle(self, kind: Kind, job: Job, result: Result) -> None:
        """Write what came of a job, as soon as the database answers: else it would be taken for interrupted."""

        def settle(tx: Transaction) -> None:
            jobs.settle(tx, job, kind.rules, self._name, result, self._jitter())

        while True:
            try:
                return self._db.write(job.target.centre_id, settle)
            except Unavailable as refusal:
                log.warning("%s job %d is done, but not noted yet: %s", kind.name, job.id, refusal.message)
                if self._stopped.wait(SETTLE_S):
                    return None
