"""Reads and writes of counters, who is at each, and which counters help with a party."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, text, update

from server.domain.errors import UnknownCounter
from server.domain.lifecycle import AT_COUNTER, CounterState
from server.storage.base import state_in
from server.storage.models import Counter, Helper, Step
from server.storage.statements import Statement

# As a text, so that both databases see that a partial index serves it: SQLAlchemy would bind the values as parameters.
IS_AT_COUNTER = text(f"step.{state_in(AT_COUNTER)}")


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A counter as it stands: its stage, whether it is open, why not, and the id of the token that is there."""

    id: str
    centre_id: int
    stage: str
    state: CounterState
    reason: str | None
    since: datetime | None
    operator: str | None = None
    token: str | None = None


AT_COUNTER_NOW = select(Step.token_id).where(
    Step.centre_id == Counter.centre_id, Step.counter == Counter.id, IS_AT_COUNTER
)
HELPED = select(Helper.token_id).where(Helper.counter == Counter.id)
COUNTER = select(
    Counter.id, Counter.centre_id, Counter.stage, Counter.state, Counter.reason, Counter.since, Counter.operator
).add_columns(func.coalesce(AT_COUNTER_NOW.scalar_subquery(), HELPED.scalar_subquery()))
COUNTER_BY_ID = Statement(COUNTER.where(Counter.id == bindparam("counter")))


def _counter(row: Sequence[Any]) -> CounterRow:
    id_, centre_id, stage, state, *more = row
    return CounterRow(id_, centre_id, stage, CounterState(state), *more)


def counter_by_id(conn: Connection, counter_id: str) -> CounterRow:
    """Return a counter; raises UnknownCounter."""
    row = COUNTER_BY_ID.row(conn, counter=counter_id)
    if row is None:
        raise UnknownCounter(f"There is no counter “{counter_id}”.")
    return _counter(row)


def counters(conn: Connection, centre_id: int) -> list[CounterRow]:
    """Return the counters of a centre in the order of its stages."""
    query = COUNTER.where(Counter.centre_id == centre_id).order_by(Counter.position)
    return [_counter(row) for row in conn.execute(query)]


def update_counter(conn: Connection, counter: CounterRow) -> None:
    """Write the state of a counter."""
    conn.execute(
        update(Counter)
        .where(Counter.id == counter.id)
        .values(state=counter.state.value, reason=counter.reason, since=counter.since)
    )


HELP = Statement(insert(Helper), ["counter", "centre_id", "token_id"])
FREE_HELPERS = Statement(delete(Helper).where(Helper.token_id == bindparam("token")), [])
IS_FREE = ~exists().where(Helper.counter == Counter.id) & ~exists().where(
    Step.centre_id == Counter.centre_id, Step.counter == Counter.id, IS_AT_COUNTER
)


def free_counters(conn: Connection, centre_id: int, stage: str) -> list[tuple[str, int]]:
    """Return (id, position) of the open counters of a stage at which nobody is."""
    query = select(Counter.id, Counter.position).where(
        Counter.centre_id == centre_id, Counter.stage == stage, Counter.state == CounterState.OPEN.value, IS_FREE
    )
    return [(row.id, row.position) for row in conn.execute(query.order_by(Counter.position))]


def set_helpers(conn: Connection, centre_id: int, token_id: str, counters: Sequence[str]) -> None:
    """Write which counters serve the party of a token beside its own."""
    FREE_HELPERS.run(conn, token=token_id)
    for counter in counters:
        HELP.run(conn, counter=counter, centre_id=centre_id, token_id=token_id)
