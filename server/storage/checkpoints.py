"""SQLite's log goes into the database file beside the commands, so that none of them waits for it."""

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from server.storage.connections import Connections
from server.storage.statements import on_driver

EVERY = 50
LONGEST_LOG_PAGES = 10_000
"""Of 4 KiB each. The writer brings a log into the file by itself that grows so long because commits never pause."""

log = logging.getLogger(__name__)


class Checkpoints:
    """A thread that brings the log into the file after every 50 commits.

    SQLite would do it inside a commit, which then takes several times as long. It is PASSIVE: it waits for nobody and
    nobody waits for it (https://sqlite.org/pragma.html#pragma_wal_checkpoint).
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._commits = 0
        self._due = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def note_commit(self) -> None:
        """Count a commit."""
        self._commits += 1
        if self._commits % EVERY == 0:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
                self._thread.start()
            self._due.set()

    def close(self) -> None:
        """End the thread; a later commit may begin another."""
        if self._thread is not None:
            self._closing = True
            self._due.set()
            self._thread.join()
            self._thread, self._closing = None, False

    def _run(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            if self._closing:
                return
            try:
                with self._connections.moment() as connection:
                    on_driver(connection, "PRAGMA wal_checkpoint(PASSIVE)")
            except SQLAlchemyError as error:  # the log only grows until the next time
                log.warning("the log stays as long as it is: %s", error)
