"""Shipping the tail: from where it stands in its folder, what is new in the database, one segment at a time."""

from datetime import datetime, timedelta

from server.services.backups.tail import gather, place_of
from server.services.backups.tail_folder import TailWriter
from server.storage.database import Database
from server.storage.tails import Known, Mark

ALL_TABLES = timedelta(seconds=60)
"""How often tables are looked at that change without an event of their own."""


class Shipping:
    """What one leading process knows of the tail; after `forget` it begins where the folder says."""

    def __init__(self, db: Database, writer: TailWriter) -> None:
        self._db, self._writer = db, writer
        self._since: Mark | None = None
        self._known = Known()
        self._looked_at_all: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether the last round went well, and this process still leads as far as it knows."""
        return self._since is not None

    def forget(self) -> None:
        """Let the next round begin where the folder says: this one failed, or another process has led meanwhile."""
        self._since = None

    def ship(self, now: datetime) -> None:
        """Ship what is new since the last round, in one segment; raises OSError, Unavailable, CannotOpen."""
        if self._since is None:
            mark, schema = self._db.read(place_of)
            self._since, self._known, self._looked_at_all = self._writer.go_on(mark, schema, now), Known(), None
        everything = self._looked_at_all is None or now - self._looked_at_all >= ALL_TABLES
        since, known = self._since, self._known
        gathered = self._db.read(lambda read: gather(read, since, known, now, all_tables=everything))
        if gathered is not None:
            held, content = gathered
            self._writer.add(content, held.until)
            self._since = held.until
        if everything:
            self._looked_at_all = now
        self._writer.note_look()

    def note_failure(self, why: str) -> None:
        """Say in the folder why it failed, where it can be written; raises OSError."""
        self._writer.note_failure(why)
