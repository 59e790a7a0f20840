"""Commands a second: batched, one transaction each, over HTTP, and raw durable commits, slice by slice."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.limits import RawCommits
from bench.load import flood
from bench.scene import OwnTransactions, Scene, Writes, counter_names
from bench.server import HOST, serving
from bench.timing import Rate, middle, timed
from server.domain.roles import Role

CLIENTS = (1, 8, 32)
COUNT = {1: 150, 8: 300, 32: 450}
Rates = dict[str, list[Rate]]


def in_process(scene: Scene, folder: Path, rounds: int) -> dict[str, Rate]:
    """Return rates by `what concurrency`, the median of some rounds in which the slices take turns."""
    raw, alone = RawCommits(folder), OwnTransactions(scene.url)
    found: Rates = defaultdict(list)
    try:
        for _ in range(rounds):
            found["raw commit 1"].append(raw.rate(COUNT[8]))
            for clients in CLIENTS:
                _slices(scene, scene.db, "batched", clients, found)
                _slices(scene, alone, "own transaction", clients, found)
    finally:
        raw.close()
        alone.close()
    return {name: middle(rates) for name, rates in found.items()}


def _slices(scene: Scene, db: Writes, how: str, clients: int, found: Rates) -> None:
    count, counter = COUNT[clients], counter_names()
    if how == "own transaction":
        count //= 3
    found[f"{how} issue {clients}"].append(timed(lambda _: scene.issue(db), count, clients))
    found[f"{how} call {clients}"].append(timed(lambda n: scene.call(counter(n), db), count, clients))
    scene.clear()


def over_http(scene: Scene, folder: Path, rounds: int) -> dict[str, Rate]:
    """Return rates of issue and call-next through a real server, by concurrency."""
    key = scene.key(Role.MANAGER)
    centre = scene.preset.centre.code
    found: Rates = defaultdict(list)
    with serving(scene.url, folder) as port:

        def send(what: str, commands: Callable[[int], tuple[str, dict[str, Any]]], clients: int) -> None:
            where = (HOST, port, key)
            found[f"HTTP {what} {clients}"].append(asyncio.run(flood(where, commands, COUNT[clients], clients)))

        for _ in range(rounds):
            for clients in CLIENTS:
                counter = counter_names()
                send("issue", lambda _: (f"centres/{centre}/tokens", {"service": "NORMAL"}), clients)
                send("call", lambda n, name=counter: (f"counters/{name(n)}/call-next", {}), clients)  # type: ignore[misc]
                scene.clear()
    return {name: middle(rates) for name, rates in found.items()}
