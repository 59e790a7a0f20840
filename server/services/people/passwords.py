"""Passwords as argon2id hashes; hashing is slow by intent, so it is done outside of any transaction."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

import argon2

from server.domain.errors import Unavailable

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 passes, 1 lane
PASSWORDS = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = PASSWORDS.hash(secrets.token_hex(16))
"""The hash of a password that nobody knows."""
AT_ONCE = 2
PATIENCE_S = 10.0
_places = BoundedSemaphore(AT_ONCE)


def hashed(password: str) -> str:
    """Return the hash by which a password is kept; raises Unavailable as `fits` does."""
    with _place():
        return PASSWORDS.hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Return whether a password is that of a hash; None, for a person who is not known, takes as long.

    At most AT_ONCE are computed at once, so that the calls of a floor keep a processor while a shift signs in; others
    wait. Raises Unavailable for one that has waited PATIENCE_S seconds.
    """
    with _place():
        try:
            return PASSWORDS.verify(password_hash or NOBODY, password) and password_hash is not None
        except argon2.exceptions.VerifyMismatchError:
            return False


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=PATIENCE_S):
        raise Unavailable("Too many people are signing in at once. Please try again.")
    try:
        yield
    finally:
        _places.release()
