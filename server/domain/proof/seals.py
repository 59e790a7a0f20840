"""The seal of a day: where the chain of events stood, signed, short enough for a QR code on paper.

`baari-day:2:KEY:CENTRE:DAY:SEQ:HEAD:MAC`. HEAD is the hash of event SEQ, the last of the day; it stands for all events
before it. MAC is HMAC-SHA-256 (RFC 2104) over what precedes it, cut to 128 bits, with the derived key for seals of
number KEY. In version 1, without KEY, it was made with the secret of the installation itself.
"""

import hmac
from dataclasses import dataclass
from datetime import date

from server.domain.derived import UNDERIVED, DerivedKey, DerivedKeys, Purpose
from server.domain.errors import InvalidInput

NAME, VERSION, UNDERIVED_VERSION = "baari-day", "2", "1"
PARTS = {VERSION: 8, UNDERIVED_VERSION: 7}
MAC_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Seal:
    """The head of a centre's chain at the end of a day."""

    centre: str
    day: date
    seq: int
    head: str

    def text(self, key: DerivedKey) -> str:
        """Return the seal with its signature."""
        signed_by = (NAME, VERSION, str(key.number))
        body = ":".join((*signed_by, self.centre, self.day.isoformat(), str(self.seq), self.head))
        return f"{body}:{_mac(body, key)}"


def read_seal(text: str, keys: DerivedKeys) -> Seal:
    """Return the seal that a text holds; raises InvalidInput for one that is not whole or not signed by these keys."""
    name, version, *parts = [*text.strip().split(":"), ""][:9]
    if name != NAME or len(text.split(":")) != PARTS.get(version):
        raise InvalidInput("This is not the seal of a day report.")
    number = parts.pop(0) if version == VERSION else str(UNDERIVED)
    body, _, mac = text.strip().rpartition(":")
    keys_named = [key for key in keys.readable(Purpose.SEALS) if str(key.number) == number]
    if not any(hmac.compare_digest(mac.encode(), _mac(body, key).encode()) for key in keys_named):
        raise InvalidInput("This seal was not signed by this installation.")
    return Seal(parts[0], date.fromisoformat(parts[1]), int(parts[2]), parts[3])


def _mac(body: str, key: DerivedKey) -> str:
    return key.mac(body)[:MAC_DIGITS]
