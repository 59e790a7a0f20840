"""All benchmarks in one run, and their report: every figure beside the raw limit measured in the same minute."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import boards, growth, rates, statements
from bench.scene import Scene
from bench.timing import Rate

Lines = list[str]
BOARDS = ((1, 100, 1), (10, 300, 3), (500, 30, 1))
"""Boards, calls and rounds."""
HISTORY = (0, 10_000, 1_000_000)


def run(where: Path, *, quick: bool = False) -> tuple[dict[str, Any], Lines]:
    """Run everything on databases in a folder of `where`'s disk; returns the figures, and lines for people."""
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=where, prefix="baari-bench-") as name:
        folder = Path(name)
        _step("commands a second, in process", result, lambda: _rates(folder, 1 if quick else 3))
        _step("commands a second, over HTTP", result, lambda: _http(folder, 1 if quick else 3))
        _step("from the call to the last board", result, lambda: _boards(folder, quick))
        _step("growth", result, lambda: _growth(folder, quick))
        _step("statements", result, lambda: {"statements": _on_scene(folder, "statements", statements.per_command)})
    result["targets"] = _targets(result)
    return result, list(_report(result))


def _step(what: str, result: dict[str, Any], measure: Callable[[], dict[str, Any]]) -> None:
    print(f"{what} …", file=sys.stderr, flush=True)
    result |= measure()


def _on_scene(folder: Path, name: str, measure: Callable[[Scene], Any], *, synchronous: str = "FULL") -> Any:
    scene = Scene(f"sqlite:///{folder / name}.sqlite", synchronous=synchronous)
    try:
        return measure(scene)
    finally:
        scene.db.close()


def _rates(folder: Path, rounds: int) -> dict[str, Any]:
    found = _on_scene(folder, "rates", lambda scene: rates.in_process(scene, folder, rounds))
    return {"in_process": {name: asdict(rate) for name, rate in found.items()}}


def _http(folder: Path, rounds: int) -> dict[str, Any]:
    found = _on_scene(folder, "http", lambda scene: rates.over_http(scene, folder, rounds))
    return {"http": {name: asdict(rate) for name, rate in found.items()}}


def _boards(folder: Path, quick: bool) -> dict[str, Any]:
    def measure(count: int, calls: int, rounds: int) -> Any:
        return _on_scene(folder, f"boards-{count}", lambda s: boards.call_to_boards(s, folder, count, calls, rounds))

    return {"boards": [measure(*size) for size in (((10, 20, 1),) if quick else BOARDS)]}


def _growth(folder: Path, quick: bool) -> dict[str, Any]:
    sizes = (0, 1_000) if quick else HISTORY

    def measure(scene: Scene) -> dict[str, Any]:
        return {"history": list(growth.by_history(scene, sizes)), "line": list(growth.by_line(scene))}

    return {"growth": _on_scene(folder, "growth", measure, synchronous="OFF")}


def _targets(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was to be reached and what was: `{what, reached, wanted, ok}`."""
    inside, http = result["in_process"], result["http"]
    raw = inside["raw commit 1"]["per_s"]
    wanted = 8 if raw < 500 else 3
    found = []

    def aim(what: str, reached: float, limit: float, *, at_least: bool) -> None:
        ok = reached >= limit if at_least else reached <= limit
        found.append({"what": what, "reached": round(reached, 2), "wanted": limit, "ok": ok})

    for act in ("issue", "call"):
        share = inside[f"batched {act} 32"]["per_s"] / inside[f"own transaction {act} 32"]["per_s"]
        aim(f"{act}, 32 at once: batched ÷ one transaction each (raw {raw:.0f}/s)", share, wanted, at_least=True)
    for act in ("issue", "call"):
        rate = http[f"HTTP {act} 32"]
        aim(f"{act} over HTTP, 32 at once, a second", rate["per_s"], 400, at_least=True)
        aim(f"{act} over HTTP: p99 ÷ (32 ÷ throughput)", rate["p99_ms"] / (32_000 / rate["per_s"]), 3, at_least=False)
    for one in result["boards"]:
        if one["boards"] == 10:
            aim("call → 10 boards: p50 ÷ (raw commit + raw push)", one["ratio"]["p50"], 2.5, at_least=False)
            aim("call → 10 boards: p99 ÷ (raw commit + raw push)", one["ratio"]["p99"], 2.5, at_least=False)
    history = {one["finished"]: one for one in result["growth"]["history"]}
    least, most = sorted(history)[-2:]
    for act in ("issue", "call"):
        grown = history[most][act]["p50_ms"] / history[least][act]["p50_ms"]
        aim(f"{act}: p50 at {most} finished ÷ at {least}", grown, 1.2, at_least=False)
        aim(f"{act}: statements", result["statements"][act]["statements"], 12, at_least=False)
        aim(f"{act}: commits", result["statements"][act]["commits"], 1, at_least=False)
    return found


def _report(result: dict[str, Any]) -> Iterator[str]:
    yield from _table("in process", result["in_process"])
    yield from _table("over HTTP", result["http"])
    yield "call → last board                    p50 ms    p99 ms"
    for one in result["boards"]:
        for what in ("raw_claim", "raw_push", "answer", "last_board"):
            name = f"  {one['boards']} boards, {what.replace('_', ' ')}"
            yield f"{name:<34}{one[what]['p50_ms']:>9.2f} {one[what]['p99_ms']:>9.2f}"
        yield f"{'  ratio':<34}{one['ratio']['p50']:>9.2f} {one['ratio']['p99']:>9.2f}"
    yield ""
    yield "growth, p50 ms                        issue      call"
    for one in (*result["growth"]["history"], *result["growth"]["line"]):
        name = f"  {one['finished']} finished" if "finished" in one else f"  {one['waiting']} waiting"
        yield f"{name:<34}{one['issue']['p50_ms']:>9.2f} {one['call']['p50_ms']:>9.2f}"
    yield ""
    yield "to reach"
    for aim in result["targets"]:
        word = "reached" if aim["ok"] else "MISSED"
        yield f"  {word:<8} {aim['what']}: {aim['reached']:g} (wanted {aim['wanted']:g})"


def _table(title: str, found: dict[str, dict[str, float]]) -> Iterator[str]:
    yield f"{title:<34}{'a second':>9} {'p50 ms':>9} {'p99 ms':>9}"
    for name, rate in found.items():
        yield f"{'  ' + name:<34}{Rate(**rate).per_s:>9.0f} {rate['p50_ms']:>9.2f} {rate['p99_ms']:>9.2f}"
    yield ""
