"""The raw limits of this machine, measured beside the rest: one-row durable commits, and pushes over websockets."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from bench.scene import Rate, timed
from server.storage.engines import sqlite_module

FRAME_HEAD, LONG_FRAME = 0x81, 126


class RawCommits:
    """A table of rows that are claimed one by one, each claim one durable transaction: no ORM, no rules, no events."""

    def __init__(self, folder: Path, rows: int = 200_000) -> None:
        self._db = sqlite_module().connect(
            str(folder / f"raw-{secrets.token_hex(4)}.sqlite"), isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("CREATE TABLE claim (id INTEGER PRIMARY KEY, state TEXT)")
        self._db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO claim SELECT i, 'waiting' FROM n",
            (rows,),
        )
        self._db.execute("PRAGMA synchronous=FULL")
        self._turn = itertools.count(1)

    def claim(self) -> None:
        """Claim one row, durably."""
        self._db.execute("UPDATE claim SET state = 'called' WHERE id = ? RETURNING id", (next(self._turn),)).fetchall()

    def rate(self, count: int) -> Rate:
        """Return the rate of claims, one after the other."""
        return timed(lambda _: self.claim(), count, 1)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def frame(text: bytes) -> bytes:
    """Return an unmasked text frame (RFC 6455, section 5.2), of up to 65,535 bytes."""
    if len(text) < LONG_FRAME:
        return bytes([FRAME_HEAD, len(text)]) + text
    return bytes([FRAME_HEAD, LONG_FRAME]) + len(text).to_bytes(2, "big") + text


@asynccontextmanager
async def raw_screens(count: int) -> AsyncIterator[Callable[[bytes], "asyncio.Future[float]"]]:
    """Connect so many sockets over loopback; gives what pushes one frame to all and returns when the last has it."""
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _reader, writer: writers.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    screens = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    while len(writers) < count:
        await asyncio.sleep(0.01)

    async def push(text: bytes) -> float:
        sent = frame(text)
        begin = perf_counter()
        for writer in writers:
            writer.write(sent)
        await asyncio.gather(*(reader.readexactly(len(sent)) for reader, _ in screens))
        return perf_counter() - begin

    yield lambda text: asyncio.ensure_future(push(text))
    for _, writer in screens:
        writer.close()
    server.close()
