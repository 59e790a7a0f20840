"""Reads and writes of counters, who is at each, and which counters help with a party."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, text, update

from server.domain.counters import Counter
from server.domain.errors import UnknownCounter
from server.domain.token.lifecycle import AT_COUNTER, CounterState
from server.storage.base import Row, state_in
from server.storage.statements import Statement
from server.storage.tables.floor import CounterTable, HelperTable, StepTable

# As a text, so that both databases see that a partial index serves it: SQLAlchemy would bind the values as parameters.
IS_AT_COUNTER = text(f"step.{state_in(AT_COUNTER)}")


AT_COUNTER_NOW = select(StepTable.token_id).where(
    StepTable.centre_id == CounterTable.centre_id, StepTable.counter == CounterTable.id, IS_AT_COUNTER
)
HELPED = select(HelperTable.token_id).where(
    HelperTable.centre_id == CounterTable.centre_id, HelperTable.counter == CounterTable.id
)
TOKEN_THERE = func.coalesce(AT_COUNTER_NOW.scalar_subquery(), HELPED.scalar_subquery())
COUNTER = select(
    CounterTable.id,
    CounterTable.centre_id,
    CounterTable.stage,
    CounterTable.state,
    CounterTable.reason,
    CounterTable.since,
    CounterTable.operator,
).add_columns(TOKEN_THERE, CounterTable.back_at)
COUNTER_BY_ID = Statement(
    COUNTER.where(CounterTable.centre_id == bindparam("centre"), CounterTable.id == bindparam("counter"))
)


def _counter(row: Row) -> Counter:
    id_, centre_id, stage, state, *more = row
    return Counter(id_, centre_id, stage, CounterState(state), *more)


def counter_by_id(conn: Connection, centre_id: int, counter_id: str) -> Counter:
    """Return a counter of a centre; raises UnknownCounter."""
    row = COUNTER_BY_ID.row(conn, centre=centre_id, counter=counter_id)
    if row is None:
        raise unknown_counter(counter_id)
    return _counter(row)


def unknown_counter(counter_id: str) -> UnknownCounter:
    """Return the refusal of a counter that is not there."""
    return UnknownCounter(f"There is no counter “{counter_id}” here.")


def counters_of(conn: Connection, centre_id: int) -> list[Counter]:
    """Return the counters of a centre in the order of its stages."""
    query = COUNTER.where(CounterTable.centre_id == centre_id).order_by(CounterTable.position)
    return [_counter(row) for row in conn.execute(query)]


OPERATORS = Statement(
    select(CounterTable.id, CounterTable.operator).where(
        CounterTable.centre_id == bindparam("centre"), CounterTable.operator.is_not(None)
    )
)


def operators_of(conn: Connection, centre_id: int) -> dict[str, str]:
    """Return who sits at each counter of a centre at which somebody sits."""
    return dict(map(tuple, OPERATORS.rows(conn, centre=centre_id)))


def update_counter(conn: Connection, counter: Counter) -> None:
    """Write the state of a counter."""
    conn.execute(
        update(CounterTable)
        .where(CounterTable.centre_id == counter.centre_id, CounterTable.id == counter.id)
        .values(state=counter.state.value, reason=counter.reason, since=counter.since, back_at=counter.back_at)
    )


HELP = Statement(insert(HelperTable), ["counter", "centre_id", "token_id"])
FREE_HELPERS = Statement(delete(HelperTable).where(HelperTable.token_id == bindparam("token")), [])
IS_FREE = ~exists().where(
    HelperTable.centre_id == CounterTable.centre_id, HelperTable.counter == CounterTable.id
) & ~exists().where(StepTable.centre_id == CounterTable.centre_id, StepTable.counter == CounterTable.id, IS_AT_COUNTER)


def free_counters(conn: Connection, centre_id: int, stage: str) -> list[tuple[str, int]]:
    """Return (id, position) of the open counters of a stage at which nobody is."""
    query = select(CounterTable.id, CounterTable.position).where(
        CounterTable.centre_id == centre_id,
        CounterTable.stage == stage,
        CounterTable.state == CounterState.OPEN.value,
        IS_FREE,
    )
    return [(row.id, row.position) for row in conn.execute(query.order_by(CounterTable.position))]


def set_helpers(conn: Connection, centre_id: int, token_id: str, counters: Sequence[str]) -> None:
    """Write which counters serve the party of a token beside its own."""
    FREE_HELPERS.send(conn, token=token_id)
    for counter in counters:
        HELP.send(conn, counter=counter, centre_id=centre_id, token_id=token_id)
