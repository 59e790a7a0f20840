"""Passwords as argon2id hashes; hashing is slow by intent, so it is done outside of any transaction."""

import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import argon2

from server.domain.credentials import normal_password, require_strong
from server.domain.errors import Unavailable

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 passes, 1 lane
PASSWORDS = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = PASSWORDS.hash(secrets.token_hex(16))
"""The hash of a password that nobody knows."""
COMMON = Path(__file__).with_name("common_passwords.txt")
"""Words and passwords that are guessed first, folded, a line each; drawn from the list of zxcvbn, with its licence."""
AT_ONCE = 1
PATIENCE_S = 10.0
LESS_URGENT = 10
T = TypeVar("T")


def _step_back() -> None:
    """Let the other threads go first: on Linux each has a niceness of its own (sched(7)).

    Not the last of all (19): on a machine that is never idle whoever signs in would wait for ever.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LESS_URGENT)


class _Hashers:
    """The threads that compute; a process that was forked begins its own, because threads stay behind."""

    def __init__(self) -> None:
        self.begin()
        os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        """Wait for the first password; the threads begin with it."""
        self.pool = ThreadPoolExecutor(AT_ONCE, "hasher", _step_back)


_HASHERS = _Hashers()


@cache
def common() -> frozenset[str]:
    """Return the passwords that nobody may choose."""
    return frozenset(COMMON.read_text("utf-8").splitlines())


def chosen(password: str, user: str) -> str:
    """Return the hash of the password that a person (a normal name) chose; raises WeakPassword, Unavailable."""
    require_strong(normal_password(password), user, common())
    return hashed(password)


def hashed(password: str) -> str:
    """Return the hash by which a password is kept; raises Unavailable as `fits` does."""
    return _in_turn(PASSWORDS.hash, normal_password(password))


def fits(password_hash: str | None, password: str) -> bool:
    """Return whether a password is that of a hash; None, for a person who is not known, takes as long.

    One is computed at a time, by a thread that gives way to others, so that the calls of a floor keep the processors
    while a shift signs in. Raises Unavailable for one that has waited PATIENCE_S seconds.
    """
    normal = normal_password(password)
    fits_one = _matches(password_hash, normal)
    if not fits_one and normal != password:  # kept before passwords had a normal form
        return _matches(password_hash, password)
    return fits_one


def _matches(password_hash: str | None, password: str) -> bool:
    try:
        return _in_turn(PASSWORDS.verify, password_hash or NOBODY, password) and password_hash is not None
    except argon2.exceptions.VerifyMismatchError:
        return False


def _in_turn(fn: Callable[..., T], *values: str) -> T:
    turn = _HASHERS.pool.submit(fn, *values)
    try:
        return turn.result(PATIENCE_S)
    except TimeoutError:
        turn.cancel()
        raise Unavailable("Too many people are signing in at once. Please try again.") from None
