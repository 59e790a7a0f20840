"""Boards as they connect: websockets that speak Socket.IO and watch a centre, many in one event loop."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import perf_counter

from bench.load import Where

LONG, LONGER = 126, 127
TEXT, MASKED = 0x81, 0x80
PATH = "/socket.io/?EIO=4&transport=websocket"
PING, PONG, EVENT = b"2", "3", b"42/live,"
SOON_S = 20.0


async def next_frame(reader: asyncio.StreamReader) -> bytes:
    """Return the content of the next frame that a server sends, which is never masked (RFC 6455, section 5.2)."""
    size = (await reader.readexactly(2))[1]
    if size == LONG:
        size = int.from_bytes(await reader.readexactly(2), "big")
    elif size == LONGER:
        size = int.from_bytes(await reader.readexactly(8), "big")
    return await reader.readexactly(size)


class Screen:
    """One board. It notes when each message came and looks into it when it is asked, not while others wait to be read.

    `size` is the bytes of the last call it was asked for.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._came: list[tuple[bytes, float]] = []
        self._something = asyncio.Event()
        self.size = 0

    @classmethod
    async def connect(cls, where: Where, centre: str) -> "Screen":
        """Open the websocket (RFC 6455), join /live (Socket.IO protocol 5) and watch the centre."""
        reader, writer = await asyncio.open_connection(where.host, where.port)
        nonce = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET {PATH} HTTP/1.1\r\nHost: {where.host}:{where.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionError(head.decode("latin-1"))
        screen = cls(reader, writer)
        await screen._until(b"0")
        screen._send(f"40/live,{json.dumps({'key': where.key})}")
        await screen._until(b"40/live")
        watch = json.dumps(["watch", {"centre": centre, "epoch": None, "after": 0}])
        screen._send(f"42/live,1{watch}")
        await screen._until(b"43/live,1")
        return screen

    async def listen(self) -> None:
        """Read for ever: answer pings, note what comes."""
        while True:
            await self._next()

    async def wait_for(self, call: str) -> float:
        """Return when this board heard of a call, and forget what came until now; raises TimeoutError."""
        while True:
            for message, moment in self._came:
                if call.encode() in message:
                    self._came.clear()
                    self.size = len(message)
                    return moment
            self._something.clear()
            await asyncio.wait_for(self._something.wait(), SOON_S)

    async def next_event(self) -> float:
        """Return when the first event came that was not asked for yet, and forget those that came until now."""
        while not self._came:
            self._something.clear()
            await self._something.wait()
        moment = self._came[0][1]
        self._came.clear()
        return moment

    def forget(self) -> None:
        """Forget what came until now."""
        self._came.clear()

    async def _until(self, begin: bytes) -> None:
        while not (await asyncio.wait_for(self._next(), SOON_S)).startswith(begin):
            pass

    async def _next(self) -> bytes:
        message = await next_frame(self._reader)
        if message == PING:
            self._send(PONG)
        elif message.startswith(EVENT):
            self._came.append((message, perf_counter()))
            self._something.set()
        return message

    def _send(self, text: str) -> None:
        content, mask = text.encode(), os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(content))
        size = [MASKED | len(content)] if len(content) < LONG else [MASKED | LONG, *len(content).to_bytes(2, "big")]
        self._writer.write(bytes([TEXT, *size]) + mask + masked)

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


@asynccontextmanager
async def boards(count: int, where: Where, centre: str) -> AsyncIterator[list[Screen]]:
    """Connect so many boards with the key of a display."""
    async with listening_screens([where] * count, centre) as screens:
        yield screens


@asynccontextmanager
async def listening_screens(where: Sequence[Where], centre: str) -> AsyncIterator[list[Screen]]:
    """Connect a screen with each key, and let all listen."""
    screens = [await Screen.connect(each, centre) for each in where]
    listening = [asyncio.create_task(screen.listen()) for screen in screens]
    try:
        yield screens
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        for screen in screens:
            screen.close()
