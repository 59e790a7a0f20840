"""What a citizen may ask: to see what is known of them, to have it corrected, and to have it erased."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.domain.actors import By
from server.domain.approvals import Asked as Approvable
from server.domain.approvals import Guarded
from server.domain.derived import DerivedKeys
from server.domain.errors import IllegalTransition, InvalidInput, UnderLegalHold, UnknownPhone
from server.domain.events.installation import PersonDataCorrected, PersonDataErased, PersonDataShown, PhoneRevealed
from server.domain.person_data import DIGITS, PersonData, phone_hashes
from server.domain.references import referred
from server.services.person_data.holds import token_of
from server.services.person_data.marks import mark
from server.services.person_data.sealing import opened
from server.storage.installation import InstallationLog
from server.storage.sql import person_data
from server.storage.sql.person_data import BOOKING
from server.storage.sql.tokens import token_by_id
from server.storage.transaction import Read, Transaction

SHORTEST = 7
"""Digits of a phone number by which somebody is looked for."""
BY_WHAT = "Say a phone number, a reference, or a label with its day."


@dataclass(frozen=True, slots=True)
class Asked:
    """By what somebody is looked for: a phone number, a reference, or a label with its day."""

    phone: str | None = None
    reference: str | None = None
    label: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of somebody: on the floor, and sealed."""

    on_floor: tuple[PersonData, ...]
    sealed: tuple[PersonData, ...]

    @property
    def every(self) -> tuple[PersonData, ...]:
        """Both."""
        return (*self.on_floor, *self.sealed)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The tokens and bookings by which something is known, each once."""
        return tuple(dict.fromkeys(data.subject for data in self.every))


def find(read: Read, centre_id: int, asked: Asked, keys: DerivedKeys) -> Found:
    """Return what is known of somebody at a centre; raises InvalidInput, UnknownToken, SealedUnderLost.

    What is sealed takes some seconds to open: it is read before, and not under the lock of the centre.
    """
    ids, hashes = _named(read, centre_id, asked, keys)
    tokens = person_data.known_of_tokens(read, centre_id, ids)
    hashes += [data.reference_hash for data in tokens if data.reference_hash is not None]
    sealed = opened(read, centre_id, _sealed(read, centre_id, ids, hashes), keys)
    bookings = [
        *person_data.bookings_of_tokens(read, centre_id, ids),
        *person_data.bookings_under(read, centre_id, hashes),
    ]
    return Found((*tokens, *{data.subject: data for data in bookings}.values()), tuple(sealed))


def phone_of(read: Read, centre_id: int, token_id: str, keys: DerivedKeys) -> str:
    """Return the phone number of a token; raises UnknownToken, UnknownPhone, SealedUnderLost."""
    token_by_id(read, centre_id, token_id)
    known = person_data.known_of_tokens(read, centre_id, [token_id])
    known += opened(read, centre_id, person_data.sealed_of(read, centre_id, [token_id]), keys)
    phones = [data.phone for data in known if data.phone is not None]
    if not phones:
        raise UnknownPhone("No phone number is known by this token.")
    return phones[0]


def erasure_of(found: Found) -> Approvable:
    """Return what a second person approves: labels and days, and a digest of exactly these tokens and bookings."""
    return _approvable(Guarded.ERASURE, found)


def copy_of(found: Found) -> Approvable:
    """Return what a second person approves before what is known is shown, as `erasure_of` does."""
    return _approvable(Guarded.EXPORT, found)


def _approvable(act: Guarded, found: Found) -> Approvable:
    names = sorted({f"{data.label or 'booking'} {data.day}" for data in found.every})
    digest = hashlib.sha256("\n".join(sorted(found.subjects)).encode()).hexdigest()
    return Approvable(act, ", ".join(names), digest)


def show(tx: Transaction, found: Found, reason: str, real: datetime, by: By) -> None:
    """Take down that what is known of somebody was shown."""
    _require_reason(reason)
    InstallationLog(tx, real).record(PersonDataShown(tx.centre.id, found.subjects, reason), by)


def reveal(tx: Transaction, token_id: str, reason: str | None, real: datetime, by: By) -> None:
    """Take down that somebody was told the phone number of a token."""
    InstallationLog(tx, real).record(PhoneRevealed(tx.centre.id, token_id, reason), by)


def correct(tx: Transaction, found: Found, phone: str | None, reason: str, real: datetime, by: By) -> int:
    """Change the phone number of somebody's tokens that are on the floor still; returns of how many."""
    _require_reason(reason)
    if phone is not None and not SHORTEST <= len(_digits(phone)) <= 15:
        raise InvalidInput("A phone number has 7 to 15 digits.")
    here = person_data.known_of_tokens(tx.conn, tx.centre.id, [data.subject for data in found.on_floor])
    tokens = [data.subject for data in here]
    for token in tokens:
        person_data.change_phone(tx.conn, tx.centre.id, token, phone)
    InstallationLog(tx, real).record(PersonDataCorrected(tx.centre.id, tuple(tokens), reason), by)
    return len(tokens)


