"""Whom something concerns that happened in a span of days: by which tokens and bookings something is known of whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from server.domain.derived import DerivedKeys
from server.domain.events.installation import Act
from server.domain.person_data import PersonData, masked
from server.domain.trail import Wanted
from server.services.person_data.sealing import opened
from server.storage.sql import person_data
from server.storage.sql.person_data import Sealed
from server.storage.sql.trail import labels_of
from server.storage.transaction import Read

SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class Affected:
    """What is known by a token or a booking, by words, and how often which act was done with it in the span.

    `phone` is masked, or told, or “sealed” where it was not opened.
    """

    subject: str
    token: str | None
    day: date | None
    where: str
    known: str
    phone: str | None
    shown: int
    revealed: int
    corrected: int
    erased: int


def affected(
    read: Read, centre_id: int, first: date, last: date, span: Wanted, keys: DerivedKeys | None
) -> Iterator[Affected]:
    """Yield whom it concerns: who was there on the days, and whose data somebody looked at or changed in the span.

    With `keys` phone numbers are told, and what is sealed is opened.
    """
    acts = person_data.acts_between(read, centre_id, span.begin, span.end)
    named = {subject for subject, _ in acts}
    floor = person_data.known_between(read, centre_id, first, last, named)
    sealed = person_data.sealed_between(read, centre_id, first, last, named)
    labels = labels_of(read, centre_id, {*named, *(each.subject for each in sealed)})
    seen = set[str]()
    for data in floor:
        if what := _words(data):
            seen.add(data.subject)
            yield _row(data.subject, data.label, data.day, "floor", what, _told(data, keys), acts)
    contents = {} if keys is None else {data.subject: data for data in opened(read, centre_id, sealed, keys)}
    for each in sealed:
        seen.add(each.subject)
        content = contents.get(each.subject)
        what, phone = _of_sealed(each) if content is None else (_words(content), content.phone)
        yield _row(each.subject, labels.get(each.subject), each.day, SEALED, what, phone, acts)
    for subject in sorted(named - seen):
        yield _row(subject, labels.get(subject), None, "gone", "", None, acts)


def _row(
    subject: str,
    label: str | None,
    day: date | None,
    where: str,
    known: str,
    phone: str | None,
    acts: Mapping[tuple[str, Act], int],
) -> Affected:
    counts = (acts.get((subject, act), 0) for act in person_data.ACTS)
    return Affected(subject, label, day, where, known, phone, *counts)


def _words(data: PersonData) -> str:
    """Return what is known, by words; nothing where that is the secret of the slip alone."""
    there = {
        "phone": data.phone,
        "reference": data.reference_hash or data.claim_hash,
        "need": data.need,
        "access": data.access,
        "notes": data.notes,
    }
    return " ".join(word for word, value in there.items() if value)


def _of_sealed(sealed: Sealed) -> tuple[str, str | None]:
    """Return what is known, and the phone number, as far as that is told without opening it."""
    there = {"phone": sealed.phone_hash, "reference": sealed.reference_hash}
    words = " ".join([*(word for word, value in there.items() if value), SEALED])
    return words, sealed.phone_hash and SEALED


def _told(data: PersonData, keys: DerivedKeys | None) -> str | None:
    return data.phone if keys is not None or data.phone is None else masked(data.phone)
