"""What a screen may send by its socket: it says whose it is, it watches a centre, and it lives. All else ends it.

Engine.IO protocol 4 and Socket.IO protocol 5, of which a client of ours needs these few packets only.
"""

import re
import time
from collections.abc import Callable

import orjson

FRAME_MAX = 16 * 1024
"""So many bytes a message may have, of however many frames."""
POST_MAX = 16
"""So many packets a screen that polls may send at once."""
BETWEEN = "\x1e"
AT_ONCE, A_SECOND = 30, 2.0
"""So many packets at once, and after these so many a second: a screen sends one when it starts, and one in 25 s."""
OURS = re.compile(
    r'(?:0(?:/live,?)?(?P<auth>\{.*\})?|1(?:/live,?)?|2/live,[0-9]{0,9}(?P<event>\["watch",.*\]))', re.DOTALL
)
ALIVE = frozenset({"1", "3"})
"""It closes its socket, and it answers a ping."""
MESSAGE, LEAVES = "4", "41"
"""How a message begins, and one by which a screen leaves without closing its socket."""
DEEP = 8


def is_ours(packet: object) -> bool:
    """Return whether a packet is one that a screen sends."""
    if not isinstance(packet, str) or len(packet) > FRAME_MAX:
        return False
    if not packet.startswith(MESSAGE):
        return packet in ALIVE
    match = OURS.fullmatch(packet, 1)
    return match is not None and _is_flat_json(match["auth"] or match["event"] or "{}")


def are_ours(body: bytes) -> bool:
    """Return whether all packets are that a screen sends by one request."""
    try:
        packets = body.decode().split(BETWEEN)
    except UnicodeDecodeError:
        return False
    return len(packets) <= POST_MAX and all(map(is_ours, packets))


def leaves(body: bytes) -> bool:
    """Return whether a screen leaves by one of these packets."""
    return any(packet.startswith(LEAVES) for packet in body.decode().split(BETWEEN))


def _is_flat_json(text: str) -> bool:
    if max(text.count("["), text.count("{")) > DEEP:
        return False
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


class Pace:
    """Lets AT_ONCE packets through, and A_SECOND more each second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left, self._at = float(AT_ONCE), clock()

    def allows(self) -> bool:
        """Take one; returns whether there was one."""
        now = self._clock()
        self._left = min(AT_ONCE, self._left + (now - self._at) * A_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
