"""An HTTP client that costs little: keep-alive connections, each with one request under way."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from bench.timing import Rate, rate_of

END = b"\r\n\r\n"
LENGTH = b"content-length:"
Command = tuple[str, dict[str, Any]]  # a body of JSON, as whoever asks composes it
"""A path under /api/v1/ and a body."""


@dataclass(frozen=True, slots=True)
class Where:
    """A server, and the key to come with."""

    host: str
    port: int
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `etag` is empty when there was none."""

    status: int
    body: bytes
    etag: str = ""

    def json(self) -> Any:
        """Return the body as what it says."""
        return json.loads(self.body)


class Connection:
    """One keep-alive connection with a bearer key."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, path: str, body: dict[str, Any]) -> Answer:
        """Send a command under a key of its own."""
        return await self.send(self.command(path, body))

    async def get(self, path: str, **headers: str) -> Answer:
        """Read."""
        return await self.send(self.reading(path, **headers))

    def command(self, path: str, body: dict[str, Any]) -> bytes:
        """Return a command as it is sent, under a key of its own."""
        content = json.dumps(body).encode()
        return self._head("POST", f"/api/v1/{path}", {"Idempotency-Key": secrets.token_hex(8)}, content)

    def reading(self, path: str, **headers: str) -> bytes:
        """Return a GET as it is sent; a header `if_none_match` is `If-None-Match`."""
        return self._head("GET", f"/api/v1/{path}", {name.replace("_", "-"): headers[name] for name in headers})

    def _head(self, method: str, path: str, headers: dict[str, str], content: bytes = b"") -> bytes:
        fields = {
            "Host": f"{self._where.host}:{self._where.port}",
            "Authorization": f"Bearer {self._where.key}",
            **({"Content-Type": "application/json", "Content-Length": str(len(content))} if content else {}),
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + content

    async def send(self, request: bytes) -> Answer:
        """Send a request and wait for its answer; again, if the server has just closed a connection that was idle."""
        was_open = self._reader is not None
        try:
            return await self._send(request)
        except (ConnectionError, asyncio.IncompleteReadError):
            if not was_open:
                raise
            self.close()
            return await self._send(request)

    async def _send(self, request: bytes) -> Answer:
        if self._reader is not None and self._reader.at_eof():  # the server closes what was idle for two seconds
            self.close()
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._where.host, self._where.port)
        self._writer.write(request)
        head = await self._reader.readuntil(END)
        status = int(head.split(b" ", 2)[1])
        low = head.lower()
        body = b"" if status == 304 else await self._reader.readexactly(int(_header(low, LENGTH) or 0))
        if b"connection: close" in low:
            self.close()
        return Answer(status, body, _header(head, b"ETag:"))

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def _header(head: bytes, name: bytes) -> str:
    """Return a header's value, nothing when it is not there."""
    begin = head.find(b"\r\n" + name)
    if begin < 0:
        return ""
    return head[begin + 2 + len(name) : head.index(b"\r\n", begin + 2)].strip().decode("latin-1")


def require_success(what: str, answer: Answer) -> Answer:
    """Return the answer; raises RuntimeError for one that is no success."""
    if answer.status not in (200, 201):
        raise RuntimeError(f"{what}: {answer.status} {answer.body[:500]!r}")
    return answer


async def flood(where: Where, commands: Callable[[int], Command], count: int, clients: int) -> Rate:
    """Send `commands(0)` … from so many connections at once; raises RuntimeError on an answer that is no success."""
    return await run(where, lambda link, number: link.command(*commands(number)), count, clients)


async def flood_reads(where: Where, path: str, count: int, clients: int) -> Rate:
    """Read a path so often; raises RuntimeError on an answer that is no success."""
    return await run(where, lambda link, _: link.reading(path), count, clients)


async def run(where: Where, request: Callable[[Connection, int], bytes], count: int, clients: int) -> Rate:
    """Send so many requests from so many connections; raises RuntimeError on an answer that is no success."""
    turns = iter(range(count))
    each: list[float] = []

    async def work(link: Connection) -> None:
        for number in turns:
            sent = request(link, number)
            begin = perf_counter()
            answer = await link.send(sent)
            each.append(perf_counter() - begin)
            require_success(sent.split(b"\r\n", 1)[0].decode(), answer)
        link.close()

    begin = perf_counter()
    await asyncio.gather(*(work(Connection(where)) for _ in range(clients)))
    return rate_of(each, perf_counter() - begin)
