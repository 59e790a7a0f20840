"""Calls while strangers without a key do their worst: beside the same traffic sent to another server's file."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from time import perf_counter

from bench.boards import Tail, tail
from bench.load import Connection, Where, require_success
from bench.part import Outcome, Setting, at_most, figure_line
from bench.scene import Scene, counter_names
from bench.screens import Screen, boards
from bench.server import HOST, running, serving
from bench.strangers import KINDS
from server.domain.permissions import Role

PACE_S, SETTLED_S, BOARDS, AT_STAGE, TIMES_OF_FILE = 0.03, 5.0, 10, 64, 2
LIMITED = {"BAARI_RATE_LIMITS": "1"}


@dataclass(frozen=True, slots=True)
class Figures:
    """Calls while the traffic goes to a file, and while it goes to the server; how many boards heard the last one."""

    beside_file: Tail
    hostile: Tail
    boards: int

    @property
    def ratio(self) -> float:
        """The 99th percentile as times of that beside a file."""
        return self.hostile.p99_ms / self.beside_file.p99_ms


def measure(setting: Setting) -> Outcome:
    """Measure each kind of traffic, from five seconds after it begins."""
    scene, count = Scene(f"sqlite:///{setting.folder / 'hostile'}.sqlite"), setting.size(500, 15)
    settled, kinds = (1.0, list(KINDS)[-1:]) if setting.quick else (SETTLED_S, list(KINDS))
    figures = {}
    for kind in kinds:
        scene.clear()
        scene.fill(2 * count + 1)
        with (
            running(["http.server", "--bind", HOST, "--directory", str(setting.folder)], {}, "/", loud=False) as file,
            serving(scene.url, setting.folder, LIMITED) as server,
        ):
            figures[kind] = asyncio.run(_kind(scene, kind, server.port, file.port, count, settled))
    scene.db.close()
    lines = [f"{'calls beside strangers without a key':<44}{'file p99':>9} {'p50 ms':>9} {'p99 ms':>9}"]
    lines += [
        figure_line(kind, each.beside_file.p99_ms, each.hostile.p50_ms, each.hostile.p99_ms)
        for kind, each in figures.items()
    ]
    aims = [at_most(f"{kind}: call p99 ÷ beside a file", each.ratio, TIMES_OF_FILE) for kind, each in figures.items()]
    aims += [at_most(f"{kind}: boards cut off", BOARDS - each.boards, 0) for kind, each in figures.items()]
    return Outcome({kind: asdict(each) for kind, each in figures.items()}, lines, aims)


async def _kind(scene: Scene, kind: str, port: int, file: int, count: int, settled: float) -> Figures:
    link, name = Connection(Where(HOST, port, scene.key(Role.MANAGER))), counter_names(last=AT_STAGE)
    display = Where(HOST, port, scene.key(Role.DISPLAY))
    async with boards(BOARDS, display, scene.preset.centre.code) as screens:
        beside_file = await _calls(scene, link, name, kind, file, count, settled)
        hostile = await _calls(scene, link, name, kind, port, count, settled)
        counter = name(0)
        last = require_success("call", await link.post(scene.at(counter, "call-next"), {})).json()["call"]["id"]
        heard = await asyncio.gather(*(_heard(screen, last) for screen in screens))
    link.close()
    return Figures(tail(beside_file), tail(hostile), sum(heard))


async def _calls(
    scene: Scene, link: Connection, name: Callable[[int], str], kind: str, port: int, count: int, settled: float
) -> list[float]:
    """Return the seconds of each of so many calls, at a steady pace, while strangers are at a port."""
    times: list[float] = []
    with _strangers(kind, port):
        await asyncio.sleep(settled)
        for _ in range(count):
            counter = name(0)
            request = link.command(scene.at(counter, "call-next"), {})
            begin = perf_counter()
            require_success("call", await link.send(request))
            times.append(perf_counter() - begin)
            for verb in ("start", "finish"):
                require_success(verb, await link.post(scene.at(counter, verb), {}))
            await asyncio.sleep(max(0.0, PACE_S - (perf_counter() - begin)))
    return times


async def _heard(screen: Screen, call: str) -> bool:
    try:
        return await screen.wait_for(call) > 0
    except TimeoutError:
        return False


@contextmanager
def _strangers(kind: str, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "bench.strangers", kind, str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        yield
    finally:
        process.kill()
        process.wait()
