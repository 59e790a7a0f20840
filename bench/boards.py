"""From the call to the last board: beside one raw durable claim and one raw websocket push to as many screens."""

import asyncio
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench.limits import RawCommits, raw_screens
from bench.load import Connection
from bench.scene import Scene, counter_names
from bench.screens import Screen, boards
from bench.server import HOST, serving
from bench.timing import percentile
from server.domain.roles import Role

WARM_UP = 5
MEASURED = ("raw_claim", "raw_push", "last_board", "answer")
Times = dict[str, list[float]]
"""Seconds of each call, by what was measured."""


def call_to_boards(scene: Scene, folder: Path, count: int, calls: int, rounds: int = 1) -> dict[str, Any]:
    """Return `{boards, raw_claim, raw_push, last_board, answer, ratio}`: p50 and p99 in milliseconds.

    Each call is followed by a raw claim and a raw push of a frame of the same size, so that all see the same disk.
    `answer` is the HTTP answer of the call, `ratio` the last board over claim plus push. There are so many calls in
    each of `rounds`, each on a server begun anew.
    """
    times: Times = {what: [] for what in MEASURED}
    for _ in range(rounds):
        scene.clear()
        scene.fill(calls + WARM_UP)
        with serving(scene.url, folder) as port:
            found = asyncio.run(_measure(scene, folder, port, count, calls))
        for what, each in found.items():
            times[what] += each[WARM_UP:]
    return {"boards": count, **_figures(times)}


async def _measure(scene: Scene, folder: Path, port: int, count: int, calls: int) -> Times:
    raw, name = RawCommits(folder, calls + WARM_UP), counter_names()
    manager = Connection(HOST, port, scene.key(Role.MANAGER))
    display = (HOST, port, scene.key(Role.DISPLAY))
    times: Times = {what: [] for what in MEASURED}
    async with boards(count, display, scene.preset.centre.code) as screens, raw_screens(count) as push:
        for _ in range(calls + WARM_UP):
            answer, last = await _one_call(manager, name(0), screens)
            begin = perf_counter()
            raw.claim()
            times["raw_claim"].append(perf_counter() - begin)
            times["raw_push"].append(await push(bytes(screens[0].size)))
            times["answer"].append(answer)
            times["last_board"].append(last)
    raw.close()
    return times


async def _one_call(manager: Connection, counter: str, screens: list[Screen]) -> tuple[float, float]:
    """Return the seconds from a call to its HTTP answer, and to the last board that heard of it."""
    request = manager.request(f"counters/{counter}/call-next", {})
    begin = perf_counter()
    status, answer = await manager.send(request)
    answered = perf_counter() - begin
    if status != 200:
        raise RuntimeError(f"call-next: {status} {answer}")
    heard = await asyncio.gather(*(screen.wait_for(answer["call"]["id"]) for screen in screens))
    return answered, max(heard) - begin


def _figures(times: Times) -> dict[str, Any]:
    def at(what: str, percent: float) -> float:
        return round(percentile(times[what], percent) * 1000, 2)

    found: dict[str, Any] = {what: {"p50_ms": at(what, 50), "p99_ms": at(what, 99)} for what in times}
    limit = {p: found["raw_claim"][p] + found["raw_push"][p] for p in ("p50_ms", "p99_ms")}
    each = [board / (claim + sent) for board, claim, sent in zip(*(times[w] for w in ORDER), strict=True)]
    ratio = {name[:3]: round(found["last_board"][name] / limit[name], 2) for name in limit}
    return {**found, "ratio": ratio | {"each_p50": round(median(each), 2)}}


ORDER = ("last_board", "raw_claim", "raw_push")
