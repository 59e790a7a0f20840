"""Identifiers: those that an issuer can mint by itself, token ids and status secrets, and the bound of counted ones."""

import base64
import uuid
from collections.abc import Callable
from datetime import datetime

RandomBytes = Callable[[int], bytes]
ID_MAX = 2**31 - 1
"""The largest number that the database counts rows with."""


def token_id(now: datetime, random_bytes: RandomBytes) -> str:
    """Return a UUID version 7 as text: 48 bits of Unix milliseconds, then 74 random bits (RFC 9562, 5.7)."""
    value = int(now.timestamp() * 1000) << 80 | int.from_bytes(random_bytes(10), "big")
    value = value & ~(0xF000 << 64) | 0x7000 << 64
    value = value & ~(0xC000 << 48) | 0x8000 << 48
    return str(uuid.UUID(int=value))


def status_secret(random_bytes: RandomBytes) -> str:
    """Return the secret of a citizen's own page: 144 random bits, safe in an address."""
    return base64.urlsafe_b64encode(random_bytes(18)).decode()
