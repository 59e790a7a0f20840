"""By what a restore knows again what was erased since its backup: a keyed hash of a token or a booking."""

from server.domain.derived import DerivedKey, DerivedKeys, Purpose
from server.storage.sql.person_data import Subject

BEGIN = "baari-erasure:1:"


def mark(centre_id: int, subject: Subject, keys: DerivedKeys) -> str:
    """Return the mark of what is erased now."""
    return _under(keys.key(Purpose.PERSONS), centre_id, subject)


def marks(centre_id: int, subject: Subject, keys: DerivedKeys) -> set[str]:
    """Return every mark that an erasure may have left."""
    return {_under(key, centre_id, subject) for key in keys.readable(Purpose.PERSONS)}


def _under(key: DerivedKey, centre_id: int, subject: Subject) -> str:
    return f"{BEGIN}{key.number}:{key.mac(f'erased:{centre_id}:{subject.name}')}"
