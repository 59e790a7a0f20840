"""Reads of the line: the first of each lane, how many stand where, and the quota of each group of counters."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text

from server.domain.calling.ahead import MOST_CALLS, LaneCount
from server.domain.calling.lane import Waiting, lane_of_key
from server.domain.forecast import CounterNow, HallFacts, LineFacts
from server.domain.token.jumps import Jump
from server.domain.token.lifecycle import AT_COUNTER, CounterState
from server.domain.token.token import Step
from server.storage.base import WAITING, Row, state_in
from server.storage.statements import Statement
from server.storage.tables.floor import CallGroupTable, CounterTable, StepTable, TokenTable
from server.storage.types import from_ms

# As a text, so that both databases see that a partial index serves it.
IS_WAITING = text(f"step.{WAITING}")

# A skip scan: from each lane the index leads to the next, and to the first who waits in it. What it costs is the
# number of lanes in which somebody waits, not the number of people. Nothing is joined: PostgreSQL guesses a hundred
# lanes, and would rather go through all steps than look so many up.
LANES = """
        RECURSIVE lanes(lane) AS (
            SELECT (SELECT w.lane FROM step AS w
                    WHERE w.centre_id = :centre AND w.stage = :stage AND w.state = 'waiting'
                    ORDER BY w.lane LIMIT 1)
            UNION ALL
            SELECT (SELECT w.lane FROM step AS w
                    WHERE w.centre_id = :centre AND w.stage = :stage AND w.state = 'waiting' AND w.lane > lanes.lane
                    ORDER BY w.lane LIMIT 1)
            FROM lanes WHERE lanes.lane IS NOT NULL)"""
HEADS = Statement(
    text(
        f"""
        WITH {LANES},
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


PASSES_BY_STAGE = Statement(
    select(CallGroupTable.stage, CallGroupTable.profiles, CallGroupTable.passes).where(
        CallGroupTable.centre_id == bindparam("centre")
    )
)


def passes_by_stage(conn: Connection, centre_id: int) -> dict[str, dict[str, int]]:
    """Return the passes of each group of counters, by stage."""
    by_stage: dict[str, dict[str, int]] = defaultdict(dict)
    for stage, group, passes in PASSES_BY_STAGE.rows(conn, centre=centre_id):
        by_stage[stage][group] = passes
    return by_stage


def set_passes(conn: Connection, centre_id: int, stage: str, group: str, passes: int) -> None:
    """Write how many calls in a row of a group of counters have passed over the longest wait."""
    SET_PASSES.send(conn, centre=centre_id, stage=stage, profiles=group, passes=passes)


def ahead_and_open(conn: Connection, centre_id: int, stage: str) -> tuple[int, int]:
    """Return how many wait at a stage and how many of its counters are open."""
    row = AHEAD.row(conn, centre=centre_id, stage=stage)
    return (0, 0) if row is None else (row[0], row[1])


