"""The hot reads go by the index that is made for them, so that they cost the same with a year of history."""

import pytest
from sqlalchemy import Connection

from server.storage.sql import counters, line, outbox, tokens
from server.storage.statements import Statement
from tests.factories import Floor

READS = [
    (line.HEADS, "ix_step_waiting", "step"),
    (line.AHEAD, "ix_step_waiting", "step"),
    (counters.COUNTER_BY_ID, "ix_step_one_at_counter", "step"),
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
