"""Keys derived from the secret of an installation: one for each purpose, under a number that rises with each rotation.

Nothing is signed with the secret itself. Number 0 is the exception: it stands for the secret as it is, with which all
was signed before keys were derived, so that what was printed and kept then can still be read.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum

FINGERPRINT_DIGITS = 32
UNDERIVED = 0
"""The number of the secret itself, from before keys were derived."""


class Purpose(StrEnum):
    """What a derived key is for."""

    REFERENCES = "references"
    SLIPS = "slips"
    SEALS = "seals"
    CSRF = "csrf"
    LEASES = "leases"
    PROOFS = "proofs"
    PERSONS = "persons"
    SECOND_STEP = "second_step"
    COMMANDS = "commands"
    PINS = "pins"


@dataclass(frozen=True, slots=True)
class DerivedKey:
    """A key of one purpose and its number."""

    number: int
    secret: bytes = field(repr=False)

    def mac(self, text: str) -> str:
        """Return HMAC-SHA-256 of a text, in hexadecimal digits."""
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class DerivedKeys:
    """The derived keys of an installation.

    `numbers` are those whose keys this secret gives, ascending; the last is in force. `ended` are those whose slips,
    cookies and leases are refused. References and seals of all of them stay readable.
    """

    secret: bytes = field(repr=False)
    numbers: tuple[int, ...] = (1,)
    ended: frozenset[int] = frozenset()

    @property
    def in_force(self) -> int:
        """The number under which everything new is signed."""
        return self.numbers[-1]

    def key(self, purpose: Purpose) -> DerivedKey:
        """Return the key in force for a purpose."""
        return self.numbered(purpose, self.in_force)

    def numbered(self, purpose: Purpose, number: int) -> DerivedKey:
        """Return the key of a number."""
        if number == UNDERIVED:
            return DerivedKey(number, self.secret)
        derived = hmac.new(self.secret, f"baari derived key:{purpose.value}:{number}".encode(), hashlib.sha256)
        return DerivedKey(number, derived.digest())

    def readable(self, purpose: Purpose) -> list[DerivedKey]:
        """Return the keys by which something kept or printed may be read, the one in force first."""
        return [self.numbered(purpose, number) for number in reversed(self.numbers)]

    def accepted(self, purpose: Purpose) -> list[DerivedKey]:
        """Return the keys under which something shown is still taken: those that were not ended."""
        return [key for key in self.readable(purpose) if key.number not in self.ended]


def fingerprint_of(secret: bytes) -> str:
    """Return what tells a secret from another one and gives nothing of it away."""
    return hmac.new(secret, b"baari fingerprint", hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]
