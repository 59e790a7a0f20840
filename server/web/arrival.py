"""A request on its way: what has come of it, and whether that is all of it (RFC 9112, sections 2.2, 6 and 7.1)."""

import re
from dataclasses import dataclass, field

from server.web.json import MAX_BODY, body_max

HEAD_MAX = 32 * 1024
"""So long a head may be: as long as nginx takes them."""
FRAMED = 2
"""So often the limit is waited for of a body in chunks: its own bytes, and as many for the sizes between them."""
ENDS, LINE = b"\r\n\r\n", b"\r\n"
LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,18})[ \t]*\r$")
CHUNKED = re.compile(rb"(?im)^transfer-encoding:.*\bchunked\b")
CONTINUE = re.compile(rb"(?im)^expect:[ \t]*100-continue")


@dataclass(slots=True)
class Arrival:
    """A request of somebody at `at` (None: a proxy, who speaks for many) that is under way since `since`.

    It is whole when whoever reads it meets its end in what has come. A body above the limit is not waited for.
    """

    at: str | None
    since: float
    data: bytearray = field(default_factory=bytearray)
    _looked: int = 0
    _body: int = 0
    _most: int = MAX_BODY
    _needs: int | None = None

    def take(self, piece: bytes) -> bool:
        """Take what has come; returns whether the request is whole. Raises TooLong, NoRequest."""
        self.data += piece
        if not self._body and not self._has_head():
            return False
        if self._needs is not None:
            return len(self.data) >= self._needs
        return self._has_chunks() or len(self.data) - self._body > FRAMED * self._most

    @property
    def asks_to_go_on(self) -> bool:
        """Whether the sender waits with its body until it hears that it may go on."""
        return bool(self._body) and CONTINUE.search(self.data, 0, self._body) is not None

    def _has_head(self) -> bool:
        if self.data.startswith(LINE):  # a line before the request is no part of it
            del self.data[: len(LINE)]
        end = self.data.find(ENDS, max(0, self._looked - len(ENDS)))
        self._looked = len(self.data)
        if end < 0:
            self._bound()
            return False
        self._body = self._looked = end + len(ENDS)
        self._most = body_max(self._target())
        if CHUNKED.search(self.data, 0, self._body) is None:
            length = LENGTH.search(self.data, 0, self._body)
            size = int(length[1]) if length else 0
            self._needs = self._body + (size if size <= self._most else 0)
        return True

    def _target(self) -> str:
        line = bytes(self.data[: self.data.find(LINE)]).split(b" ", 2)
        return line[1].decode("latin-1") if len(line) > 1 else ""

    def _bound(self) -> None:
        if len(self.data) > HEAD_MAX:
            raise TooLong(in_line=LINE not in self.data)
        if self.data.count(b"\n") != self.data.count(LINE):
            raise NoRequest

    def _has_chunks(self) -> bool:
        """Go on from chunk to chunk; one that is none ends the request, for whoever reads it to say so."""
        while (end := self.data.find(LINE, self._looked)) >= 0:
            try:
                size = int(self.data[self._looked : end].partition(b";")[0], 16)
            except ValueError:
                return True
            if size <= 0:
                return size < 0 or self.data.find(ENDS, end) >= 0
            after = end + len(LINE) + size
            if after + len(LINE) > len(self.data):
                return False
            if not self.data.startswith(LINE, after):
                return True
            self._looked = after + len(LINE)
        return False


class NoRequest(Exception):
    """What comes is no request."""


class TooLong(Exception):
    """The head does not end; `in_line`: nor does its first line."""

    def __init__(self, *, in_line: bool) -> None:
        super().__init__()
        self.in_line = in_line
