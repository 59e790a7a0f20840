"""What people are told of personal data: of somebody, and of what a centre keeps."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from server.domain.person_data import PersonData, Terms, masked
from server.services.person_data import leaving
from server.services.person_data.asking import Found
from server.storage.database import Database
from server.storage.sql import person_data
from server.storage.sql.trail import labels_of
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class KnownView:
    """What is known of somebody by a token or a booking; neither the hash of a reference nor the secret of a slip.

    `phone` is masked: to be told it is an act of its own.
    """

    subject: str
    where: Literal["floor", "sealed"]
    day: date
    token: str | None
    phone: str | None
    need: str | None
    access: tuple[str, ...]
    reference_ends: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldView:
    """A legal hold that is in force: of a day, or of one `token` of it."""

    id: int
    day: date
    token: str | None
    reason: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class KeptView:
    """For how many days what is known of citizens stays on the floor, and is kept at all; and what is so now.

    `sealed` is of how many tokens and bookings, the first of `since`. `overdue`: something should have left.
    """

    floor_days: int
    sealed_days: int
    sealed: int
    since: date | None
    overdue: bool
    holds: tuple[HoldView, ...]


def known_views(found: Found) -> tuple[KnownView, ...]:
    """Return what was found, as it is shown."""
    return (*(_known(data, "floor") for data in found.on_floor), *(_known(data, "sealed") for data in found.sealed))


def _known(data: PersonData, where: Literal["floor", "sealed"]) -> KnownView:
    phone, notes = None if data.phone is None else masked(data.phone), tuple(note for _, note in data.notes)
    return KnownView(data.subject, where, data.day, data.label, phone, data.need, data.access, data.tail, notes)


def hold_views(read: Read, centre_id: int) -> tuple[HoldView, ...]:
    """Return the holds in force at a centre, by number."""
    holds = person_data.holds(read, centre_id)
    labels = labels_of(read, centre_id, [hold.token_id for hold in holds if hold.token_id is not None])
    return tuple(
        HoldView(hold.id, hold.day, hold.token_id and labels.get(hold.token_id), hold.reason, hold.placed_at)
        for hold in holds
    )


def kept_view(db: Database, centre_id: int, terms: Terms, now: datetime) -> KeptView:
    """Return what a centre keeps of citizens, and for how long."""
    sealed, since = db.read(lambda read: person_data.count_sealed(read, centre_id))
    overdue = leaving.overdue(db, centre_id, terms, now)
    held = db.read(lambda read: hold_views(read, centre_id))
    return KeptView(terms.floor_days, terms.sealed_days, sealed, since, overdue, held)
