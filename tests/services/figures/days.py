"""A random day on a floor, and its figures computed from the tables, beside those that are counted from events."""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import text

from server.domain.errors import Refused
from server.domain.figures.measures import DEFINITION
from server.domain.token.lifecycle import CounterState
from tests.factories import Floor

COUNTERS = ("G1", "A1", "A2", "B1", "C1", "X1", "E1")
OUTCOMES = (None, None, None, None, "error", "refused", "deferred")
Counts = Counter[tuple[str, ...]]


def live(floor: Floor, rng: random.Random, actions: int) -> None:
    """Do so many things on a floor, each 22.5 seconds after the one before; some of them are refused."""
    if floor.centre.event_seq == 0:
        floor.minutes = itertools.count(0, 0.375)
        floor.open(*COUNTERS)
    issued = [floor.issue()]
    last = [COUNTERS[0]]

    def issue() -> None:
        issued.append(floor.issue(rng.choice(("NORMAL", "TATKAAL", "ENQUIRY")), need=rng.choice((None, "senior"))))

    def go_on() -> None:
        """Finish, start or call at a counter, whatever is possible there."""
        counter = last[0] = rng.choice(COUNTERS)
        with suppress(Refused):
            floor.finish(counter, rng.choice(OUTCOMES))
            return
        with suppress(Refused):
            floor.start(counter)
            return
        floor.call(counter)

    def miss(counter: str) -> None:
        """Call until somebody may be noted as absent, and do so."""
        floor.recall(counter)
        floor.recall(counter)
        floor.wait(14)
        floor.miss(counter)

    def at_last(act: Callable[..., object], *args: object) -> Callable[[], object]:
        return lambda: act(last[0], *args)

    choices: list[Callable[[], object]] = [
        *(issue,) * 4,
        *(go_on,) * 24,
        *(at_last(floor.undo),) * 4,
        at_last(floor.recall),
        at_last(floor.hold),
        at_last(floor.resume),
        at_last(miss),
        at_last(floor.transfer, "A", None),
        at_last(lambda counter: floor.transfer(counter, "E", returns=True)),
        lambda: floor.undo_of(rng.choice(issued)),
        lambda: floor.pause(rng.choice(issued)),
        lambda: floor.here(rng.choice(issued)),
        lambda: floor.cancel(rng.choice(issued)),
        lambda: floor.correct(rng.choice(issued), rng.choice(("TATKAAL", "PCC"))),
        lambda: floor.remark(rng.choice(issued), need="senior"),
        at_last(floor.set_state, CounterState.OPEN),
    ]
    for _ in range(actions):
        with suppress(Refused):
            rng.choice(choices)()


def cells_of(floor: Floor, grain: str = "quarter") -> dict[tuple[object, ...], int]:
    """Return the cells of a grain as their rows hold them, without those that hold nothing."""
    query = text(
        "SELECT begins, quarter, stage, klass, measure, name, bin, n FROM figure_cell "
        "WHERE centre_id = :centre AND definition = :definition AND grain = :grain AND n <> 0"
    )
    values = {"centre": floor.centre_id, "definition": DEFINITION, "grain": grain}
    return {tuple(row[:-1]): row[-1] for row in floor.db.read(lambda conn: conn.execute(query, values).all())}


def counted(floor: Floor) -> Counts:
    """Return how many of what the cells of the day hold: (measure, stage, class, name, bin)."""
    counts: Counts = Counter()
    for (_, _, stage, klass, measure, name, bin_), n in cells_of(floor, "day").items():
        counts[str(measure), str(stage), str(klass), str(name), str(bin_)] += n
    return counts


TOKENS = text("SELECT klass, issued_at, ended_at, ends FROM token WHERE centre_id = :centre")
STEPS = text(
    "SELECT stage, klass, state, waited, serving + parked AS served, outcome FROM step WHERE centre_id = :centre"
)


def in_tables(floor: Floor) -> Counts:
    """Return the same as the rows of tokens and steps have it; times are milliseconds there."""
    where, counts = {"centre": floor.centre_id}, Counter[tuple[str, ...]]()
    for klass, issued, ended, ends in floor.db.read(lambda conn: conn.execute(TOKENS, where).all()):
        counts["issued", "", klass, "", "0"] += 1
        if ended is not None:
            counts["end", "", klass, ends, "0"] += 1
        if ended is not None and ends in ("done", "refused"):
            counts["stay", "", klass, "", str((ended - issued) // 30_000)] += 1
    for step in floor.db.read(lambda conn: conn.execute(STEPS, where).all()):
        if step.waited is not None:
            counts["wait", step.stage, step.klass, "", str(step.waited // 30_000)] += 1
        if step.state == "done":
            counts["service", step.stage, step.klass, "", str(step.served // 30_000)] += 1
        if step.state == "done" and step.outcome != "transfer":
            counts["outcome", step.stage, step.klass, step.outcome, "0"] += 1
    return counts
