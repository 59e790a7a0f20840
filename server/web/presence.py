"""Who is there, kept in this process, so that a request needs no trip to the database to know who sends it."""

import math
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from server.clock import Clock
from server.domain.errors import Unauthenticated, Unavailable
from server.domain.permissions import Role
from server.services.people import keys, presence, sign_in
from server.services.people.presence import Known, Naming, Place
from server.services.people.principal import Due, Principal, secret_hash
from server.storage.database import Database
from server.storage.transaction import Read, Transaction

FRESH_S = 2.0
AGAIN_S = 1.0
LOCK_AFTER = timedelta(minutes=15)
MOST = 4096
NEVER = -math.inf

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Credential:
    """A key or a session secret, and what it was found in."""

    secret: str
    staff: bool

    @property
    def place(self) -> Place:
        """Where it is kept."""
        return Place(self.staff, secret_hash(self.secret))


class Presence:
    """The holders of keys and sessions that were used lately, as of one number of the installation.

    `look` compares that number, twice a second, and reads everybody kept anew when it has moved, and once a second in
    any case: a row that was deleted past us moves no number. Whoever is not kept is asked of the database. What was
    last compared FRESH_S seconds ago is not believed any more: while nobody looks, each request asks the database.
    People of the roles `need_second` do nothing before they have a second step; the session of who has a PIN is locked
    when it was not used for `lock_after`.
    Nothing is kept of secrets that are not known, so strangers cannot fill it; beyond MOST holders the oldest goes.
    """

    def __init__(
        self, db: Database, real: Clock, need_second: Collection[Role] = (), lock_after: timedelta = LOCK_AFTER
    ) -> None:
        self._db, self._real, self._need_second, self._lock_after = db, real, need_second, lock_after
        self._lock = Lock()
        self._known: dict[Place, Known] = {}
        self._as_of, self._looked, self._known_at = -1, NEVER, NEVER

    def principal(self, credential: Credential, *, in_use: bool = True) -> Principal:
        """Return whose credential it is, and note that it is `in_use`; raises Unauthenticated, Unavailable."""
        now, place = self._real.now(), credential.place
        known = self._alive(place, now)
        holder = known.holder_at(now, self._lock_after)
        if in_use and holder.due is not Due.LOCK and known.unnoted(now, self._lock_after):
            self._keep(place, replace(known, seen=now))
            self._note(credential, now)
        return holder

    def _note(self, credential: Credential, now: datetime) -> None:
        """Write that it is in use; what has only a key to show goes on while nothing can be written."""
        if credential.staff:
            self._db.write(None, lambda tx: sign_in.note_seen(tx, credential.secret, now))
            return
        with suppress(Unavailable):
            self._db.write(None, lambda tx: keys.note_seen(tx, credential.place.secret_hash, now))

    def holder(self, place: Place) -> Principal:
        """Return whose secret is kept at a place, which is no use of it; raises Unauthenticated, Unavailable."""
        now = self._real.now()
        return self._alive(place, now).holder_at(now, self._lock_after)

    def naming(self, place: Place) -> Naming | None:
        """Return which name the screen of a key shows until when; raises Unauthenticated, Unavailable."""
        now = self._real.now()
        naming = self._alive(place, now).naming
        return naming if naming is not None and now < naming.until else None

    def look(self, read: Read) -> None:
        """Compare the number of the installation; read everybody anew when it has moved."""
        as_of = presence.auth_seq(read)
        with self._lock:
            now = time.monotonic()
            if as_of != self._as_of or now - self._known_at >= AGAIN_S:
                # a number that went back is of an older snapshot than the last, or of another database
                self._known = presence.known_again(read, self._known, self._need_second) if as_of >= self._as_of else {}
                self._known_at = now
            self._as_of, self._looked = as_of, now

    def change(self, centre: int | None, fn: Callable[[Transaction], T]) -> T:
        """Change who is there as `Database.write` does; this process knows it before the answer."""
        answer = self._db.write(centre, fn)
        try:
            self._db.read(self.look)
        except Unavailable:
            self._looked = NEVER
        return answer

    def _alive(self, place: Place, now: datetime) -> Known:
        known = self._known.get(place) if time.monotonic() - self._looked < FRESH_S else None
        if known is None or not known.alive(now):  # another process may have noted the use of an idle session
            known = self._ask(place)
        if known is None or not known.alive(now):
            raise Unauthenticated("Please sign in again." if place.staff else "This key is not known here.")
        return known

    def _ask(self, place: Place) -> Known | None:
        known = self._db.look(lambda read: presence.known_at(read, place, self._need_second))
        if known is not None:
            self._keep(place, known)
        return known

    def _keep(self, place: Place, known: Known) -> None:
        """Keep what is of the same number as all the rest: what changed meanwhile is seen by the next look."""
        with self._lock:
            if known.as_of != self._as_of:
                return
            self._known.pop(place, None)
            if len(self._known) >= MOST:
                del self._known[next(iter(self._known))]
            self._known[place] = known
