"""Boards and calls beside 36 consoles of one stage, each of which reads its line after every event.

Everybody stands at stage A of preset M, 200 wait and more. A call is made every 0.27 s; the line is filled up again in
pauses in which nothing is measured. Calls without and with the consoles take turns, so that both see the same disk.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass, field
from time import perf_counter

from bench.askers import UNAVAILABLE, Console, Seen, Task, askers
from bench.boards import Tail, one_call, tail
from bench.load import Connection, Where, flood, require_success
from bench.part import Aim, Outcome, Setting, at_least, at_most, figure_line
from bench.scene import STAGE, Scene, counter_names, preset_m
from bench.screens import Screen, boards
from bench.serve_all import serve_all
from bench.server import HOST, Served, serving
from server.domain.permissions import Role

CONSOLES, BOARDS, WAITING, PACE_S = 36, 10, 200, 0.27
HALL, FIRST_CALLER = "A", 100
BATCH, SETTLE_S, CLIENTS = 50, 1.0, 8
BROWSER = 6
"""So many requests a browser has under way at one server."""
COMPUTED = "baari_line_computations_total"
"""A metric of the server, if it has it."""
Take = Callable[[], Awaitable[Seen]]
ORDERS = (
    {"service": "NORMAL", "language": "hi"},
    {"service": "NORMAL", "language": "mr"},
    {"service": "TATKAAL", "language": "en"},
    {"service": "NORMAL", "language": "hi", "need": "senior"},
    {"service": "PCC", "language": "hi"},
)


@dataclass(slots=True)
class Calls:
    """Seconds of each call: until its HTTP answer, and until the last board had it."""

    answers: list[float] = field(default_factory=list)
    boards: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """Calls and boards without and with the consoles, and what the consoles saw.

    `wait` is from an event to the line after it. `computations` are lines computed for each call, None when the server
    does not tell. `refused` counts 503 while each console has six requests under way, by whose they were.
    """

    calls: int
    call_idle: Tail
    call_beside: Tail
    boards_idle: Tail
    boards_beside: Tail
    wait: Tail
    computations: float | None
    lines_per_s: float
    refused: dict[str, int]


def measure(setting: Setting) -> Outcome:
    """Measure everything on one server."""
    preset = preset_m(STAGE, HALL)
    # Nobody goes on to the stages behind: they would be under way for ever, and the floor would grow with each call.
    short = preset.model_copy(update={"routes": {**preset.routes, "default": [STAGE, HALL]}})
    scene = Scene(f"sqlite:///{setting.folder / 'consoles'}.sqlite", preset=short)
    with serving(scene.url, setting.folder) as server:
        figures = asyncio.run(_figures(scene, server, setting))
    scene.db.close()
    return Outcome(asdict(figures), list(_lines(figures)), list(_aims(figures)))


async def _figures(scene: Scene, server: Served, setting: Setting) -> Figures:
    """Let calls without and with consoles take turns, then ask as fast as can be."""
    rounds, batches, size = setting.size(2, 1), setting.size(5, 1), setting.size(BATCH, 5)
    display, centre = Where(HOST, server.port, scene.key(Role.DISPLAY)), scene.preset.centre.code
    async with boards(BOARDS, display, centre) as screens:
        hall = Hall(scene, server, screens)
        await hall.fill(WAITING)
        for _ in range(rounds):
            for _ in range(batches):
                await hall.batch(hall.idle, size)
            async with askers(hall.task()) as take:
                for _ in range(batches):
                    await hall.batch(hall.beside, size, take)
        seconds = setting.size(10, 2)
        lines = await hall.asked(1, seconds)
        refused = await hall.refused(seconds)
    return hall.figures(lines.lines / lines.took, refused)


class Hall:
    """Stage A with its consoles and boards, and what is done there."""

    def __init__(self, scene: Scene, server: Served, screens: list[Screen]) -> None:
        self.idle, self.beside = Calls(), Calls()
        self._scene, self._server, self._screens = scene, server, screens
        self._manager = Where(HOST, server.port, scene.key(Role.MANAGER))
        self._link = Connection(self._manager)
        self._name = counter_names(HALL, first=FIRST_CALLER)
        self._called: list[str] = []
        self._waits: list[float] = []
        self._computed: float | None = 0.0
        names = [f"{HALL}{number}" for number in range(1, CONSOLES + 1)]
        self._consoles = [Console(scene.at(name, "line"), scene.key(Role.COUNTER, counter=name)) for name in names]

    def task(self, requests: int = 0) -> Task:
        """Return what the consoles are to do."""
        return Task(HOST, self._server.port, self._scene.preset.centre.code, self._consoles, requests)

    async def fill(self, count: int) -> None:
        """Issue so many tokens and bring them through the gate."""
        orders = [(self._scene.tokens, dict(ORDERS[number % len(ORDERS)])) for number in range(count)]
        await flood(self._manager, lambda number: orders[number], count, CLIENTS)
        await serve_all(self._scene, self._manager, count, CLIENTS)

    async def batch(self, calls: Calls, size: int, take: Take | None = None) -> None:
        """Fill the line up, wait until all is quiet, then measure so many calls."""
        await self._finish_called()
        await self.fill(size)
        await asyncio.sleep(SETTLE_S)
        for screen in self._screens:
            screen.forget()
        computed = self._server.metric(COMPUTED)
        if take is not None:
            await take()
        for _ in range(size):
            await self._call(calls)
        if take is not None:
            self._waits += (await take()).waits
            self._count_computed(computed)

    async def _call(self, calls: Calls) -> None:
        begin = perf_counter()
        self._called.append(self._name(0))
        answered, heard = await one_call(self._link, self._scene.at(self._called[-1], "call-next"), self._screens)
        calls.answers.append(answered)
        calls.boards.append(heard)
        await asyncio.sleep(max(0.0, PACE_S - (perf_counter() - begin)))

    async def _finish_called(self) -> None:
        """End the service of those who were called."""
        for counter in self._called:
            for verb in ("start", "finish"):
                path = self._scene.at(counter, verb)
                require_success(path, await self._link.post(path, {}))
        self._called.clear()

    def _count_computed(self, before: float | None) -> None:
        after = self._server.metric(COMPUTED)
        known = None not in (before, after, self._computed)
        self._computed = (self._computed or 0) + (after or 0) - (before or 0) if known else None

    async def asked(self, requests: int, seconds: float) -> Seen:
        """Return what happens while each console keeps so many requests under way."""
        async with askers(self.task(requests)) as take:
            await asyncio.sleep(SETTLE_S)
            await take()
            await asyncio.sleep(seconds)
            return await take()

    async def refused(self, seconds: float) -> dict[str, int]:
        """Count 503 of lines and of calls while each console has as many requests under way as a browser has."""
        asking = asyncio.create_task(self.asked(BROWSER, seconds))
        calls = 0
        while not asking.done():
            self._called.append(self._name(0))
            answer = await self._link.post(self._scene.at(self._called[-1], "call-next"), {})
            calls += answer.status == UNAVAILABLE
            await asyncio.sleep(PACE_S)
        return {"lines": (await asking).statuses.get(str(UNAVAILABLE), 0), "calls": calls}

    def figures(self, lines_per_s: float, refused: dict[str, int]) -> Figures:
        """Return all figures."""
        calls = len(self.beside.answers)
        return Figures(
            calls=calls,
            call_idle=tail(self.idle.answers),
            call_beside=tail(self.beside.answers),
            boards_idle=tail(self.idle.boards),
            boards_beside=tail(self.beside.boards),
            wait=tail(self._waits),
            computations=None if self._computed is None else round(self._computed / calls, 2),
            lines_per_s=round(lines_per_s, 1),
            refused=refused,
        )


def _aims(figures: Figures) -> Iterator[Aim]:
    beside = f"beside {CONSOLES} consoles ÷ idle, {figures.calls} calls"
    yield at_most(f"boards p99 {beside}", figures.boards_beside.p99_ms / figures.boards_idle.p99_ms, 2)
    yield at_most(f"calls p99 {beside}", figures.call_beside.p99_ms / figures.call_idle.p99_ms, 2)
    yield at_most("a console has its line after an event: p99 ms", figures.wait.p99_ms, 50)
    yield at_least(f"lines a second at {CONSOLES} askers", figures.lines_per_s, 1_500)
    yield at_most(f"calls answered 503 beside {CONSOLES} × {BROWSER} requests", figures.refused["calls"], 0)
    if figures.computations is not None:
        yield at_most("lines computed for each call", figures.computations, 1)


def _lines(figures: Figures) -> Iterator[str]:
    yield f"{f'beside {CONSOLES} consoles, {WAITING} waiting':<44}{'p50 ms':>9} {'p99 ms':>9}"
    rows = {
        "call, idle": figures.call_idle,
        "call, beside": figures.call_beside,
        f"last of {BOARDS} boards, idle": figures.boards_idle,
        f"last of {BOARDS} boards, beside": figures.boards_beside,
        "a line after an event": figures.wait,
    }
    yield from (figure_line(name, row.p50_ms, row.p99_ms) for name, row in rows.items())
    yield figure_line(f"lines a second at {CONSOLES} askers", figures.lines_per_s)
    for whose, count in figures.refused.items():
        yield figure_line(f"503 of {whose}, {BROWSER} requests each", count)
    if figures.computations is not None:
        yield figure_line("lines computed for each call", figures.computations)
