"""Commands and reads over HTTP at 32 callers, beside a bare Flask view under the same gunicorn settings."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from bench.bare import PATH, bare_server
from bench.load import Connection, Where, flood, flood_reads
from bench.part import Outcome, Setting, at_least, rate_lines
from bench.scene import HALL, STAGE, Scene, preset_m
from bench.serve_all import serve_all
from bench.server import HOST, serving
from bench.timing import Rate, middle
from server.domain.permissions import Role

CALLERS = 32
ORDER = {"service": "NORMAL"}
WANTED = {
    "issue": ("bare POST", 0.45),
    "call + start + finish": ("bare POST", 0.45),
    "GET with a key": ("bare GET", 0.5),
}
"""What is compared with which view, and how much of its rate is to be reached."""


def measure(setting: Setting) -> Outcome:
    """Measure both servers in turns."""
    scene = Scene(f"sqlite:///{setting.folder / 'http32'}.sqlite", preset=preset_m(STAGE, counters=HALL))
    rounds, count = setting.size(5, 1), setting.size(1_500, 150)
    with serving(scene.url, setting.folder) as server, bare_server() as bare:
        ours = Where(HOST, server.port, scene.key(Role.MANAGER))
        rates = asyncio.run(_rounds(scene, ours, Where(HOST, bare.port, "none"), rounds, count))
    scene.db.close()
    aims = [
        at_least(f"{what} over HTTP at {CALLERS} ÷ {limit}", rates[what].per_s / rates[limit].per_s, wanted)
        for what, (limit, wanted) in WANTED.items()
    ]
    figures = {name: asdict(rate) for name, rate in rates.items()}
    return Outcome(figures, list(rate_lines(f"over HTTP at {CALLERS}", rates)), aims)


async def _rounds(scene: Scene, ours: Where, bare: Where, rounds: int, count: int) -> dict[str, Rate]:
    """Return the middle rate of each; as many are served as were issued, in requests a second."""
    read = await _cheap_read(scene, ours)
    slices: dict[str, Callable[[], Awaitable[Rate]]] = {
        "bare POST": lambda: flood(bare, lambda _: (PATH, dict(ORDER)), count, CALLERS),
        "issue": lambda: flood(ours, lambda _: (scene.tokens, dict(ORDER)), count, CALLERS),
        "call + start + finish": lambda: serve_all(scene, ours, count, CALLERS),
        "bare GET": lambda: flood_reads(bare, PATH, count, CALLERS),
        "GET with a key": lambda: flood_reads(ours, read, count, CALLERS),
    }
    measured: dict[str, list[Rate]] = defaultdict(list)
    for _ in range(rounds):
        for name, act in slices.items():
            measured[name].append(await act())
    return {name: middle(rates) for name, rates in measured.items()}


async def _cheap_read(scene: Scene, where: Where) -> str:
    """Return the path of a read that needs a key and has little to tell: the token issued first."""
    link = Connection(where)
    answer = await link.post(scene.tokens, dict(ORDER))
    link.close()
    return f"{scene.tokens}/{answer.json()['token']['id']}"
