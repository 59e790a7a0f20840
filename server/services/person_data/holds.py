"""A legal hold: of a day, or of one token, nothing is sealed, ended or erased until it is lifted."""

from datetime import date, datetime

from server.domain.actors import By
from server.domain.errors import InvalidInput, UnknownHold, UnknownToken
from server.domain.events.installation import PersonDataHeld, PersonDataReleased
from server.domain.ids import ID_MAX
from server.domain.plan.series import read_label
from server.storage.installation import InstallationLog
from server.storage.sql import person_data, tokens
from server.storage.sql.person_data import Hold
from server.storage.transaction import Read, Transaction


def holds(read: Read, centre_id: int) -> list[Hold]:
    """Return the holds in force at a centre."""
    return person_data.holds(read, centre_id)


def place(tx: Transaction, day: date, label: str | None, reason: str, real: datetime, by: By) -> int:
    """Hold a day, or the token of a label; returns the number of the hold. Raises UnknownToken, InvalidInput."""
    if not reason.strip():
        raise InvalidInput("A hold needs a reason: who asks for it, and why.")
    token_id = None if label is None else token_of(tx.conn, tx.centre.id, day, label)
    number = person_data.place_hold(tx.conn, tx.centre.id, day, token_id, reason, real)
    event = PersonDataHeld(tx.centre.id, number, day.isoformat(), token_id, reason)
    InstallationLog(tx, real).record(event, by)
    return number


def lift(tx: Transaction, number: int, real: datetime, by: By) -> None:
    """Lift a hold; raises UnknownHold where none of that number is in force."""
    if number > ID_MAX or not person_data.lift_hold(tx.conn, tx.centre.id, number, real):
        raise UnknownHold(f"No hold {number} is in force here.")
    InstallationLog(tx, real).record(PersonDataReleased(tx.centre.id, number), by)


def token_of(read: Read, centre_id: int, day: date, label: str) -> str:
    """Return the id of the token with a label on a day; raises UnknownToken."""
    known = read_label(label.strip().upper())
    if known is None:
        raise UnknownToken(f"{label} is no label like N150.")
    return tokens.token_by_number(read, centre_id, day, *known).id
