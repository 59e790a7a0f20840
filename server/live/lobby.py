"""The lobby: sockets that are open while nobody has said whose they are, so many of them and for so long."""

from collections import Counter
from collections.abc import Hashable
from threading import Lock

from server.domain.networks import network_of

PATIENCE_S = 5.0
"""So long a socket may stay in the lobby."""
AT_ADDRESS = 100
"""So many of one address are in the lobby at once; the screens of a centre behind one address come back together."""


class Lobby:
    """Holds at most `most` sockets, AT_ADDRESS of them from one address."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._waiting: dict[Hashable, str] = {}
        self._of: Counter[str] = Counter()

    def enter(self, socket: Hashable, address: str) -> bool:
        """Take a place for a socket; returns whether there was one."""
        at = network_of(address)
        with self._lock:
            if len(self._waiting) >= self._most or self._of[at] >= AT_ADDRESS:
                return False
            self._waiting[socket] = at
            self._of[at] += 1
        return True

    def leave(self, socket: Hashable) -> bool:
        """Give the place back: they said who they are, or go; returns whether it was there."""
        with self._lock:
            at = self._waiting.pop(socket, None)
            if at is not None:
                self._of[at] -= 1
                if not self._of[at]:
                    del self._of[at]
        return at is not None
