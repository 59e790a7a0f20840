"""A tamper script of sqlmap: each request is a command of its own, and no repetition of the one before."""

import secrets
from typing import Any

PAYLOAD = str | None
__priority__ = 0


def dependencies() -> None:
    """Ask for nothing; sqlmap calls it."""


def tamper(payload: PAYLOAD, **kwargs: Any) -> PAYLOAD:  # Any: what sqlmap hands in
    """Return the payload as it is, and give the request an Idempotency-Key of its own."""
    kwargs["headers"]["Idempotency-Key"] = secrets.token_hex(8)
    return payload
