"""An HTTP client that costs little: keep-alive connections, each with one command under way."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from bench.timing import Rate, rate_of

END = b"\r\n\r\n"
Command = tuple[str, dict[str, Any]]
"""A path under /api/v1/ and a body."""


@dataclass
class Connection:
    """One keep-alive connection with a bearer key."""

    host: str
    port: int
    key: str
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send a command under a key of its own and return its (status, answer)."""
        return await self.send(self.request(path, body))

    def request(self, path: str, body: dict[str, Any]) -> bytes:
        """Return a command as it is sent, under a key of its own."""
        content = json.dumps(body).encode()
        head = (
            f"POST /api/v1/{path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: Bearer {self.key}\r\n"
            f"Idempotency-Key: {secrets.token_hex(8)}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    async def send(self, request: bytes) -> tuple[int, dict[str, Any]]:
        """Send a request and return the (status, answer)."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        self._writer.write(request)
        head = (await self._reader.readuntil(END)).decode("latin-1")
        length = next(int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:"))
        answer = json.loads(await self._reader.readexactly(length))
        if "connection: close" in head.lower():
            self.close()
        return int(head.split(" ", 2)[1]), answer

    def close(self) -> None:
        """Close the connection; the next command opens another."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def flood(where: tuple[str, int, str], commands: Callable[[int], Command], count: int, clients: int) -> Rate:
    """Send `commands(0)` … from so many connections at once; raises RuntimeError on an answer that is no success.

    `where` is the host, the port and the key.
    """
    turns = iter(range(count))
    each: list[float] = []

    async def work(connection: Connection) -> None:
        for number in turns:
            path, body = commands(number)
            begin = perf_counter()
            status, answer = await connection.post(path, body)
            each.append(perf_counter() - begin)
            if status not in (200, 201):
                raise RuntimeError(f"{path}: {status} {answer}")
        connection.close()

    begin = perf_counter()
    await asyncio.gather(*(work(Connection(*where)) for _ in range(clients)))
    return rate_of(each, perf_counter() - begin)
