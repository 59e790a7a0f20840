"""From the call to the last board: beside one raw durable claim and one raw websocket push to as many screens."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.limits import RawCommits, raw_screens
from bench.load import Connection, Where, require_success
from bench.part import Aim, Outcome, Setting, at_most, figure_line
from bench.scene import Scene, counter_names
from bench.screens import Screen, boards
from bench.server import HOST, serving
from bench.timing import percentile
from server.domain.permissions import Role

WARM_UP = 5
SIZES = ((1, 100, 1), (10, 300, 3), (500, 30, 1))
QUICK = ((10, 20, 1),)
"""Boards, calls and rounds; each round is on a server begun anew."""
TIMES_OF_LIMIT = 3


@dataclass(frozen=True, slots=True)
class Call:
    """Seconds of one call: its HTTP answer, the last board, and a raw claim and a raw push right after it."""

    answer: float
    last_board: float
    raw_claim: float
    raw_push: float


@dataclass(frozen=True, slots=True)
class Tail:
    """The median and the 99th percentile, in milliseconds."""

    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What so many boards saw; the ratios are the last board over raw claim plus raw push."""

    boards: int
    answer: Tail
    last_board: Tail
    raw_claim: Tail
    raw_push: Tail
    p50_ratio: float
    p99_ratio: float
    each_p50_ratio: float


def tail(seconds: Iterable[float]) -> Tail:
    """Return the tail of some times in seconds."""
    each = [second * 1000 for second in seconds]
    return Tail(round(percentile(each, 50), 2), round(percentile(each, 99), 2))


def measure(setting: Setting) -> Outcome:
    """Measure 1, 10 and 500 boards."""
    sizes = [_boards(setting.folder, *size) for size in (QUICK if setting.quick else SIZES)]
    aims = [aim for each in sizes if each.boards == 10 for aim in _aims(each)]
    return Outcome({str(each.boards): asdict(each) for each in sizes}, list(_lines(sizes)), aims)


def _boards(folder: Path, count: int, calls: int, rounds: int) -> Figures:
    """Measure so many calls in each round; all of a call see the same disk."""
    scene = Scene(f"sqlite:///{folder}/boards-{count}.sqlite")
    times: list[Call] = []
    for _ in range(rounds):
        scene.clear()
        scene.fill(calls + WARM_UP)
        with serving(scene.url, folder) as server:
            times += asyncio.run(_round(scene, folder, server.port, count, calls))[WARM_UP:]
    scene.db.close()
    return _figures(count, times)


async def _round(scene: Scene, folder: Path, port: int, count: int, calls: int) -> list[Call]:
    raw, name = RawCommits(folder, calls + WARM_UP), counter_names()
    manager = Connection(Where(HOST, port, scene.key(Role.MANAGER)))
    display = Where(HOST, port, scene.key(Role.DISPLAY))
    times: list[Call] = []
    async with boards(count, display, scene.preset.centre.code) as screens, raw_screens(count) as push:
        for _ in range(calls + WARM_UP):
            answer, last = await one_call(manager, scene.at(name(0), "call-next"), screens)
            begin = perf_counter()
            raw.claim()
            claimed = perf_counter() - begin
            times.append(Call(answer, last, claimed, await push(bytes(screens[0].size))))
    manager.close()
    raw.close()
    return times


async def one_call(link: Connection, path: str, screens: list[Screen]) -> tuple[float, float]:
    """Return the seconds from a call to its HTTP answer, and to the last board that heard of it."""
    request = link.command(path, {})
    begin = perf_counter()
    answer = require_success(path, await link.send(request))
    answered = perf_counter() - begin
    call = answer.json()["call"]["id"]
    heard = await asyncio.gather(*(screen.wait_for(call) for screen in screens))
    return answered, max(heard) - begin


def _figures(count: int, times: list[Call]) -> Figures:
    answer, last = tail(c.answer for c in times), tail(c.last_board for c in times)
    claim, push = tail(c.raw_claim for c in times), tail(c.raw_push for c in times)
    each = median(call.last_board / (call.raw_claim + call.raw_push) for call in times)
    p50, p99 = last.p50_ms / (claim.p50_ms + push.p50_ms), last.p99_ms / (claim.p99_ms + push.p99_ms)
    return Figures(count, answer, last, claim, push, round(p50, 2), round(p99, 2), round(each, 2))


def _aims(figures: Figures) -> Iterator[Aim]:
    name = "call → 10 boards: {} ÷ (raw commit + raw push)"
    yield at_most(name.format("p50"), figures.p50_ratio, TIMES_OF_LIMIT)
    yield at_most(name.format("p99"), figures.p99_ratio, TIMES_OF_LIMIT)


def _lines(sizes: Iterable[Figures]) -> Iterator[str]:
    yield f"{'call → last board':<44}{'p50 ms':>9} {'p99 ms':>9}"
    for each in sizes:
        rows = {"raw claim": each.raw_claim, "raw push": each.raw_push, "answer": each.answer, "last": each.last_board}
        for name, row in rows.items():
            yield figure_line(f"{each.boards} boards, {name}", row.p50_ms, row.p99_ms)
        yield figure_line("ratio", each.p50_ratio, each.p99_ratio)
