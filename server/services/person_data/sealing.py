"""Personal data under a key of its own: each day has an identity of age, which the secret of the installation opens."""

import base64
from collections.abc import Sequence
from datetime import date

import orjson
from pydantic import TypeAdapter

from server.domain.derived import DerivedKey, DerivedKeys, Purpose
from server.domain.errors import SealedUnderLost
from server.domain.person_data import PersonData, phone_hashes
from server.services.backups.apart import opened_apart
from server.services.backups.sealing import (
    Key,
    identities,
    identity_under,
    opened_bytes,
    recipient,
    sealed_bytes,
)
from server.storage.sql import person_data as rows
from server.storage.sql.person_data import Sealed, SealedDay
from server.storage.transaction import Read

DATA = TypeAdapter(PersonData)


def new_day(centre_id: int, day: date, keys: DerivedKeys) -> SealedDay:
    """Return a new identity for the data of a day; it takes about a second, so that nobody tries many."""
    key = keys.key(Purpose.PERSONS)
    known, identity = identity_under(_phrase(centre_id, day, key))
    return SealedDay(day, known, f"{key.number}:{_text(identity)}")


def seal(day: SealedDay, data: PersonData, keys: DerivedKeys) -> Sealed:
    """Return what is known by a token or a booking, sealed for its day."""
    content = _text(sealed_bytes(orjson.dumps(data), [recipient(day.recipient)]))
    phone = None if data.phone is None else phone_hashes(data.phone, keys)[0]
    return Sealed(day.day, data.subject, phone, data.reference_hash or data.claim_hash, content)


def opened(read: Read, centre_id: int, sealed: Sequence[Sealed], keys: DerivedKeys) -> list[PersonData]:
    """Return what was sealed; raises SealedUnderLost where the secret of then is not at hand."""
    identities = {day: _identity(read, centre_id, day, keys) for day in {each.day for each in sealed}}
    contents = (opened_bytes(base64.b64decode(each.content), identities[each.day]) for each in sealed)
    return [DATA.validate_json(content) for content in contents]


def _identity(read: Read, centre_id: int, day: date, keys: DerivedKeys) -> list[Key]:
    there = rows.sealed_day(read, centre_id, day)
    if there is None:
        raise SealedUnderLost(f"What was sealed of {day} has ended.", day=day.isoformat())
    number, _, identity = there.identity.partition(":")
    if int(number) not in keys.numbers:
        words = f"What was sealed of {day} needs the secret that was in force under number {number}."
        raise SealedUnderLost(words, day=day.isoformat())
    key = keys.numbered(Purpose.PERSONS, int(number))
    return identities(opened_apart(base64.b64decode(identity), _phrase(centre_id, day, key)).decode())


def _phrase(centre_id: int, day: date, key: DerivedKey) -> str:
    return key.mac(f"{centre_id}:{day.isoformat()}")


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
