"""The PIN of a shared desk: a session that is locked goes on by it, at the same seat; nobody signs in by it.

Few digits are soon tried: they are hashed under a key of the installation, and five wrong ones end the session.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.actors import By
from server.domain.derived import DerivedKey, DerivedKeys, Purpose
from server.domain.events.installation import PinEnded, PinLockedOut, PinSet, commitment
from server.domain.pins import normal_pin
from server.services.people import accounts, passwords
from server.services.people.seats import STAFF
from server.services.people.second_step import Whose
from server.storage.installation import InstallationLog
from server.storage.sql import pins
from server.storage.sql.pins import Pin
from server.storage.sql.presence import hold_people, move_auth
from server.storage.transaction import Read, Transaction

MISSES = 5
"""So many wrong PINs end a session."""


class Unlocking(StrEnum):
    """What came of a PIN that was given."""

    RIGHT = "right"
    WRONG = "wrong"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A PIN that was chosen: its hash, and the number of the key it is hashed under."""

    kept: str
    key_number: int


def chosen(keys: DerivedKeys, number: int, pin: str) -> Chosen:
    """Return what is kept of the PIN of a person, which is slow by intent; raises Unavailable."""
    key = keys.key(Purpose.PINS)
    return Chosen(passwords.hashed(_keyed(key, number, pin)), key.number)


def pin_of(read: Read, number: int) -> Pin | None:
    """Return what is kept of the PIN of a person, None when they have none."""
    return pins.pin_of(read, number)


def keep(tx: Transaction, whose: Whose, new: Chosen, now: datetime) -> None:
    """Let a person come back by a PIN from now on."""
    log = _log(tx, now)
    pins.keep_pin(tx.conn, Pin(whose.number, new.key_number, new.kept, now))
    log.record(PinSet(whose.number, commitment(new.kept)), _by(whose))


def end(tx: Transaction, whose: Whose, now: datetime) -> None:
    """Let a person have no PIN any more; doing it twice is harmless."""
    log = _log(tx, now)
    if pins.drop_pin(tx.conn, whose.number):
        log.record(PinEnded(whose.number), _by(whose))


def lock(tx: Transaction, whose: Whose, now: datetime) -> bool:
    """Lock a session, whose person keeps their seat; returns False where they have no PIN to come back by."""
    if pins.pin_of(tx.conn, whose.number) is None:
        return False
    move_auth(tx.conn)
    pins.lock(tx.conn, whose.session, now)
    return True


def fits(keys: DerivedKeys, kept: Pin, typed: str) -> bool:
    """Return whether it is the PIN, which is slow by intent; one under a key that has ended fits no more.

    Raises Unavailable.
    """
    key = next((each for each in keys.accepted(Purpose.PINS) if each.number == kept.key_number), None)
    pin = normal_pin(typed)
    if key is None or pin is None:
        return False
    return passwords.fits(kept.pin_hash, _keyed(key, kept.staff_id, pin))


def settle(tx: Transaction, whose: Whose, kept: Pin, right: bool, now: datetime) -> Unlocking:
    """Let a locked session go on, or count a wrong PIN; the fifth ends the session, and its person gets up.

    Of many tries at once those after the fifth wrong one find no session, so that they tell nothing.
    """
    hold_people(tx.conn)
    misses = pins.misses_of(tx.conn, whose.session)
    if misses is None:
        return Unlocking.ENDED
    move_auth(tx.conn)
    if right and pins.pin_of(tx.conn, whose.number) == kept:
        pins.unlock(tx.conn, whose.session, now)
        return Unlocking.RIGHT
    if misses + 1 < MISSES:
        pins.note_misses(tx.conn, whose.session, misses + 1, now)
        return Unlocking.WRONG
    log = _log(tx, now)
    accounts.end_one(tx, whose.session)
    accounts.get_up(tx, whose.number)
    log.record(PinLockedOut(whose.number, commitment(whose.session)), _by(whose))
    return Unlocking.ENDED


def _log(tx: Transaction, now: datetime) -> InstallationLog:
    move_auth(tx.conn)
    return InstallationLog(tx, now)


def _by(whose: Whose) -> By:
    return By(f"{STAFF}{whose.number}")


def _keyed(key: DerivedKey, number: int, pin: str) -> str:
    return key.mac(f"{number}:{pin}")
