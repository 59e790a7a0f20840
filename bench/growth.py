"""What a command costs as history and the line grow: the time must not follow them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from bench.part import Outcome, Setting, at_most, figure_line
from bench.scene import STAGE, Scene, counter_names
from bench.timing import Rate, middle, timed
from server.storage.metadata import METADATA

BLOCK = 50_000
COUNT = 200
HISTORY, QUICK = (0, 10_000, 1_000_000), (0, 1_000)
LINES, SHORT = (10, 1_000, 10_000), (10, 100)

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
ENDED = {"token_id": "'past-' || i", "counter": ":stage || (i % 6 + 1)", "ended_at": "i * 1000 + 1"}
PAST = {
    "token": {
        "id": "'past-' || i",
        "day": "date('2019-12-31', '-' || (i / 600) || ' days')",
        "number": "i % 600 + 1",
        "label": "printf('N%03d', i % 600 + 1)",
        "step_seq": "-i",
        "ends": "'done'",
        "secret": "'past-' || i",
        "issued_at": "i * 1000",
        "ended_at": "i * 1000 + 1",
    },
    "step": {"seq": "-i", "state": "'done'", "entered_at": "i * 1000", "call": "'past-' || i", **ENDED},
    "event": {"seq": "-i", "at": "i * 1000", "kind": "'token.finished'", "token_id": "'past-' || i"},
}
"""What tells a row of a past day from the first of its table, of which it is a copy; everything as SQL."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Rates of issue and call-next, one command at a time, with so many finished or so many in line."""

    count: int
    issue: Rate
    call: Rate


def measure(setting: Setting) -> Outcome:
    """Measure commands as history grows, then as the line grows; the disk is not the question here."""
    scene = Scene(f"sqlite:///{setting.folder / 'growth'}.sqlite", synchronous="OFF")
    history = list(_by_history(scene, QUICK if setting.quick else HISTORY))
    line = list(_by_line(scene, SHORT if setting.quick else LINES))
    scene.db.close()
    least, most = sorted(history, key=lambda cost: cost.count)[-2:]
    grown = {"issue": (most.issue, least.issue), "call": (most.call, least.call)}
    sizes = f"p50 at {most.count} finished ÷ at {least.count}"
    aims = [at_most(f"{act}: {sizes}", after.p50_ms / before.p50_ms, 1.2) for act, (after, before) in grown.items()]
    figures = {"history": [asdict(cost) for cost in history], "line": [asdict(cost) for cost in line]}
    return Outcome(figures, list(_lines(history, line)), aims)


def _lines(history: list[Cost], line: list[Cost]) -> Iterator[str]:
    yield f"{'growth, p50 ms':<44}{'issue':>9} {'call':>9}"
    for what, costs in (("finished", history), ("waiting", line)):
        for cost in costs:
            yield figure_line(f"{cost.count} {what}", cost.issue.p50_ms, cost.call.p50_ms)


def _by_history(scene: Scene, sizes: tuple[int, ...]) -> Iterator[Cost]:
    scene.fill(1)
    done = 0
    for size in sizes:
        _add_past(scene, done + 1, size)
        done = size
        yield _cost(scene, size)


def _by_line(scene: Scene, lengths: tuple[int, ...]) -> Iterator[Cost]:
    for length in lengths:
        scene.clear()
        scene.fill(length)
        yield _cost(scene, length)


def _cost(scene: Scene, count: int) -> Cost:
    """Measure issue and call-next, one after the other; the median of three takes each."""
    name = counter_names()
    issues, calls = [], []
    for _ in range(3):
        issues.append(timed(lambda _: scene.issue(), COUNT, 1))
        calls.append(timed(lambda n: scene.call(name(n)), COUNT, 1))
        scene.sql("UPDATE step SET state = 'done', counter = NULL WHERE state = 'called'")
    return Cost(count, middle(issues), middle(calls))


def _add_past(scene: Scene, first: int, last: int) -> None:
    """Write tokens that ended long ago, block by block."""
    for begin in range(first, last + 1, BLOCK):
        block = {"first": begin, "last": min(begin + BLOCK - 1, last), "centre": scene.centre, "stage": STAGE}
        for table, changes in PAST.items():
            scene.sql(_copies(table, changes), **block)


def _copies(table: str, changes: Mapping[str, str]) -> str:
    """Return what adds numbered copies of the first row of a table, so that they are rows like those of today."""
    columns = [f'"{column.name}"' for column in METADATA.tables[table].columns]
    values = [changes.get(name.strip('"'), f"first.{name}") for name in columns]
    usual = "kind = 'token.issued'" if table == "event" else "TRUE"
    first = f"(SELECT * FROM {table} WHERE centre_id = :centre AND {usual} ORDER BY rowid LIMIT 1) AS first"
    return f"INSERT INTO {table} ({', '.join(columns)}) {NUMBERS} SELECT {', '.join(values)} FROM n, {first}"
