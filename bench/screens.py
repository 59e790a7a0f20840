"""Boards as they connect: websockets that speak Socket.IO and watch a centre, many in one event loop."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

LONG, LONGER = 126, 127
TEXT, MASKED = 0x81, 0x80
PATH = "/socket.io/?EIO=4&transport=websocket"
SOON_S = 20.0


class Screen:
    """One board; `calls` holds when it heard of each call, by the id of the call, `size` the bytes of one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.calls: dict[str, float] = {}
        self.size = 0
        self.heard = asyncio.Event()

    @classmethod
    async def connect(cls, host: str, port: int, key: str, centre: str) -> "Screen":
        """Open the websocket (RFC 6455), join /live (Socket.IO protocol 5) and watch the centre."""
        reader, writer = await asyncio.open_connection(host, port)
        nonce = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET {PATH} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionError(head.decode("latin-1"))
        screen = cls(reader, writer)
        await screen._until("0")
        screen._send(f"40/live,{json.dumps({'key': key})}")
        await screen._until("40/live")
        watch = json.dumps(["watch", {"centre": centre, "epoch": None, "after": 0}])
        screen._send(f"42/live,1{watch}")
        await screen._until("43/live,1")
        return screen

    async def listen(self) -> None:
        """Read for ever: answer pings, note calls."""
        while True:
            await self._next()

    async def wait_for(self, call: str) -> float:
        """Return when this board heard of a call; raises TimeoutError."""
        while call not in self.calls:
            self.heard.clear()
            await asyncio.wait_for(self.heard.wait(), SOON_S)
        return self.calls[call]

    async def _until(self, begin: str) -> None:
        while not (await asyncio.wait_for(self._next(), SOON_S)).startswith(begin):
            pass

    async def _next(self) -> str:
        size = (await self._reader.readexactly(2))[1]
        if size == LONG:
            size = int.from_bytes(await self._reader.readexactly(2), "big")
        elif size == LONGER:
            size = int.from_bytes(await self._reader.readexactly(8), "big")
        text = (await self._reader.readexactly(size)).decode()
        now = perf_counter()
        if text == "2":
            self._send("3")
        elif text.startswith("42/live,") and '"token.called"' in text:
            self.size = size
            self._note(json.loads(text[text.index("[") :])[1], now)
        return text

    def _note(self, event: dict[str, dict[str, str]], now: float) -> None:
        self.calls[event["token"]["call"]] = now
        self.heard.set()

    def _send(self, text: str) -> None:
        content, mask = text.encode(), os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(content))
        size = [MASKED | len(content)] if len(content) < LONG else [MASKED | LONG, *len(content).to_bytes(2, "big")]
        self._writer.write(bytes([TEXT, *size]) + mask + masked)

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


@asynccontextmanager
async def boards(count: int, where: tuple[str, int, str], centre: str) -> AsyncIterator[list[Screen]]:
    """Connect so many boards; `where` is the host, the port and the key of a display."""
    screens: list[Screen] = []
    for _ in range(count):
        screens.append(await Screen.connect(*where, centre))
    listening = [asyncio.create_task(screen.listen()) for screen in screens]
    try:
        yield screens
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        for screen in screens:
            screen.close()
