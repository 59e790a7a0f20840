"""One of the processes on a database leads: it alone runs what is to run once. When it dies, another takes over.

The lead is held by what the system itself takes back: an advisory lock of PostgreSQL goes with its connection, a lock
on a file beside SQLite's goes with its process.
"""

import fcntl
import logging
import os
import threading
from typing import Protocol

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

KEY = 0x6261617269  # "baari": one lead for each database, as PostgreSQL keeps such locks by database
PATIENCE_S = 3
# A process that dies with its machine says nothing: after some 5 seconds without an answer either side hangs up.
KEEPALIVES = {"keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 3, "tcp_user_timeout": 5000}
SERVER_KEEPALIVES = "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"

log = logging.getLogger(__name__)


class Lock(Protocol):
    """What one process at a time can hold."""

    def take(self) -> bool:
        """Take it if nobody has it; returns whether it is held now."""

    def held(self) -> bool:
        """Whether it is still held."""

    def release(self) -> None:
        """Give it back, or forget it when it is lost."""


class Leader:
    """Whether this process leads. Asked before each act that is to run once, by any thread.

    An act that was begun when the lead is lost may meet one of the next leader: what it does must bear that.
    """

    def __init__(self, url: str) -> None:
        self._lock = _lock_of(url)
        self._leads = False
        self._asking = threading.Lock()

    def leads(self) -> bool:
        """Return whether this process leads now; it takes the lead when nobody has it."""
        with self._asking:
            if self._leads and not self._lock.held():
                log.warning("this process leads no more")
                self._give_up()
            if not self._leads:
                self._leads = self._lock.take()
            return self._leads

    def resign(self) -> None:
        """Let another lead."""
        with self._asking:
            self._give_up()

    def _give_up(self) -> None:
        self._leads = False
        self._lock.release()


class FileLock:
    """A lock on a file (flock(2)): the kernel takes it back when the process ends, however it ends."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Take it if nobody has it; returns whether it is held now."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def held(self) -> bool:
        """Whether it is still held: a file that was removed or replaced locks nobody out."""
        if self._file is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._file), os.stat(self._path))
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Give it back, or forget it when it is lost."""
        if self._file is not None:
            os.close(self._file)
        self._file = None


class AdvisoryLock:
    """An advisory lock of a PostgreSQL session, on a connection that is kept for nothing else."""

    def __init__(self, url: str) -> None:
        address = make_url(url).set(drivername="postgresql+psycopg")
        reach = {"connect_timeout": PATIENCE_S, "options": SERVER_KEEPALIVES, **KEEPALIVES}
        self._engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=reach)
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take it if nobody has it; returns whether it is held now."""
        try:
            connection = self._connection = self._connection or self._engine.connect()
            return bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}).scalar_one())
        except SQLAlchemyError as error:
            log.warning("nobody can tell who leads: %s", type(error).__name__)
            self.release()
            return False

    def held(self) -> bool:
        """Whether it is still held: as long as its connection lives."""
        if self._connection is None:
            return False
        try:
            return bool(self._connection.execute(text("SELECT true")).scalar_one())
        except SQLAlchemyError:
            return False

    def release(self) -> None:
        """Give it back, or forget it when it is lost."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:  # asked for, because the server frees what a closed session held a moment later
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
        except SQLAlchemyError:  # it is dead, and its lock is gone or will be
            connection.invalidate()
        connection.close()


def _lock_of(url: str) -> Lock:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return FileLock(f"{address.database}-leader")
    return AdvisoryLock(url)
