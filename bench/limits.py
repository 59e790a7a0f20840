"""The raw limits of this machine, measured beside the rest: one-row durable commits, and pushes over websockets."""

import asyncio
import itertools
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from bench.pusher import LENGTH
from bench.screens import next_frame
from bench.server import HOST
from bench.timing import Rate, timed
from server.live.wires import text_frame
from server.storage.engines import sqlite_module


class RawCommits:
    """A table whose rows are changed one by one, each in one durable transaction: no ORM, no rules, no events."""

    def __init__(self, folder: Path, rows: int = 200_000) -> None:
        self._db = sqlite_module().connect(
            str(folder / f"raw-{secrets.token_hex(4)}.sqlite"), isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, state TEXT)")
        self._db.execute("CREATE INDEX waiting ON line (id) WHERE state = 'waiting'")
        self._db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO line SELECT i, 'waiting' FROM n",
            (rows,),
        )
        self._db.execute("PRAGMA synchronous=FULL")
        self._turn = itertools.count(1)

    def write(self) -> None:
        """Change one row whose key is known, durably."""
        self._db.execute("UPDATE line SET state = 'seen' WHERE id = ?", (next(self._turn),))

    def claim(self) -> None:
        """Find the first that waits and claim it, durably."""
        self._db.execute(
            "UPDATE line SET state = 'called' WHERE state = 'waiting' AND id = "
            "(SELECT id FROM line WHERE state = 'waiting' ORDER BY id LIMIT 1) RETURNING id"
        ).fetchall()

    def rate(self, count: int) -> Rate:
        """Return the rate of writes, one after the other."""
        return timed(lambda _: self.write(), count, 1)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


@asynccontextmanager
async def raw_screens(count: int) -> AsyncIterator[Callable[[bytes], "asyncio.Future[float]"]]:
    """Connect so many sockets to another process; gives what has it push a text and returns when the last has it."""
    with socket.create_server((HOST, 0), backlog=count + 1) as server:
        listening = server.fileno()
        command = [sys.executable, "-m", "bench.pusher", str(listening), str(count)]
        pusher = subprocess.Popen(command, pass_fds=[listening])  # noqa: S603 - our own program
        source, *screens = [await asyncio.open_connection(*server.getsockname()) for _ in range(count + 1)]

    async def push(text: bytes) -> float:
        sent = text_frame(text)
        begin = perf_counter()
        source[1].write(LENGTH.pack(len(sent)) + sent)
        await asyncio.gather(*(next_frame(reader) for reader, _ in screens))
        return perf_counter() - begin

    try:
        yield lambda text: asyncio.ensure_future(push(text))
    finally:
        for _, writer in (source, *screens):
            writer.close()
            await writer.wait_closed()
        pusher.wait(10)
