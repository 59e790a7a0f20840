"""What a command costs as history and the line grow: the time must not follow them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bench.scene import STAGE, Scene, counter_names
from bench.timing import middle, timed

BLOCK = 50_000
COUNT = 200
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


def by_history(scene: Scene, sizes: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Give `{finished, issue, call}` for each number of finished tokens, with a short line."""
    scene.fill(1)
    done = 0
    for size in sizes:
        _add_past(scene, done + 1, size)
        done = size
        yield {"finished": size, **_measure(scene)}


def by_line(scene: Scene) -> Iterator[dict[str, Any]]:
    """Give `{waiting, issue, call}` for each length of the line."""
    for length in LINES:
        scene.clear()
        scene.fill(length)
        yield {"waiting": length, **_measure(scene)}


def _measure(scene: Scene) -> dict[str, Any]:
    """Return the rates of issue and of call-next, one after the other; the median of three takes each."""
    name = counter_names()
    issues, calls = [], []
    for _ in range(3):
        issues.append(timed(lambda _: scene.issue(), COUNT, 1))
        calls.append(timed(lambda n: scene.call(name(n)), COUNT, 1))
        scene.sql("UPDATE step SET state = 'done', counter = NULL WHERE state = 'called'")
    return {"issue": asdict(middle(issues)), "call": asdict(middle(calls))}


def _add_past(scene: Scene, first: int, last: int) -> None:
    """Write tokens that ended long ago, block by block."""
    for begin in range(first, last + 1, BLOCK):
        block = {"first": begin, "last": min(begin + BLOCK - 1, last), "centre": scene.centre, "stage": STAGE}
        for statement in PAST:
            scene.sql(statement, **block)
