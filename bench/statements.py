"""How many SQL statements and commits a command takes, counted at the driver."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.part import Outcome, Setting, at_most
from bench.scene import STAGE, Scene

MOST = 12


def measure(setting: Setting) -> Outcome:
    """Count them."""
    scene = Scene(f"sqlite:///{setting.folder / 'statements'}.sqlite", synchronous="OFF")
    counted = per_command(scene)
    scene.db.close()
    lines = [f"{'one command':<44}{'statements':>10} {'commits':>9}"]
    lines += [f"{'  ' + act:<44}{each['statements']:>10} {each['commits']:>9}" for act, each in counted.items()]
    aims = [at_most(f"{act}: statements", each["statements"], MOST) for act, each in counted.items()]
    aims += [at_most(f"{act}: commits", each["commits"], 1) for act, each in counted.items()]
    return Outcome(counted, lines, aims)


def per_command(scene: Scene) -> dict[str, dict[str, int]]:
    """Return `{issue|call: {statements, commits}}` of a command that is alone, BEGIN and savepoints included."""
    scene.clear()
    scene.fill(2)
    return {"issue": _count(scene, scene.issue), "call": _count(scene, lambda: scene.call(f"{STAGE}1"))}


def _count(scene: Scene, act: Callable[[], object]) -> dict[str, int]:
    with _traced(scene) as seen:
        act()
    commits = sum(1 for statement in seen if statement.startswith("COMMIT"))
    return {"statements": len(seen) - commits, "commits": commits}


@contextmanager
def _traced(scene: Scene) -> Iterator[list[str]]:
    """Let SQLite tell every statement of the writer's connection while the block runs."""
    seen: list[str] = []
    with scene.db.writing.transaction() as connection:
        driver: Any = connection.connection.dbapi_connection  # SQLite's own, which has no types
    driver.set_trace_callback(lambda statement: seen.append(statement.strip()))
    try:
        yield seen
    finally:
        driver.set_trace_callback(None)
