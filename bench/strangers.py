"""Traffic of strangers without a key, in a process of its own: `python -m bench.strangers KIND PORT`.

Each kind is a number of people who do something to a server again and again, from many addresses of the
loopback, until it is ended.
"""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from bench.screens import PATH as SOCKET
from bench.server import HOST

ADDRESSES, PACE_S, BREATH_S = 50, 1.0, 0.05
SMALL, HUGE = 2048, 150_000_000
BIG_FILE = "/static/vendor/swagger-ui/swagger-ui-bundle.js"
LOGIN = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n"
NONCE = "AAAAAAAAAAAAAAAAAAAAAA=="


class Line(NamedTuple):
    """A connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, method: str, path: str, headers: str = "", body: str = "") -> None:
        """Send a request, or as much of one as is handed in."""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n{body}".encode())

    async def drip(self, piece: bytes) -> None:
        """Send a piece each second, until the server has enough of it."""
        while not self.reader.at_eof():
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(PACE_S)

    async def end(self) -> None:
        """Read until the server closes the connection."""
        await self.reader.read(-1)

    async def upgraded(self) -> None:
        """Open a websocket."""
        self.send("GET", SOCKET, UPGRADE.format(NONCE))
        await self.reader.readuntil(b"\r\n\r\n")


async def sign_in(line: Line) -> None:
    """Try a password for a name that nobody has."""
    form = f"user={secrets.token_hex(8)}&password=wrong"
    line.send("POST", "/login", f"{LOGIN}Connection: close\r\nContent-Length: {len(form)}\r\n", form)
    await line.end()


async def half_sign_in(line: Line) -> None:
    """Send half of a form."""
    line.send("POST", "/login", f"{LOGIN}Content-Length: 64\r\n", "user=somebody")
    await line.end()


async def slow_headers(line: Line) -> None:
    """Send a letter of a head each second."""
    line.writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
    await line.drip(b"x")


async def slow_body(line: Line) -> None:
    """Send a letter of a form each second."""
    line.send("POST", "/login", f"{LOGIN}Content-Length: 60000\r\n")
    await line.drip(b"x")


async def slow_reader(line: Line) -> None:
    """Ask for a large file, and read nothing of it."""
    for _ in range(4):
        line.send("GET", BIG_FILE)
    await asyncio.sleep(30 * PACE_S)


async def silent_socket(line: Line) -> None:
    """Open a websocket, and say nothing."""
    await line.upgraded()
    await line.end()


async def churn(line: Line) -> None:
    """Open a websocket, give a key that nobody has, and go."""
    await line.upgraded()
    line.writer.write(_frame(b'40/live,{"key":"nobody"}'))
    await line.writer.drain()


async def huge_frame(line: Line) -> None:
    """Announce a frame of 150 MB, and send it."""
    await line.upgraded()
    line.writer.write(b"\x81\xff" + HUGE.to_bytes(8, "big") + bytes(4))
    while not line.reader.at_eof():
        line.writer.write(bytes(65536))
        await line.writer.drain()


async def garbage(line: Line) -> None:
    """Send frames of nonsense."""
    await line.upgraded()
    while not line.reader.at_eof():
        line.writer.write(_frame(os.urandom(20)) + os.urandom(20))
        await line.writer.drain()
        await asyncio.sleep(0)


async def guess(line: Line) -> None:
    """Ask for the status of slips that nobody has."""
    while not line.reader.at_eof():
        line.send("GET", f"/api/v1/status/{secrets.token_urlsafe(18)}")
        await line.reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(BREATH_S)


Act = Callable[[Line], Awaitable[None]]
KINDS: Mapping[str, list[tuple[int, Act]]] = {
    "16 sign-ins at once": [(16, sign_in)],
    "64 sign-ins at once": [(64, sign_in)],
    "400 half-sent sign-ins": [(400, half_sign_in)],
    "620 slow headers and bodies": [(310, slow_headers), (310, slow_body)],
    "100 slow readers": [(100, slow_reader)],
    "620 silent websockets": [(620, silent_socket)],
    "32 come and go": [(32, churn)],
    "8 frames of 150 MB": [(8, huge_frame)],
    "16 send garbage": [(16, garbage)],
    "16 guess at secrets": [(16, guess)],
}
"""How many do what, all of them all the time."""


def _frame(content: bytes) -> bytes:
    """Return a text frame that is masked with zeros (RFC 6455, section 5.3)."""
    return bytes([0x81, 0x80 | len(content)]) + bytes(4) + content


async def _again_and_again(act: Act, number: int, port: int) -> None:
    while True:
        with suppress(OSError, EOFError):
            await _once(act, f"127.0.1.{number % ADDRESSES + 1}", port)
        await asyncio.sleep(BREATH_S)


async def _once(act: Act, address: str, port: int) -> None:
    with socket.socket() as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        own.setblocking(False)
        own.bind((address, 0))
        await asyncio.get_running_loop().sock_connect(own, (HOST, port))
        reader, writer = await asyncio.open_connection(sock=own)
        try:
            await act(Line(reader, writer))
        finally:
            writer.transport.abort()


async def _run(kind: str, port: int) -> None:
    acts = [act for count, act in KINDS[kind] for _ in range(count)]
    await asyncio.gather(*(_again_and_again(act, number, port) for number, act in enumerate(acts)))


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], int(sys.argv[2])))
