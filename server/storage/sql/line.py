"""Reads of the line: the first of each lane, how many stand where, and the quota of each group of counters."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text

from server.domain.calling.ahead import MOST_CALLS, LaneCount
from server.domain.calling.lane import Waiting, lane_of_key
from server.domain.forecast import CounterNow, Load, StageFacts
from server.domain.token.jumps import Jump
from server.domain.token.lifecycle import AT_COUNTER, CounterState
from server.domain.token.token import Step
from server.storage.base import WAITING, Row, state_in
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


# One statement for all that somebody is told with their number, so that an issue waits for one answer. Who waits is
# told one by one where the line is short, else counted by lane: the index of the waiting answers both without a look at
# a single row. Of each lane those who are not older are counted, because they are few: whoever comes is the youngest.
MOST_COUNTERS = 120
HERE = "centre_id = :centre AND stage = :stage"
IN_LINE = Statement(
    text(
        f"""
        WITH here(people) AS (SELECT count(*) FROM step WHERE {HERE} AND state = 'waiting')
        SELECT 'waiting' AS part, CAST(lane AS TEXT) AS name, CAST(NULL AS TEXT) AS other,
            CAST(since AS BIGINT) AS at, CAST(seq AS BIGINT) AS n, CAST(0 AS BIGINT) AS m
        FROM step WHERE {HERE} AND state = 'waiting' AND (SELECT people FROM here) <= :most
        UNION ALL
        SELECT 'lane', lane, NULL, NULL, count(*), (
            SELECT count(*) FROM step AS other
            WHERE other.centre_id = :centre AND other.stage = :stage AND other.state = 'waiting'
                AND other.lane = step.lane AND (other.since, other.seq) >= (:since, :seq))
        FROM step WHERE {HERE} AND state = 'waiting' AND (SELECT people FROM here) > :most GROUP BY lane
        UNION ALL
        SELECT 'busy', c.id, c.operator, coalesce(s.started_at, s.last_called), 0, 0
        FROM step AS s JOIN counter AS c ON c.centre_id = s.centre_id AND c.id = s.counter
        WHERE s.centre_id = :centre AND s.{state_in(AT_COUNTER)} AND s.stage = :stage AND c.state = 'open'
        UNION ALL
        SELECT 'helps', c.id, c.operator, coalesce(s.started_at, s.last_called), 0, 0
        FROM helper AS h JOIN counter AS c ON c.centre_id = h.centre_id AND c.id = h.counter
            JOIN token AS t ON t.id = h.token_id JOIN step AS s ON s.centre_id = t.centre_id AND s.seq = t.step_seq
        WHERE h.centre_id = :centre AND c.stage = :stage AND c.state = 'open'
        UNION ALL
        SELECT * FROM (
            SELECT state, id, operator, back_at, 0, 0 FROM counter
            WHERE {HERE} AND (state = 'open' OR state = :planned OR back_at IS NOT NULL)
            LIMIT {MOST_COUNTERS}) AS calling
        UNION ALL
        SELECT 'passes', profiles, NULL, NULL, passes, 0 FROM call_group WHERE {HERE}
        UNION ALL
        SELECT 'line', code, NULL, NULL, CASE WHEN code = :stage THEN 0 ELSE (
            SELECT count(*) FROM step
            WHERE step.centre_id = :centre AND step.stage = stage.code AND step.state = 'waiting') END, 0
        FROM stage WHERE centre_id = :centre
        UNION ALL
        SELECT 'served', stage, NULL, NULL, count(*), 0 FROM step
        WHERE centre_id = :centre AND {state_in(AT_COUNTER)} GROUP BY stage
        UNION ALL
        SELECT 'callers', stage, NULL, NULL, count(*), 0 FROM counter
        WHERE centre_id = :centre AND (state = 'open' OR state = :planned) GROUP BY stage
        """
    )
    .bindparams(bindparam("since", type_=StepTable.since.type))
    .columns(StepTable.state, StepTable.lane, CounterTable.operator, StepTable.since, StepTable.seq, StepTable.calls)
)


def in_line(conn: Connection, centre_id: int, step: Step, *, planned: bool) -> Callable[[], StageFacts]:
    """Ask who waits at the stage of a step, how many of them are older, which counters call, and the other lines.

    Closed counters are told too if they are `planned` to open. Returns what returns it all, so that the next statement
    need not wait for it.
    """
    answer = IN_LINE.ask(
        conn,
        centre=centre_id,
        stage=step.stage,
        since=step.since,
        seq=step.seq,
        most=MOST_CALLS,
        planned=CounterState.CLOSED.value if planned else "",
    )
    return lambda: _stage_facts(answer())


def _stage_facts(rows: Iterable[Row]) -> StageFacts:
    """Return what the rows of `IN_LINE` tell, by what their first word says."""
    parts: dict[str, list[Row]] = defaultdict(list)
    for part, *row in rows:
        parts[part].append(row)
    busy = {row[0]: row for part in ("busy", "helps") for row in parts[part]}
    free = (row for row in parts[CounterState.OPEN] if row[0] not in busy)
    return StageFacts(
        waiting=[Waiting(seq, "", "", lane_of_key(lane), since) for lane, _, since, seq, _ in parts["waiting"]],
        counts=[LaneCount(lane_of_key(lane), n, n - younger) for lane, _, _, n, younger in parts["lane"]],
        counters=[
            *(CounterNow(id_, operator, CounterState.OPEN, None) for id_, operator, *_ in free),
            *(CounterNow(id_, operator, CounterState.OPEN, since) for id_, operator, since, *_ in busy.values()),
            *(CounterNow(id_, operator, CounterState.CLOSED, None) for id_, operator, *_ in parts[CounterState.CLOSED]),
            *(
                CounterNow(id_, operator, CounterState.PAUSED, None, back_at)
                for id_, operator, back_at, *_ in parts[CounterState.PAUSED]
            ),
        ],
        passes={group: passes for group, _, _, passes, _ in parts["passes"]},
        loads=_loads(parts),
    )


def _loads(parts: Mapping[str, Sequence[Row]]) -> dict[str, Load]:
    """Return how many wait, are served and call at each stage; of this stage nobody asks how many wait."""
    waiting, served, callers = ({row[0]: row[3] for row in parts[part]} for part in ("line", "served", "callers"))
    return {stage: Load(waiting[stage], served.get(stage, 0), callers.get(stage, 0)) for stage in waiting}


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