def erase(tx: Transaction, found: Found, keys: DerivedKeys, reason: str, real: datetime, by: By) -> int:
    """Erase what is known of somebody, on the floor and sealed; returns by how many tokens and bookings.

    Raises UnderLegalHold, IllegalTransition while one of the tokens has not ended.
    """
    _require_reason(reason)
    _require_not_held(tx.conn, tx.centre.id, found.every)
    tokens = [subject for subject in found.subjects if not subject.startswith(BOOKING)]
    if here := person_data.here_of(tx.conn, tx.centre.id, tokens):
        raise IllegalTransition(f"{', '.join(here)} is still here: erase it once the visit has ended.", here=here)
    erase_subjects(tx, found.subjects)
    marks = {mark(tx.centre.id, person_data.subject_of(data), keys) for data in found.every}
    event = PersonDataErased(tx.centre.id, found.subjects, tuple(sorted(marks)), again=False, reason=reason)
    InstallationLog(tx, real).record(event, by)
    return len(found.subjects)


def erase_subjects(tx: Transaction, subjects: Sequence[str]) -> None:
    """Let nothing stand any more of what is known by some tokens and bookings, on the floor or sealed."""
    centre = tx.centre.id
    bookings = [subject for subject in subjects if subject.startswith(BOOKING)]
    tokens = [subject for subject in subjects if not subject.startswith(BOOKING)]
    person_data.forget_answers(tx.conn, centre, tokens)
    person_data.forget_tokens(tx.conn, centre, tokens, tx.now)
    person_data.forget_bookings(tx.conn, centre, bookings)
    person_data.end_sealed(tx.conn, centre, subjects)


def _named(read: Read, centre_id: int, asked: Asked, keys: DerivedKeys) -> tuple[list[str], list[str]]:
    """Return the tokens that are meant, and the hashes under which more is sealed or booked."""
    if sum(each is not None for each in (asked.phone, asked.reference, asked.label)) != 1:
        raise InvalidInput(BY_WHAT)
    if asked.label is not None and asked.day is not None:
        return [token_of(read, centre_id, asked.day, asked.label)], []
    if asked.phone is not None:
        digits = _digits(asked.phone)[-DIGITS:]
        if len(digits) < SHORTEST:
            raise InvalidInput(f"A phone number has {SHORTEST} digits or more.")
        return person_data.tokens_of_phone(read, centre_id, digits), phone_hashes(asked.phone, keys)
    reference = None if asked.reference is None else referred(asked.reference, keys)
    if reference is None:
        raise InvalidInput(BY_WHAT)
    hashes = list(reference.hashes)
    return person_data.tokens_of_reference(read, centre_id, hashes), hashes


def _sealed(read: Read, centre_id: int, ids: Sequence[str], hashes: Sequence[str]) -> list[person_data.Sealed]:
    by_hash = person_data.sealed_under(read, centre_id, hashes)
    subjects = [*ids, *(each.subject for each in by_hash)]
    of_them = [*by_hash, *person_data.sealed_of(read, centre_id, subjects)]
    booked = [each.reference_hash for each in of_them if each.reference_hash is not None]
    return list(dict.fromkeys([*of_them, *person_data.sealed_under(read, centre_id, booked)]))


def _require_not_held(read: Read, centre_id: int, known: Sequence[PersonData]) -> None:
    held = [
        hold.id
        for hold in person_data.holds(read, centre_id)
        if any(data.day == hold.day and hold.token_id in (None, data.subject) for data in known)
    ]
    if held:
        raise UnderLegalHold(f"Legal hold {', '.join(map(str, held))} keeps it: nothing is erased.", holds=held)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("Say why: it stands on record.")


def _digits(phone: str) -> str:
    return "".join(each for each in phone if each.isdecimal())
