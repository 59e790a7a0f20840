"""What is known of citizens beside the chain: when it leaves the floor, when it ends, and what becomes of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain.derived import DerivedKeys, Purpose

FORGOTTEN = "forgotten:"
"""What the secret of a slip begins with that opens nothing any more."""
DIGITS = 10
"""By so many of its last digits a phone number is looked for, with its country or without."""
HIDDEN = "••••••"


@dataclass(frozen=True, slots=True)
class Terms:
    """For how many days what is known of a citizen stays on the floor once they have gone, and is kept at all."""

    floor_days: int
    sealed_days: int

    def leaves_until(self, now: datetime) -> datetime:
        """Return until when somebody must have gone whose data leaves the floor now."""
        return now - timedelta(days=self.floor_days)

    def ends_before(self, today: date) -> date:
        """Return before which day nothing is kept any more."""
        return today - timedelta(days=self.sealed_days)


@dataclass(frozen=True, slots=True)
class PersonData:
    """What is known of a citizen by one token or booking; `notes` are of the numbers of events, as staff wrote them."""

    subject: str
    day: date
    label: str | None = None
    phone: str | None = None
    reference_hash: str | None = None
    claim_hash: str | None = None
    return_of: str | None = None
    need: str | None = None
    access: tuple[str, ...] = ()
    secret: str | None = None
    tail: str | None = None
    notes: tuple[tuple[int, str], ...] = ()


def forgotten_secret(subject: str) -> str:
    """Return what stands where the secret of a slip, or the hash of a reference, stood."""
    return f"{FORGOTTEN}{subject}"


def phone_hashes(phone: str, keys: DerivedKeys) -> list[str]:
    """Return the keyed hashes under which a phone number may be found, the one in force first."""
    digits = "".join(each for each in phone if each.isdecimal())[-DIGITS:]
    return [key.mac(f"phone:{digits}") for key in keys.readable(Purpose.PERSONS)]


def masked(phone: str) -> str:
    """Return a phone number as screens show it: by its last digits its owner knows it, and nobody else calls it."""
    return HIDDEN + phone[-4 if len(phone) >= DIGITS else -2 :]
