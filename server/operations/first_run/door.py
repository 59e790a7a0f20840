"""Who comes in: the code that an empty server prints, and what the browser of whoever knew it keeps."""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Request

LETTERS, LENGTH, PART = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 12, 4
COOKIE = "baari_first_run"
WRONG_MOST, PAUSE_S = 5, 60.0
"""After so many wrong codes none is looked at for so long."""


def new_code() -> str:
    """Return a code that is easily read and typed: three parts of four letters and digits."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[at : at + PART] for at in range(0, LENGTH, PART))


@dataclass(slots=True)
class Door:
    """Lets in whoever knows the code; who guesses waits. `key` is what their browser keeps then."""

    code: str
    clock: Callable[[], float] = time.monotonic
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _wrong: int = 0
    _closed_until: float = 0.0

    def is_closed(self) -> bool:
        """Whether no code is looked at now."""
        return self.clock() < self._closed_until

    def opens_by(self, code: str) -> bool:
        """Whether a code is the right one, however it is written."""
        if self.is_closed():
            return False
        if hmac.compare_digest(_plain(code), _plain(self.code)):
            self._wrong = 0
            return True
        self._wrong += 1
        if self._wrong >= WRONG_MOST:
            self._wrong, self._closed_until = 0, self.clock() + PAUSE_S
        return False

    def knows(self, asked: Request) -> bool:
        """Whether a request comes from a browser that was let in."""
        return hmac.compare_digest(asked.cookies.get(COOKIE, "").encode(), self.key.encode())


def _plain(code: str) -> bytes:
    return "".join(letter for letter in code.upper() if letter.isalnum()).encode()
