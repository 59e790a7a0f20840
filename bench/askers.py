"""Consoles in a process of their own, as browsers are: `python -m bench.askers`, which reads what to do from its input.

The first line is a task. Each later line is answered with what happened since the line before; the end of the input
ends it.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from time import perf_counter

from bench.load import Answer, Connection, Where
from bench.screens import Screen, listening_screens

OK, UNAVAILABLE = 200, 503


@dataclass(frozen=True, slots=True)
class Console:
    """A console: where its line is, and its key."""

    path: str
    key: str


@dataclass(frozen=True, slots=True)
class Task:
    """What consoles do: ask after each event (`requests` 0), or keep so many requests each under way all the time."""

    host: str
    port: int
    centre: str
    consoles: Sequence[Console]
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What happened: how many seconds passed, answers by status, and seconds from an event to the line after it."""

    took: float
    statuses: dict[str, int]
    waits: list[float]

    @property
    def lines(self) -> int:
        """How many lines came."""
        return self.statuses.get(str(OK), 0)


class Log:
    """What happened since somebody asked."""

    def __init__(self) -> None:
        self._statuses: Counter[str] = Counter()
        self._waits: list[float] = []
        self._begin = perf_counter()

    def note(self, answer: Answer, since: float | None = None) -> None:
        """Note an answer, and since when it was needed."""
        self._statuses[str(answer.status)] += 1
        if since is not None and answer.status == OK:
            self._waits.append(perf_counter() - since)

    def take(self) -> Seen:
        """Return what was noted and begin anew."""
        now = perf_counter()
        seen = Seen(now - self._begin, dict(self._statuses), self._waits)
        self._statuses, self._waits, self._begin = Counter(), [], now
        return seen


async def follow(link: Connection, path: str, screen: Screen, log: Log) -> None:
    """Ask for the line after each event; events that come while an answer is awaited are asked for together."""
    while True:
        since = await screen.next_event()
        log.note(await link.get(path), since)


async def ask(link: Connection, path: str, log: Log) -> None:
    """Ask for the line again and again."""
    while True:
        log.note(await link.get(path))


async def work(task: Task, log: Log) -> None:
    """Let all consoles do their task, until this is cancelled."""
    where = [Where(task.host, task.port, console.key) for console in task.consoles]
    pairs = list(zip(where, (console.path for console in task.consoles), strict=True))
    if task.requests:
        await asyncio.gather(*(ask(Connection(at), path, log) for at, path in pairs for _ in range(task.requests)))
        return
    async with listening_screens(where, task.centre) as screens:
        print("ready", flush=True)
        each = zip(pairs, screens, strict=True)
        await asyncio.gather(*(follow(Connection(at), path, screen, log) for (at, path), screen in each))


@asynccontextmanager
async def askers(task: Task) -> AsyncIterator[Callable[[], Awaitable[Seen]]]:
    """Run consoles beside; gives what returns what happened since it was last called."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.askers", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**26
    )
    orders, answers = process.stdin, process.stdout
    if orders is None or answers is None:
        raise RuntimeError("the consoles have no pipes")

    async def take() -> Seen:
        orders.write(b"\n")
        return _expected(Seen(**json.loads(await answers.readline())))

    orders.write(json.dumps(asdict(task)).encode() + b"\n")
    try:
        if not task.requests:
            await answers.readline()
        yield take
    finally:
        orders.close()
        await process.wait()


def _expected(seen: Seen) -> Seen:
    """Return what happened; raises RuntimeError for answers that are neither a line nor 503."""
    if not {str(OK), str(UNAVAILABLE)} >= set(seen.statuses):
        raise RuntimeError(f"lines were answered {seen.statuses}")
    return seen


async def main() -> None:
    """Read a task, do it, and tell what happened whenever asked."""
    words = json.loads(sys.stdin.readline())
    task, log = Task(**{**words, "consoles": [Console(**console) for console in words["consoles"]]}), Log()
    working = asyncio.create_task(work(task, log))
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(asdict(log.take())), flush=True)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main())
