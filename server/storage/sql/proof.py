"""Reads for the proof: many rows at once, to be compared with what a replay ended with."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, or_, select

from server.domain.leases import Lease
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Step, Token
from server.storage.sql.steps import STEP_FIELDS
from server.storage.sql.tokens import STATE, TOKEN, token_of_row
from server.storage.tables.bookings import BookingTable
from server.storage.tables.floor import CallGroupTable, CounterTable, HelperTable, StepTable, TokenTable
from server.storage.tables.numbers import LeaseTable, SeriesDayTable

STEPS = select(*(getattr(StepTable, name) for name in STEP_FIELDS), StepTable.token_id, StepTable.klass, StepTable.lane)


@dataclass(frozen=True, slots=True)
class Stand:
    """A token as its rows stand: with the secret of its slip, its steps by number, and the lane of its last step.

    `merged_into` is the token that its label leads to, None for itself.
    """

    token: Token
    secret: str
    merged_into: str | None
    steps: dict[int, Step]
    lane: str


def stands_of(conn: Connection, centre_id: int, ids: Sequence[str]) -> dict[str, Stand]:
    """Return tokens of a centre with all their steps, by id; those that are not there are left out."""
    steps: dict[str, dict[int, Step]] = defaultdict(dict)
    lanes: dict[tuple[str, int], str] = {}
    for row in conn.execute(STEPS.where(StepTable.centre_id == centre_id, StepTable.token_id.in_(ids))):
        *values, token_id, _, lane = row
        values[STATE] = StepState(values[STATE])
        step = Step(*values)
        steps[token_id][step.seq], lanes[token_id, step.seq] = step, lane
    query = TOKEN.add_columns(TokenTable.secret, TokenTable.merged_into)
    rows = conn.execute(query.where(TokenTable.centre_id == centre_id, TokenTable.id.in_(ids)))
    found = [(token_of_row(row[:-2]), row[-2], row[-1]) for row in rows]
    return {
        token.id: Stand(token, secret, merged_into, steps[token.id], lanes[token.id, token.step.seq])
        for token, secret, merged_into in found
    }


def bookings_beside(
    conn: Connection, centre_id: int, ids: Collection[str], bookings: Collection[int]
) -> dict[int, tuple[str | None, datetime | None]]:
    """Return (token, slot) of the bookings of a centre that are named, or that tokens with these ids use, by number."""
    row = BookingTable
    here = or_(row.token_id.in_(ids), row.id.in_(bookings))
    rows = conn.execute(select(row.id, row.token_id, row.slot).where(row.centre_id == centre_id, here))
    return {id_: (token_id, slot) for id_, token_id, slot in rows}


def positions_of(conn: Connection, centre_id: int) -> list[tuple[str, str, int]]:
    """Return (id, stage, position) of the counters of a centre."""
    query = select(CounterTable.id, CounterTable.stage, CounterTable.position)
    rows = conn.execute(query.where(CounterTable.centre_id == centre_id))
    return [(id_, stage, position) for id_, stage, position in rows]


def leases_of(conn: Connection, centre_id: int) -> list[Lease]:
    """Return all blocks of numbers that a centre has ever leased."""
    query = select(*(getattr(LeaseTable, name) for name in Lease.__slots__))
    return [Lease(*row) for row in conn.execute(query.where(LeaseTable.centre_id == centre_id))]


def last_numbers(conn: Connection, centre_id: int) -> dict[tuple[date, str], int]:
    """Return the last number given on each day in each series."""
    query = select(SeriesDayTable.day, SeriesDayTable.letter, SeriesDayTable.last)
    rows = conn.execute(query.where(SeriesDayTable.centre_id == centre_id))
    return {(day, letter): last for day, letter, last in rows}


def passes_by_group(conn: Connection, centre_id: int) -> dict[tuple[str, str], int]:
    """Return the passes of each group of counters, by (stage, group)."""
    query = select(CallGroupTable.stage, CallGroupTable.profiles, CallGroupTable.passes)
    rows = conn.execute(query.where(CallGroupTable.centre_id == centre_id))
    return {(stage, profiles): passes for stage, profiles, passes in rows}


def helpers_of(conn: Connection, centre_id: int) -> dict[str, str]:
    """Return the token that each helping counter serves beside another."""
    query = select(HelperTable.counter, HelperTable.token_id).where(HelperTable.centre_id == centre_id)
    return {row.counter: row.token_id for row in conn.execute(query)}
