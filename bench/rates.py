"""Commands a second: batched, one transaction each, over HTTP, and raw durable commits, slice by slice."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict

from bench.alone import OwnTransactions, Writes
from bench.limits import RawCommits
from bench.load import Command, Where, flood
from bench.part import Outcome, Setting, at_least, at_most, rate_lines
from bench.scene import Scene, counter_names
from bench.server import HOST, serving
from bench.timing import Rate, middle, timed
from server.domain.permissions import Role

CLIENTS = (1, 8, 32)
ACTS = ("issue", "call")
COUNT = {1: 150, 8: 300, 32: 450}
SLOW_DISK = 500
"""So many raw commits a second and fewer are a slow disk, where sharing commits pays most."""
Rates = dict[str, list[Rate]]


def in_process(setting: Setting) -> Outcome:
    """Measure rates by `what concurrency`, the median of some rounds in which the slices take turns."""
    scene = Scene(f"sqlite:///{setting.folder / 'rates'}.sqlite")
    raw, alone = RawCommits(setting.folder), OwnTransactions(scene.url)
    slices: Rates = defaultdict(list)
    try:
        for _ in range(setting.size(3, 1)):
            slices["raw commit 1"].append(raw.rate(COUNT[8]))
            for clients in CLIENTS:
                _slices(scene, scene.db, "batched", clients, slices)
                _slices(scene, alone, "own transaction", clients, slices)
    finally:
        raw.close()
        alone.close()
        scene.db.close()
    rates = {name: middle(each) for name, each in slices.items()}
    wanted = 8 if rates["raw commit 1"].per_s < SLOW_DISK else 3
    shares = {act: rates[f"batched {act} 32"].per_s / rates[f"own transaction {act} 32"].per_s for act in ACTS}
    how = f"32 at once: batched ÷ one transaction each (raw {rates['raw commit 1'].per_s:.0f}/s)"
    aims = [at_least(f"{act}, {how}", share, wanted) for act, share in shares.items()]
    return Outcome({name: asdict(rate) for name, rate in rates.items()}, list(rate_lines("in process", rates)), aims)


def _slices(scene: Scene, db: Writes, how: str, clients: int, slices: Rates) -> None:
    count, counter = COUNT[clients], counter_names()
    if how == "own transaction":
        count //= 3
    slices[f"{how} issue {clients}"].append(timed(lambda _: scene.issue(db), count, clients))
    slices[f"{how} call {clients}"].append(timed(lambda n: scene.call(counter(n), db), count, clients))
    scene.clear()


def over_http(setting: Setting) -> Outcome:
    """Measure rates of issue and call-next through a real server, by concurrency."""
    scene = Scene(f"sqlite:///{setting.folder / 'http'}.sqlite")
    slices: Rates = defaultdict(list)
    with serving(scene.url, setting.folder) as server:
        where = Where(HOST, server.port, scene.key(Role.MANAGER))

        def send(what: str, commands: Callable[[int], Command], clients: int) -> None:
            slices[f"HTTP {what} {clients}"].append(asyncio.run(flood(where, commands, COUNT[clients], clients)))

        for _ in range(setting.size(3, 1)):
            for clients in CLIENTS:
                counter = counter_names()
                send("issue", lambda _: (scene.tokens, {"service": "NORMAL"}), clients)
                send("call", lambda n, name=counter: (scene.at(name(n), "call-next"), {}), clients)  # type: ignore[misc]
                scene.clear()
    scene.db.close()
    rates = {name: middle(each) for name, each in slices.items()}
    tails = {act: rates[f"HTTP {act} 32"].p99_ms / (32_000 / rates[f"HTTP {act} 32"].per_s) for act in ACTS}
    aims = [at_most(f"{act} over HTTP, 32 at once: p99 ÷ (32 ÷ throughput)", tail, 3) for act, tail in tails.items()]
    aims += [at_least(f"{act} over HTTP, 32 at once, a second", rates[f"HTTP {act} 32"].per_s, 400) for act in ACTS]
    return Outcome({name: asdict(rate) for name, rate in rates.items()}, list(rate_lines("over HTTP", rates)), aims)
