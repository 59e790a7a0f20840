"""The secret of the installation: which one it is, and the numbers under which keys are derived from it."""

from datetime import datetime

from server.domain.actors import CLI, By
from server.domain.derived import UNDERIVED, DerivedKeys, fingerprint_of
from server.domain.errors import InvalidInput
from server.domain.events.installation import SecretBegun, SecretEnded, commitment
from server.storage.installation import InstallationLog
from server.storage.sql import derived, people, presence
from server.storage.sql.derived import KeyNumber
from server.storage.transaction import Read, Transaction


class WrongSecret(Exception):
    """The secret at hand is not that of the database; the message says what to do."""


def name_of(secret: bytes) -> str:
    """Return by which letters a secret is told from others, which give nothing of it away."""
    return fingerprint_of(secret)[:8]


def numbers_of(read: Read) -> list[KeyNumber]:
    """Return the numbers under which keys are derived, ascending."""
    return derived.key_numbers(read)


def is_needed(read: Read) -> bool:
    """Whether the database was made with a secret that must be at hand: another one could not read it."""
    return bool(derived.key_numbers(read)) or derived.has_old_references(read)


def require_ours(read: Read, secret: bytes) -> None:
    """Raise WrongSecret unless the database was made with this secret, or with none yet."""
    numbers = derived.key_numbers(read)
    if numbers and numbers[-1].fingerprint != fingerprint_of(secret):
        raise WrongSecret(ANOTHER)


def claim(tx: Transaction, secret: bytes, at: datetime, by: By = CLI) -> None:
    """Note the fingerprint of the secret in a database that has none; raises WrongSecret when it has another.

    In a database of before keys were derived the secret itself stays readable, under number 0.
    """
    require_ours(tx.conn, secret)
    if derived.key_numbers(tx.conn):
        return
    fingerprint = fingerprint_of(secret)
    for number in (UNDERIVED, 1) if derived.was_used(tx.conn) else (1,):
        _begin(tx, KeyNumber(number, fingerprint, at, None), by)


def keys_of(numbers: list[KeyNumber], secret: bytes) -> DerivedKeys:
    """Return the keys of a secret under the numbers of the database that are its own; raises WrongSecret."""
    if not numbers:
        return DerivedKeys(secret, (UNDERIVED, 1))
    ours = [each for each in numbers if each.fingerprint == fingerprint_of(secret)]
    if numbers[-1] not in ours:
        raise WrongSecret(ANOTHER)
    ended = frozenset(each.number for each in ours if each.ended_at is not None)
    return DerivedKeys(secret, tuple(each.number for each in ours), ended)


def rotate(tx: Transaction, secret: bytes, at: datetime, by: By = CLI) -> int:
    """Begin the next number, under which everything new is signed, and return it; raises WrongSecret."""
    claim(tx, secret, at, by)
    number = derived.key_numbers(tx.conn)[-1].number + 1
    _begin(tx, KeyNumber(number, fingerprint_of(secret), at, None), by)
    return number


def end(tx: Transaction, number: int, at: datetime, by: By = CLI) -> int:
    """Refuse the slips and cookies of a number from now on; returns how many sessions have ended with it.

    The numbers leased under it are voided in each centre (`server.services.numbers.leases`). Raises InvalidInput for
    the number in force and for one that is not there.
    """
    until = superseded_at(tx.conn, number)
    log = InstallationLog(tx, at)
    derived.end_number(tx.conn, number, at)
    log.record(SecretEnded(number), by)
    return _end_sessions(tx, until)


def superseded_at(read: Read, number: int) -> datetime:
    """Return when the number after another one began; raises InvalidInput for the one in force, and an unknown one."""
    numbers = derived.key_numbers(read)
    following = next((each for each in numbers if each.number > number), None)
    if number not in {each.number for each in numbers}:
        known = ", ".join(str(each.number) for each in numbers) or "none"
        raise InvalidInput(f"There is no key {number}. There are: {known}.")
    if following is None:
        raise InvalidInput(f"Key {number} is in force. Run “baari secret rotate” first.")
    return following.begun_at


def require_other(read: Read, secret: bytes) -> None:
    """Raise InvalidInput for the secret that the database has already."""
    numbers = derived.key_numbers(read)
    if numbers and numbers[-1].fingerprint == fingerprint_of(secret):
        raise InvalidInput("This is the secret of this database already.")


def accept(tx: Transaction, secret: bytes, at: datetime, by: By = CLI) -> int:
    """Go on with another secret because the one of before is lost, and return the number it begins with.

    What that one hid or signed can be read no more: bookings are imported again, and who is signed in signs in again.
    """
    require_other(tx.conn, secret)
    numbers = derived.key_numbers(tx.conn)
    number = numbers[-1].number + 1 if numbers else 1
    _begin(tx, KeyNumber(number, fingerprint_of(secret), at, None), by)
    _end_sessions(tx, at)
    return number


def _begin(tx: Transaction, new: KeyNumber, by: By) -> None:
    """Write a new number, with its event."""
    log = InstallationLog(tx, new.begun_at)
    derived.add_number(tx.conn, new)
    log.record(SecretBegun(new.number, commitment(new.fingerprint)), by)


def _end_sessions(tx: Transaction, until: datetime) -> int:
    presence.hold_people(tx.conn)
    presence.move_auth(tx.conn)
    return people.end_sessions_before(tx.conn, until)


ANOTHER = (
    "This database was made with another secret. Set BAARI_SECRET_KEY to that one, or put its file “secret_key” back "
    "into the data folder; servers that share a database share the secret. Is it lost for good? Run “baari secret "
    "accept”, then import the bookings again."
)
