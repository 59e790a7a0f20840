"""Who is wrong too often waits: at their address, for the name they try; nobody at another address is held up by it.

Whoever tries a name that was often wrong, from wherever, has their computer prove some work first. Waits and work are
bounded, and the same for names that somebody has and for names that nobody has.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.credentials import normal_name
from server.domain.errors import LockedOut
from server.domain.instants import to_iso
from server.domain.networks import network_of
from server.storage.sql import waits
from server.storage.sql.waits import Wait
from server.storage.transaction import Read, Transaction

FORGOTTEN = timedelta(minutes=15)
"""So long after the last wrong password the next is the first again."""
BUCKET_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """So many wrong ones are free at a place; each further one doubles a wait of one second, up to the `longest`."""

    free: int
    longest: timedelta

    def wait(self, misses: int) -> timedelta:
        """Return how long the next try waits."""
        if misses < self.free:
            return timedelta()
        return min(timedelta(seconds=2 ** min(misses - self.free, 30)), self.longest)


NAME, ADDRESS = Pace(5, timedelta(seconds=60)), Pace(30, timedelta(seconds=10))
"""At an address, for one name and for all: many people sign in from one address where a proxy stands before it."""
ANYWHERE = Pace(5, timedelta())
"""For one name at all addresses: nobody waits, and after the free ones each try brings a proof of work."""
SECOND = Pace(5, FORGOTTEN)
"""For the second step of one person, from wherever: only who has their password comes so far."""


def require_calm(read: Read, user: str, address: str | None, now: datetime, *, second: int | None = None) -> None:
    """Raise LockedOut, which tells `until` when, while no password for a name is looked at from an address.

    `second` is the number of a person whose second step is meant.
    """
    kept = waits.waits_at(read, list(_places(user, address, second)))
    until = max((wait.next_at for wait in kept.values()), default=now)
    if now < until:
        seconds = max(1, round((until - now).total_seconds()))
        message = f"Too many wrong passwords from here. Please try again in {seconds} s."
        raise LockedOut(message, until=to_iso(until))


def wants_proof(read: Read, user: str, now: datetime) -> bool:
    """Return whether a password for a name is looked at with a proof of work only."""
    place = _bucket(user)
    return _misses(waits.waits_at(read, [place]).get(place), now) >= ANYWHERE.free


def note_miss(
    tx: Transaction, user: str, address: str | None, staff_id: int | None, now: datetime, *, second: bool = False
) -> None:
    """Count a wrong password for a name (of nobody, if it has no person) from an address, or a wrong second step."""
    places = _places(user, address, staff_id if second else None)
    kept = waits.waits_at(tx.conn, list(places))
    for place, pace in places.items():
        misses = 1 + _misses(kept.get(place), now)
        whose = None if pace is ADDRESS else staff_id
        waits.keep_wait(tx.conn, Wait(place, whose, misses, now + pace.wait(misses), now))


def note_right(tx: Transaction, user: str, address: str | None, *, second: int | None = None) -> None:
    """Forget the wrong passwords for a name from an address: the right one came."""
    for place, pace in _places(user, address, second).items():
        if pace in (NAME, SECOND):
            waits.forget_place(tx.conn, place)


def forget(tx: Transaction, now: datetime) -> None:
    """Delete what is too old to count."""
    waits.forget_before(tx.conn, now - FORGOTTEN)


def _misses(kept: Wait | None, now: datetime) -> int:
    """Return how many wrong ones still count at a place."""
    return kept.misses if kept is not None and now < kept.missed_at + FORGOTTEN else 0


def _places(user: str, address: str | None, second: int | None) -> dict[str, Pace]:
    """Return the places of a try."""
    at, bucket = network_of(address or ""), _bucket(user)
    own = {} if second is None else {f"second step {second}": SECOND}
    return {at: ADDRESS, f"{at} {bucket}": NAME, bucket: ANYWHERE, **own}


def _bucket(user: str) -> str:
    """Return a few digits of the hash of a name: enough to slow it, too few to tell what it was.

    It may be a password that was typed in the wrong place.
    """
    digits = hashlib.sha256((normal_name(user) or "").encode()).hexdigest()[:BUCKET_DIGITS]
    return f"name {digits}"