# One statement for the line that somebody joins, one for the hall that calls it, so that an issue waits for one answer,
# and asks for the hall only where that may have changed. Who waits is told one by one where the line is short, else
# counted by lane: the index of the waiting answers both without a look at a single row. Of each lane those who are not
# older are counted, because they are few: whoever comes is the youngest.
MOST_COUNTERS = 120
HERE = "centre_id = :centre AND stage = :stage"
IN_LINE = Statement(
    text(
        f"""
        WITH {LANES}, here(people) AS (SELECT count(*) FROM (
            SELECT 1 FROM step WHERE {HERE} AND state = 'waiting' LIMIT :most + 1) AS first)
        SELECT 'waiting' AS part, CAST(lane AS TEXT) AS name, CAST(since AS BIGINT) AS n, CAST(seq AS BIGINT) AS m
        FROM here CROSS JOIN step WHERE people <= :most AND {HERE} AND state = 'waiting'
        UNION ALL
        SELECT 'lane', lane,
            (SELECT count(*) FROM step WHERE {HERE} AND state = 'waiting' AND step.lane = lanes.lane),
            (SELECT count(*) FROM step
             WHERE {HERE} AND state = 'waiting' AND step.lane = lanes.lane AND (since, seq) >= (:since, :seq))
        FROM lanes WHERE lane IS NOT NULL AND (SELECT people FROM here) > :most
        UNION ALL
        SELECT 'stage', code, CASE WHEN code = :stage THEN 0 ELSE (
            SELECT count(*) FROM step
            WHERE step.centre_id = :centre AND step.stage = stage.code AND step.state = 'waiting') END, 0
        FROM stage WHERE centre_id = :centre
        """
    ).bindparams(bindparam("since", type_=StepTable.since.type))
)
HALL = Statement(
    text(
        f"""
        SELECT 'busy' AS part, c.id AS name, c.operator AS other,
            CAST(coalesce(s.started_at, s.last_called) AS BIGINT) AS at, CAST(0 AS BIGINT) AS n
        FROM step AS s JOIN counter AS c ON c.centre_id = s.centre_id AND c.id = s.counter
        WHERE s.centre_id = :centre AND s.{state_in(AT_COUNTER)} AND s.stage = :stage AND c.state = 'open'
        UNION ALL
        SELECT 'busy', c.id, c.operator, coalesce(s.started_at, s.last_called), 0
        FROM helper AS h JOIN counter AS c ON c.centre_id = h.centre_id AND c.id = h.counter
            JOIN token AS t ON t.id = h.token_id JOIN step AS s ON s.centre_id = t.centre_id AND s.seq = t.step_seq
        WHERE h.centre_id = :centre AND c.stage = :stage AND c.state = 'open'
        UNION ALL
        SELECT * FROM (
            SELECT state, id, operator, back_at, 0 FROM counter
            WHERE {HERE} AND (state = 'open' OR state = :planned OR back_at IS NOT NULL)
            LIMIT {MOST_COUNTERS}) AS calling
        UNION ALL
        SELECT 'passes', profiles, NULL, NULL, passes FROM call_group WHERE {HERE}
        UNION ALL
        SELECT 'served', stage, NULL, NULL, count(*) FROM step
        WHERE centre_id = :centre AND {state_in(AT_COUNTER)} GROUP BY stage
        UNION ALL
        SELECT 'callers', stage, NULL, NULL, count(*) FROM counter
        WHERE centre_id = :centre AND (state = 'open' OR state = :planned) GROUP BY stage
        """
    )
)


def in_line(conn: Connection, centre_id: int, step: Step) -> Callable[[], LineFacts]:
    """Ask who waits at the stage of a step, how many of them are older, and how long the other lines are.

    Returns what returns it all, so that the next statement need not wait for it.
    """
    answer = IN_LINE.ask(conn, centre=centre_id, stage=step.stage, since=step.since, seq=step.seq, most=MOST_CALLS)
    return lambda: _line_facts(answer())


def _line_facts(rows: Iterable[Row]) -> LineFacts:
    """Return what the rows of `IN_LINE` tell, by what their first word says."""
    waiting, counts, elsewhere = [], [], {}
    for part, name, n, m in rows:
        if part == "waiting":
            waiting.append(Waiting(m, "", "", lane_of_key(name), from_ms(n)))
        elif part == "lane":
            counts.append(LaneCount(lane_of_key(name), n, n - m))
        else:
            elsewhere[name] = n
    return LineFacts(waiting, counts, elsewhere)


def hall(conn: Connection, centre_id: int, stage: str, *, planned: bool) -> Callable[[], HallFacts]:
    """Ask which counters of a stage call, closed ones too if they are `planned` to open; returns what returns it."""
    closed = CounterState.CLOSED.value if planned else ""
    answer = HALL.ask(conn, centre=centre_id, stage=stage, planned=closed)
    return lambda: _hall_facts(answer())


def _hall_facts(rows: Iterable[Row]) -> HallFacts:
    """Return what the rows of `HALL` tell, by what their first word says."""
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[row[0]].append(row)
    busy = {name: CounterNow(name, other, CounterState.OPEN, from_ms(at)) for _, name, other, at, _ in parts["busy"]}
    free = (row for row in parts[CounterState.OPEN] if row[1] not in busy)
    passes, served, callers = ({row[1]: row[4] for row in parts[part]} for part in ("passes", "served", "callers"))
    return HallFacts(
        counters=[
            *(CounterNow(name, other, CounterState.OPEN, None) for _, name, other, _, _ in free),
            *busy.values(),
            *(
                CounterNow(name, other, CounterState.CLOSED, None)
                for _, name, other, _, _ in parts[CounterState.CLOSED]
            ),
            *(
                CounterNow(name, other, CounterState.PAUSED, None, from_ms(back_at))
                for _, name, other, back_at, _ in parts[CounterState.PAUSED]
            ),
        ],
        passes=passes,
        served=served,
        callers=callers,
    )


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
