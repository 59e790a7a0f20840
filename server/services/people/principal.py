"""Who is there: the holder of a key, or a person who is signed in."""

import hashlib
from dataclasses import dataclass

from server.domain.errors import Forbidden
from server.domain.permissions import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends a command: `id` is written into events; a key may be bound to a device or a counter.

    `user` is the name of a person who is signed in; `stale` asks to note that their session is in use.
    """

    id: str
    role: Role
    centre_id: int
    centre: str
    device: str | None = None
    counter: str | None = None
    printer: str | None = None
    user: str | None = None
    stale: bool = False

    def require_centre(self, code: str) -> None:
        """Raise Forbidden unless this principal belongs to the centre."""
        if code != self.centre:
            raise Forbidden("This key belongs to another centre.")

    def require_counter(self, counter_id: str) -> None:
        """Raise Forbidden when this principal is bound to another counter."""
        if self.counter not in (None, counter_id):
            raise Forbidden(f"This key is for counter {self.counter}.")


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
