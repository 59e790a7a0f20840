"""Eight centres on one PostgreSQL database, served by two processes: does it matter which process a caller asks."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from bench.load import Connection, Where, require_success
from bench.part import Aim, Setting, at_least
from bench.scene import STAGE, Scene, counter_path, preset_m, tokens_path
from bench.serve_all import VERBS
from bench.server import HOST, Served, serving
from bench.timing import Rate, middle, rate_of
from server.domain.permissions import Role
from server.services.setup.shapes import Preset

LETTERS = "HIJKLMNO"
CALLERS, COUNTERS = 32, 8
KEPT, ANYWHERE, ALONE = "each centre kept to one process", "callers anywhere", "one process"
Choose = Callable[[int], int]
"""Which process a request to a centre goes to; both are numbers."""


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre of one stage: its code, the letter of its counters, and a key."""

    code: str
    letter: str
    key: str


def measure(setting: Setting, url: str) -> dict[str, Rate]:
    """Return the rate of requests, a quarter each of issue, call-next, start and finish, by who asks whom."""
    scene = Scene(url)
    centres = [_centre(scene, letter) for letter in LETTERS]
    slices: dict[str, list[Rate]] = defaultdict(list)
    with serving(url, setting.folder) as first, serving(url, setting.folder) as second:
        for number in range(setting.size(5, 1)):
            rng = random.Random(number)
            ways: dict[str, Choose] = {ALONE: lambda _: 0, KEPT: lambda n: n % 2, ANYWHERE: partial(_any, rng)}
            for name, choose in ways.items():
                slices[name].append(asyncio.run(_slice(centres, (first, second), choose, setting.size(12, 2))))
    scene.db.close()
    return {name: middle(rates) for name, rates in slices.items()}


def aims(rates: Mapping[str, Rate]) -> Iterator[Aim]:
    """Return what was to be reached."""
    anywhere = rates[ANYWHERE].per_s
    yield at_least(f"eight centres on two processes: {ANYWHERE} ÷ {KEPT}", anywhere / rates[KEPT].per_s, 0.9)
    yield at_least(f"eight centres on two processes: {ANYWHERE} ÷ {ALONE}", anywhere / rates[ALONE].per_s, 1)


def _any(rng: random.Random, _centre: int) -> int:
    return rng.randrange(2)


def _centre(scene: Scene, letter: str) -> Centre:
    shape = _shape(letter)
    id_ = scene.install(shape)
    return Centre(shape.centre.code, letter, scene.key(Role.MANAGER, centre=id_))


def _shape(letter: str) -> Preset:
    """Return a centre whose only stage is the gate of preset M, under another letter."""
    preset = preset_m()
    gate = next(stage for stage in preset.stages if stage.code == STAGE)
    return preset.model_copy(
        update={
            "centre": preset.centre.model_copy(update={"code": f"BENCH-{letter}"}),
            "stages": [gate.model_copy(update={"code": letter, "counters": COUNTERS})],
            "routes": {"default": [letter]},
            "services": [service for service in preset.services if service.code == "NORMAL"],
            "kiosks": [],
        }
    )


async def _slice(centres: list[Centre], servers: tuple[Served, Served], choose: Choose, count: int) -> Rate:
    """Let each of 32 callers serve so many citizens at a counter of its own, from the issue on."""
    each: list[float] = []

    async def work(caller: int) -> None:
        number, place = caller % len(centres), caller // len(centres) + 1
        centre = centres[number]
        links = [Connection(Where(HOST, server.port, centre.key)) for server in servers]
        counter = f"{centre.letter}{place}"
        served = [counter_path(centre.code, counter, verb) for verb in VERBS]
        for path in (tokens_path(centre.code), *served) * count:
            link = links[choose(number)]
            request = link.command(path, {"service": "NORMAL"} if path.endswith("tokens") else {})
            begin = perf_counter()
            answer = await link.send(request)
            each.append(perf_counter() - begin)
            require_success(path, answer)
        for link in links:
            link.close()

    begin = perf_counter()
    await asyncio.gather(*(work(caller) for caller in range(CALLERS)))
    return rate_of(each, perf_counter() - begin)
