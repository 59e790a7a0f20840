"""SQLite's log goes into the database file beside the commands, so that none of them waits for it."""

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from server.storage.connections import Connections
from server.storage.statements import on_driver

EVERY = 24
IN_COMMIT = 4000

log = logging.getLogger(__name__)


class Checkpoints:
    """A thread that brings the log into the file after every 24th commit.

    SQLite does it inside a commit that finds the log long, which then takes several times as long. So it still is at
    IN_COMMIT pages, where the thread is never through between two commits: in a rush, or on a slow disk. Here it begins
    when a commit is through, as the next one is farthest away then. The checkpoint is PASSIVE: it waits for nobody and
    nobody waits for it (https://sqlite.org/pragma.html#pragma_wal_checkpoint).
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._commits = 0
        self._due, self._closing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def note_commit(self) -> None:
        """Say that the log has grown; one thread at a time may say so."""
        self._commits += 1
        if self._commits % EVERY == 0:
            self._begin()

    def close(self) -> None:
        """End the thread; a later commit begins another."""
        if self._thread is not None:
            self._closing.set()
            self._due.set()
            self._thread.join()
            self._thread = None
            self._closing.clear()
            self._due.clear()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()
        self._due.set()

    def _run(self) -> None:
        while self._due.wait() and not self._closing.is_set():
            self._due.clear()
            try:
                with self._connections.single() as connection:
                    on_driver(connection, "PRAGMA wal_checkpoint(PASSIVE)")
            except SQLAlchemyError as error:  # the log only grows until the next time
                log.warning("the log stays as long as it is: %s", error)
