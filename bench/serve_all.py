"""Serve many citizens over HTTP: call, start and finish, each client at a counter of its own."""

import asyncio
from time import perf_counter

from bench.load import Connection, Where, require_success
from bench.scene import STAGE, Scene
from bench.timing import Rate, rate_of

VERBS = ("call-next", "start", "finish")


async def serve_all(scene: Scene, where: Where, count: int, clients: int, *, stage: str = STAGE) -> Rate:
    """Serve so many citizens at a stage and return the rate of the requests; raises RuntimeError for a refusal."""
    turns = iter(range(count))
    each: list[float] = []

    async def work(counter: str) -> None:
        link = Connection(where)
        for _ in turns:
            for verb in VERBS:
                path = scene.at(counter, verb)
                request = link.command(path, {})
                begin = perf_counter()
                answer = await link.send(request)
                each.append(perf_counter() - begin)
                require_success(path, answer)
        link.close()

    begin = perf_counter()
    await asyncio.gather(*(work(f"{stage}{number}") for number in range(1, clients + 1)))
    return rate_of(each, perf_counter() - begin)
