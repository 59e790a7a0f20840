"""Issues while sixteen people sign in at once: hashing passwords must not hold up the line."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import perf_counter

from bench.boards import Tail, tail
from bench.load import Connection, Where, require_success
from bench.part import Outcome, Setting, at_most, figure_line
from bench.scene import Scene
from bench.server import HOST, serving
from server.domain.permissions import Role

PEOPLE, PACE_S, REST_S, SIGNED_IN = 16, 0.02, 0.5, 302


@dataclass(frozen=True, slots=True)
class Figures:
    """Issues, one each 20 ms, in quiet and while people sign in; how long a sign-in took."""

    issues: int
    quiet: Tail
    during: Tail
    sign_in: Tail


def measure(setting: Setting) -> Outcome:
    """Measure in quiet and during bursts of sign-ins, in turns."""
    scene, password = Scene(f"sqlite:///{setting.folder / 'sign-in'}.sqlite"), secrets.token_hex(8)
    people = [f"person-{number}" for number in range(PEOPLE)]
    for user in people:
        scene.person(user, password)
    rounds, count = setting.size(4, 1), setting.size(150, 15)
    with serving(scene.url, setting.folder) as server:
        where = Where(HOST, server.port, scene.key(Role.MANAGER))
        figures = asyncio.run(_rounds(scene, where, [(user, password) for user in people], rounds, count))
    scene.db.close()
    aims = [at_most("issue p99 during 16 sign-ins ÷ quiet", figures.during.p99_ms / figures.quiet.p99_ms, 1.5)]
    return Outcome(asdict(figures), list(_lines(figures)), aims)


async def _rounds(scene: Scene, where: Where, people: list[tuple[str, str]], rounds: int, count: int) -> Figures:
    quiet: list[float] = []
    during: list[float] = []
    taken: list[float] = []
    for _ in range(rounds):
        await _issues(scene, where, count, quiet)
        bursts = asyncio.create_task(_bursts(where, people, taken))
        await _issues(scene, where, count, during)
        bursts.cancel()
        with suppress(asyncio.CancelledError):
            await bursts
        await asyncio.sleep(REST_S)
    return Figures(len(during), tail(quiet), tail(during), tail(taken))


async def _issues(scene: Scene, where: Where, count: int, times: list[float]) -> None:
    """Issue so many tokens at a steady pace and note the seconds of each."""
    link = Connection(where)
    for _ in range(count):
        request = link.command(scene.tokens, {"service": "NORMAL"})
        begin = perf_counter()
        require_success("issue", await link.send(request))
        times.append(perf_counter() - begin)
        await asyncio.sleep(max(0.0, PACE_S - times[-1]))
    link.close()


async def _bursts(where: Where, people: list[tuple[str, str]], taken: list[float]) -> None:
    """Let all sign in at once, again and again, until this is cancelled."""
    while True:
        await asyncio.gather(*(_sign_in(where, *person, taken) for person in people))


async def _sign_in(where: Where, user: str, password: str, taken: list[float]) -> None:
    link, form = Connection(where), f"user={user}&password={password}".encode()
    head = f"POST /login HTTP/1.1\r\nHost: {where.host}:{where.port}\r\nSec-Fetch-Site: same-origin\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"
    begin = perf_counter()
    answer = await link.send(f"{head}{kind}Content-Length: {len(form)}\r\n\r\n".encode() + form)
    taken.append(perf_counter() - begin)
    link.close()
    if answer.status != SIGNED_IN:
        raise RuntimeError(f"sign-in of {user}: {answer.status}")


def _lines(figures: Figures) -> Iterator[str]:
    yield f"{f'{PEOPLE} people sign in at once':<44}{'p50 ms':>9} {'p99 ms':>9}"
    rows = {"issue, quiet": figures.quiet, "issue, during": figures.during, "a sign-in": figures.sign_in}
    yield from (figure_line(name, row.p50_ms, row.p99_ms) for name, row in rows.items())
