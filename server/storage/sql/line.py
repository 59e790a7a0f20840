"""Reads of the line: the first of each lane, how many stand where, and the quota of each group of counters."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text

from server.domain.calling.ahead import ClassCount
from server.domain.calling.lane import Waiting, lane_of_key
from server.domain.token.jumps import Jump
from server.domain.token.lifecycle import CounterState
from server.domain.token.token import Step
from server.storage.base import WAITING
from server.storage.statements import Statement
from server.storage.tables.floor import CallGroupTable, CounterTable, StepTable, TokenTable

# As a text, so that both databases see that a partial index serves it.
IS_WAITING = text(f"step.{WAITING}")

# A skip scan: from each lane the index leads to the next, and to the first who waits in it. What it costs is the
# number of lanes in which somebody waits, not the number of people. Nothing is joined: PostgreSQL guesses a hundred
# lanes, and would rather go through all steps than look so many up.
HEADS = Statement(
    text(
        """
        WITH RECURSIVE lanes(lane) AS (
            SELECT (SELECT w.lane FROM step AS w
                    WHERE w.centre_id = :centre AND w.stage = :stage AND w.state = 'waiting'
                    ORDER BY w.lane LIMIT 1)
            UNION ALL
            SELECT (SELECT w.lane FROM step AS w
                    WHERE w.centre_id = :centre AND w.stage = :stage AND w.state = 'waiting' AND w.lane > lanes.lane
                    ORDER BY w.lane LIMIT 1)
            FROM lanes WHERE lanes.lane IS NOT NULL),
        heads(lane, seq) AS MATERIALIZED (
            SELECT lanes.lane, (SELECT w.seq FROM step AS w
                WHERE w.centre_id = :centre AND w.stage = :stage AND w.lane = lanes.lane AND w.state = 'waiting'
                ORDER BY w.since, w.seq LIMIT 1)
            FROM lanes WHERE lanes.lane IS NOT NULL)
        SELECT h.seq,
            (SELECT s.token_id FROM step AS s WHERE s.centre_id = :centre AND s.seq = h.seq),
            (SELECT t.label FROM token AS t
             WHERE t.id = (SELECT s.token_id FROM step AS s WHERE s.centre_id = :centre AND s.seq = h.seq)),
            h.lane,
            (SELECT s.since FROM step AS s WHERE s.centre_id = :centre AND s.seq = h.seq),
            (SELECT g.passes FROM call_group AS g
             WHERE g.centre_id = :centre AND g.stage = :stage AND g.profiles = :profiles)
        FROM heads AS h
        """
    ).columns(
        StepTable.seq, StepTable.token_id, TokenTable.label, StepTable.lane, StepTable.since, CallGroupTable.passes
    )
)
PASSES = Statement(
    select(CallGroupTable.passes).where(
        CallGroupTable.centre_id == bindparam("centre"),
        CallGroupTable.stage == bindparam("stage"),
        CallGroupTable.profiles == bindparam("profiles"),
    )
)
SET_PASSES = Statement(
    text(
        """
        INSERT INTO call_group (centre_id, stage, profiles, passes) VALUES (:centre, :stage, :profiles, :passes)
        ON CONFLICT (centre_id, stage, profiles) DO UPDATE SET passes = :passes
        """
    )
)
AHEAD = Statement(
    select(
        select(func.count())
        .select_from(StepTable)
        .where(StepTable.centre_id == bindparam("centre"), StepTable.stage == bindparam("stage"), IS_WAITING)
        .scalar_subquery(),
        select(func.count())
        .select_from(CounterTable)
        .where(
            CounterTable.centre_id == bindparam("centre"),
            CounterTable.stage == bindparam("stage"),
            CounterTable.state == CounterState.OPEN.value,
        )
        .scalar_subquery(),
    )
)


def heads_of_line(conn: Connection, centre_id: int, stage: str, group: str) -> tuple[list[Waiting], int]:
    """Return the first waiting step of each lane at a stage, and the passes of a group (see `passes_of`)."""
    rows = HEADS.rows(conn, centre=centre_id, stage=stage, profiles=group)
    heads = [Waiting(seq, token, label, lane_of_key(lane), since) for seq, token, label, lane, since, _ in rows]
    return heads, (rows[0][-1] or 0) if rows else 0


def passes_of(conn: Connection, centre_id: int, stage: str, group: str) -> int:
    """Return how many calls in a row of a group of counters have passed over the longest wait."""
    row = PASSES.row(conn, centre=centre_id, stage=stage, profiles=group)
    return 0 if row is None else int(row[0])


def set_passes(conn: Connection, centre_id: int, stage: str, group: str, passes: int) -> None:
    """Write how many calls in a row of a group of counters have passed over the longest wait."""
    SET_PASSES.send(conn, centre=centre_id, stage=stage, profiles=group, passes=passes)


def ahead_and_open(conn: Connection, centre_id: int, stage: str) -> tuple[int, int]:
    """Return how many wait at a stage and how many of its counters are open."""
    row = AHEAD.row(conn, centre=centre_id, stage=stage)
    return (0, 0) if row is None else (row[0], row[1])


# Counted by lane, not by class, because the index of the waiting answers that without a look at a single row; and of
# each lane those who are not older, because they are few: whoever comes is the youngest, or nearly.
IN_LINE = Statement(
    text(
        """
        SELECT o.open, q.lane, q.waiting, q.waiting - q.younger
        FROM (SELECT count(*) AS open FROM counter
              WHERE centre_id = :centre AND stage = :stage AND state = 'open') AS o
        LEFT JOIN (SELECT lane, count(*) AS waiting,
                       (SELECT count(*) FROM step AS other
                        WHERE other.centre_id = :centre AND other.stage = :stage AND other.state = 'waiting'
                            AND other.lane = step.lane AND (other.since, other.seq) >= (:since, :seq)) AS younger
                   FROM step WHERE centre_id = :centre AND stage = :stage AND state = 'waiting' GROUP BY lane) AS q
            ON 1 = 1
        """
    ).bindparams(bindparam("since", type_=StepTable.since.type))
)


def in_line(conn: Connection, centre_id: int, step: Step) -> Callable[[], tuple[list[ClassCount], int]]:
    """Count who waits at the stage of a step and how many of them are older, and how many of its counters are open.

    Returns what returns both, so that the next statement need not wait for them.
    """
    counted = IN_LINE.ask(conn, centre=centre_id, stage=step.stage, since=step.since, seq=step.seq)

    def counts() -> tuple[list[ClassCount], int]:
        rows = counted()
        classes = [ClassCount(lane_of_key(lane).klass, n, older) for _, lane, n, older in rows if lane is not None]
        return classes, rows[0][0]

    return counts


JUMPS = Statement(
    select(TokenTable.label, StepTable.called_by, StepTable.jumped_at, StepTable.since, StepTable.seq)
    .join(TokenTable, TokenTable.id == StepTable.token_id)
    .where(
        StepTable.centre_id == bindparam("centre"),
        StepTable.stage == bindparam("stage"),
        text("step.jumped_at IS NOT NULL"),
        StepTable.jumped_at > bindparam("after"),
    )
    .order_by(StepTable.jumped_at)
)


def jumps(conn: Connection, centre_id: int, stage: str, after: datetime) -> list[Jump]:
    """Return the calls at a stage after a moment that passed over somebody, the first first; no recall moves them."""
    return [Jump(*row) for row in JUMPS.rows(conn, centre=centre_id, stage=stage, after=after)]


def waiting_stages(conn: Connection, centre_id: int) -> set[str]:
    """Return the stages at which somebody waits."""
    query = select(StepTable.stage).where(StepTable.centre_id == centre_id, IS_WAITING)
    return set(conn.execute(query.distinct()).scalars())


# Sorted here and not by SQLite, which would go through all steps ever made to have them in order.
SENT = Statement(
    select(StepTable.seq, StepTable.token_id, StepTable.stage, StepTable.only).where(
        StepTable.centre_id == bindparam("centre"), IS_WAITING, StepTable.only.is_not(None)
    )
)


def sent_by_name(conn: Connection, centre_id: int) -> list[tuple[int, str, str, str]]:
    """Return (step, token, stage, counter or officer) of those who wait for one who alone may call them."""
    return sorted((seq, token_id, stage, only) for seq, token_id, stage, only in SENT.rows(conn, centre=centre_id))
