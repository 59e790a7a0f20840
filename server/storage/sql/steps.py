"""Writes of steps."""

from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)

from server.domain.calling.lane import Lane
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Step, Token
from server.storage.statements import Statement
from server.storage.tables.floor import StepTable

STEP_FIELDS = [field.name for field in fields(Step)]
INSERT_STEP = Statement(insert(StepTable), [*STEP_FIELDS, "centre_id", "token_id", "klass", "lane"])
STEP_KEPT = {"seq", "stage", "entered_at"}
STEP_CHANGES = [name for name in STEP_FIELDS if name not in STEP_KEPT]
_CHANGES_OF = attrgetter(*STEP_CHANGES)
# With the state it had: a second writer, or a fault of ours, is found out here and not in the log.
STEP_AS_BEFORE = update(StepTable).where(
    StepTable.centre_id == bindparam("in_centre"),
    StepTable.seq == bindparam("of_seq"),
    StepTable.state == bindparam("before"),
)
DELETE_STEP = Statement(
    delete(StepTable).where(StepTable.centre_id == bindparam("in_centre"), StepTable.seq == bindparam("of_seq")), []
)


def insert_step(conn: Connection, centre_id: int, token: Token) -> None:
    """Write the open step of a token."""
    row = {name: getattr(token.step, name) for name in STEP_FIELDS}
    lane = token.lane
    INSERT_STEP.send(conn, **row, centre_id=centre_id, token_id=token.id, klass=lane.klass, lane=lane.key)


def update_step(
    conn: Connection,
    centre_id: int,
    token: Token,
    step: Step,
    before: StepState,
    *,
    known: Token | None = None,
) -> None:
    """Write `step` of a token; raises RuntimeError unless it still stands as `before`.

    Where the token is `known` as its rows stand, only what differs is written: the indexes of the rest stay untouched.
    """
    row = _step_row(token, step) if known is None else _changes(known, token, step)
    if row:
        _update_of(tuple(row)).change_one(conn, **row, in_centre=centre_id, of_seq=step.seq, before=before)


def _step_row(token: Token, step: Step) -> dict[str, object]:
    """Return the columns of a step that can change."""
    lane = _lane_of(token, step)
    return {**{name: getattr(step, name) for name in STEP_CHANGES}, "klass": lane.klass, "lane": lane.key}


def _changes(known: Token, token: Token, step: Step) -> dict[str, object]:
    """Return the columns in which a step differs from that of `known`."""
    values = zip(STEP_CHANGES, _CHANGES_OF(step), _CHANGES_OF(known.step), strict=True)
    row = {name: value for name, value, before in values if value != before}
    lane, before = _lane_of(token, step), _lane_of(known, known.step)
    return row if lane == before else {**row, "klass": lane.klass, "lane": lane.key}


def _lane_of(token: Token, step: Step) -> Lane:
    return token.lane._replace(only=step.only or "")


@lru_cache(maxsize=256)
def _update_of(names: tuple[str, ...]) -> Statement:
    """Return the statement that writes some columns of a step; each kind of action has its own few."""
    return Statement(STEP_AS_BEFORE, list(names))


def delete_step(conn: Connection, centre_id: int, seq: int) -> None:
    """Remove a step that was undone before anything came of it."""
    DELETE_STEP.send(conn, in_centre=centre_id, of_seq=seq)


def step_state(conn: Connection, centre_id: int, seq: int) -> StepState:
    """Return the state of a step."""
    query = select(StepTable.state).where(StepTable.centre_id == centre_id, StepTable.seq == seq)
    return StepState(conn.execute(query).scalar_one())


SPENT = StepTable.waiting + StepTable.coming + StepTable.serving + StepTable.parked + StepTable.away


class StageStay(NamedTuple):
    """A stage that a token has entered: when, the milliseconds it spent there (None: it is there), and how it left."""

    stage: str
    entered_at: datetime
    spent: int | None
    state: StepState
    outcome: str | None


def stages_of(conn: Connection, token_id: str) -> list[StageStay]:
    """Return the stages that a token has entered, in order."""
    spent = case((StepTable.ended_at.is_not(None), SPENT))
    query = select(StepTable.stage, StepTable.entered_at, spent, StepTable.state, StepTable.outcome)
    rows = conn.execute(query.where(StepTable.token_id == token_id).order_by(StepTable.seq))
    return [StageStay(stage, entered, ms, StepState(state), outcome) for stage, entered, ms, state, outcome in rows]
