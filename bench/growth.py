"""What a command costs as history and the line grow: the time must not follow them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from bench.part import Outcome, Setting, at_most, figure_line
from bench.scene import STAGE, Scene, counter_names
from bench.timing import Rate, middle, timed

BLOCK = 50_000
COUNT = 200
HISTORY, QUICK = (0, 10_000, 1_000_000), (0, 1_000)
LINES = (10, 1_000, 10_000)

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
# Tokens of past days as rows like those of today, with one finished step and one event of the usual size each.
PAST = (
    f"""
    INSERT INTO token (id, centre_id, day, series, number, label, klass, service, route, language, aged_from, "then",
        party, access, entered_by_hand, step_seq, ends, secret, issued_at, ended_at)
    {NUMBERS} SELECT 'past-' || i, :centre, date('2019-12-31', '-' || (i / 600) || ' days'), 'N', i % 600 + 1,
        printf('N%03d', i % 600 + 1), 'N', 'NORMAL', 'default', 'hi', i * 1000, '', 1, '', 0, -i, 'done',
        'past-' || i, i * 1000, i * 1000 + 1 FROM n
    """,
    f"""
    INSERT INTO step (centre_id, seq, token_id, klass, lane, stage, state, entered_at, since, beside, calls, jumped,
        counter, call, ended_at, outcome)
    {NUMBERS} SELECT :centre, -i, 'past-' || i, 'N', 'N NORMAL hi 00 ', :stage, 'done', i * 1000, i * 1000, '', 1, 0,
        :stage || (i % 6 + 1), 'past-' || i, i * 1000 + 1, 'ok' FROM n
    """,
    f"""
    INSERT INTO event (centre_id, seq, at, kind, actor, token_id, desk, data, hash)
    {NUMBERS} SELECT :centre, -i, i * 1000, 'token.finished', 'bench', 'past-' || i, :stage || (i % 6 + 1),
        (SELECT data FROM event WHERE seq > 0 ORDER BY seq LIMIT 1), hex(randomblob(32)) FROM n
    """,
)


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
    line = list(_by_line(scene))
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


def _by_line(scene: Scene) -> Iterator[Cost]:
    for length in LINES:
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
        for statement in PAST:
            scene.sql(statement, **block)
