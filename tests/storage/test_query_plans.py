"""The hot reads go by the index that is made for them, so that they cost the same with a year of history."""

from collections.abc import Mapping

import pytest
from sqlalchemy import Connection, text

from server.storage.base import Base
from server.storage.sql import counters, events, line, outbox, tokens
from server.storage.statements import Statement
from tests.factories import Floor

READS = [
    (events.OPENED, "ix_event_day_begin", "event"),
    (line.HEADS, "ix_step_waiting", "step"),
    (line.AHEAD, "ix_step_waiting", "step"),
    (counters.COUNTER_BY_ID, "ix_step_one_at_counter", "step"),
    (tokens.TOKEN_AT, "ix_step_one_at_counter", "step"),
    (tokens.TOKENS_HELD, "ix_step_held", "step"),
    (tokens.PAUSES_OVER, "ix_step_paused", "step"),
    (tokens.OPEN_DAYS, "ix_token_open", "token"),
    (tokens.BROUGHT_BY, "ix_token_private_return_of", "token"),
    (line.SENT, "ix_step_waiting", "step"),
    (outbox.DUE_TARGETS, "ix_job_open", "j"),
    (outbox.OPEN_JOBS, "ix_job_open", "job"),
    (outbox.DEAD_JOBS, "ix_job_dead", "job"),
    (outbox.LAST_JOB, "ix_job_token_id", "job"),
]


def plan_of(floor: Floor, statement: Statement) -> list[str]:
    """Return how SQLite would run a statement."""

    def explain(conn: Connection) -> list[str]:
        sql = statement.sql(conn.dialect)
        rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?"))
        return [str(row[-1]) for row in rows]

    return floor.db.read(explain)


@pytest.mark.parametrize(("statement", "index", "table"), READS)
def test_a_hot_read_uses_its_index_and_never_scans_the_table(
    sqlite_floor: Floor, statement: Statement, index: str, table: str
) -> None:
    """An index of what is open may be read through: it does not grow with history."""
    steps = plan_of(sqlite_floor, statement)
    assert any(index in step for step in steps), steps
    scans = [step for step in steps if step.startswith(f"SCAN {table}") or step == "SCAN s"]
    assert [step for step in scans if index not in step] == []
    whole = [step for step in steps if "autoindex" in step and step.endswith("(centre_id=?)")]
    assert [step for step in whole if "SEARCH counter" not in step] == []  # there are no more counters than desks


MANY = 3000
POINTS = {
    "a token by its id": tokens.TOKEN_BY_ID,
    "the token at a counter": tokens.TOKEN_AT,
    "the first of each lane": line.HEADS,
    "a counter": counters.COUNTER_BY_ID,
}


def made_up(table: str, count: int, **changes: str) -> str:
    """Return the statement that copies the only row of a table so often, with some columns told by the number `n`."""
    names = [column.name for column in Base.metadata.tables[table].columns]
    values = ", ".join(changes.get(name, f'x."{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} AS x, generate_series(1, {count}) AS n"


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.parametrize("point", POINTS)
def test_postgresql_looks_no_further_before_it_has_counted_anything(floor: Floor, point: str) -> None:
    """Until its first ANALYZE it guesses; a statement that leaves it a choice goes through all tokens then."""
    token, statement = floor.issue(), POINTS[point]
    done = {"ended_at": "1", "state": "'done'"}
    numbered = {"id": "'t' || n", "number": "n + 1000", "secret": "'s' || n", "step_seq": "n + 1000"}
    floor.write(lambda tx: tx.conn.execute(text(made_up("token", MANY, ended_at="1", **numbered))))
    steps = made_up("step", MANY, seq="n + 1000", token_id="'t' || n", **done)
    floor.write(lambda tx: tx.conn.execute(text(steps)))
    told = {"centre": floor.centre_id, "token": token.id, "counter": "G1", "stage": token.step.stage, "profiles": "N"}
    assert pages_read(floor, statement, told) < 60


def pages_read(floor: Floor, statement: Statement, values: Mapping[str, object]) -> int:
    """Return how many pages PostgreSQL reads for a statement whose plan is made for any values."""

    def explain(conn: Connection) -> int:
        bound = ", ".join(f"'{value}'" for value in statement.bound(conn.dialect, values))
        conn.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        conn.exec_driver_sql(f"PREPARE point AS {statement.sql(conn.dialect)}")
        explained = conn.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE point ({bound})")
        plan = explained.scalar_one()[0]["Plan"]
        conn.exec_driver_sql("DEALLOCATE point")
        return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])

    return floor.db.read(explain)
