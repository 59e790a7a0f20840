"""What the status page of a phone costs the server: processor time of an answer, and of a 304."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from bench.bare import PATH, bare_server
from bench.load import Connection, Where, flood_reads, require_success
from bench.part import Outcome, Setting, at_most, figure_line
from bench.scene import Scene
from bench.server import HOST, Served, serving
from server.domain.permissions import Role

WAITING, CLIENTS, NOT_MODIFIED = 200, 4, 304
TIMES_OF_BARE = 1.5


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of processor time for each answer of the server, and of a bare view."""

    full_ms: float
    unchanged_ms: float
    bare_ms: float


def measure(setting: Setting) -> Outcome:
    """Measure both servers."""
    scene = Scene(f"sqlite:///{setting.folder / 'phones'}.sqlite")
    scene.fill(WAITING)
    count = setting.size(2_000, 100)
    with serving(scene.url, setting.folder) as server, bare_server() as bare:
        where = Where(HOST, server.port, scene.key(Role.MANAGER))
        path, etag = asyncio.run(_token(scene, where))
        figures = Figures(
            full_ms=_cost(server, lambda: flood_reads(where, path, count, CLIENTS), count),
            unchanged_ms=_cost(server, lambda: _unchanged(where, path, etag, count), count),
            bare_ms=_cost(bare, lambda: flood_reads(Where(HOST, bare.port, "none"), PATH, count, CLIENTS), count),
        )
    scene.db.close()
    lines = [f"{'status of a phone, processor':<44}{'ms':>9}"]
    lines += [figure_line(name.removesuffix("_ms"), value) for name, value in asdict(figures).items()]
    aims = [at_most("a 304 of the status page ÷ a bare view", figures.unchanged_ms / figures.bare_ms, TIMES_OF_BARE)]
    return Outcome(asdict(figures), lines, aims)


def _cost(server: Served, act: Callable[[], Awaitable[object]], count: int) -> float:
    """Return the processor time of each of so many requests, in milliseconds."""

    async def run() -> None:
        await act()

    before = server.cpu_s()
    asyncio.run(run())
    return round((server.cpu_s() - before) * 1000 / count, 3)


async def _token(scene: Scene, where: Where) -> tuple[str, str]:
    """Issue a token; returns the path of its status below /api/v1/, and the ETag of what it says now."""
    link = Connection(where)
    issued = require_success("issue", await link.post(scene.tokens, {"service": "NORMAL"})).json()
    path = f"status/{issued['status_url'].rpartition('/')[2]}"
    status = require_success(path, await link.get(path))
    link.close()
    return path, status.etag


async def _unchanged(where: Where, path: str, etag: str, count: int) -> None:
    """Ask so often whether something has changed; raises RuntimeError when it has."""
    turns = iter(range(count))

    async def work(link: Connection) -> None:
        for _ in turns:
            answer = await link.get(path, if_none_match=etag)
            if answer.status != NOT_MODIFIED:
                raise RuntimeError(f"{path}: {answer.status} although nothing has changed")
        link.close()

    await asyncio.gather(*(work(Connection(where)) for _ in range(CLIENTS)))
