"""The seal of a day: where the chain of events stood, signed, short enough for a QR code on paper.

`baari-day:1:CENTRE:DAY:SEQ:HEAD:MAC`. HEAD is the hash of event SEQ, the last of the day; it stands for all events
before it. MAC is HMAC-SHA-256 (RFC 2104) with the secret of the installation over what precedes it, cut to 128 bits.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

from server.domain.errors import InvalidInput

NAME, VERSION = "baari-day", "1"
PARTS = 7
MAC_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Seal:
    """The head of a centre's chain at the end of a day."""

    centre: str
    day: date
    seq: int
    head: str

    def text(self, secret: bytes) -> str:
        """Return the seal with its signature."""
        body = ":".join((NAME, VERSION, self.centre, self.day.isoformat(), str(self.seq), self.head))
        return f"{body}:{_mac(body, secret)}"


def read_seal(text: str, secret: bytes) -> Seal:
    """Return the seal that a text holds; raises InvalidInput for one that is not whole or not signed with `secret`."""
    parts = text.strip().split(":")
    if len(parts) != PARTS or parts[:2] != [NAME, VERSION]:
        raise InvalidInput("This is not the seal of a day report.")
    body, _, mac = text.strip().rpartition(":")
    if not hmac.compare_digest(mac, _mac(body, secret)):
        raise InvalidInput("This seal was not signed by this installation.")
    return Seal(parts[2], date.fromisoformat(parts[3]), int(parts[4]), parts[5])


def _mac(body: str, secret: bytes) -> str:
    return hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()[:MAC_DIGITS]
