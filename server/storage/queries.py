"""Reads and writes of tokens, steps and counters, to and from the values of the domain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from server.domain import tokens
from server.domain.calling import Waiting
from server.domain.errors import UnknownCentre, UnknownCounter, UnknownToken
from server.domain.lifecycle import AT_COUNTER, CounterState, StepState, TokenEnd
from server.storage.models import Centre, Counter, SeriesDay, Step, Token
from server.storage.statements import Statement
from server.storage.transaction import CENTRE, CentreState

# As literals, so that both databases see that a partial index serves them.
IS_WAITING: ColumnElement[bool] = literal_column("step.state = 'waiting'", Boolean)
IS_AT_COUNTER: ColumnElement[bool] = literal_column(
    f"step.state IN ({', '.join(repr(state.value) for state in sorted(AT_COUNTER))})", Boolean
)
STEP_FIELDS = [field.name for field in fields(tokens.Step)]
TOKEN_FIELDS = [field.name for field in fields(tokens.Token) if field.name != "step"]
BEFORE_STEP = [field.name for field in fields(tokens.Token)].index("step")
STATE, ENDS = STEP_FIELDS.index("state"), TOKEN_FIELDS.index("ends")
TOKEN = select(
    *(getattr(Token, name) for name in TOKEN_FIELDS), *(getattr(Step, name) for name in STEP_FIELDS)
).join(Step, and_(Step.centre_id == Token.centre_id, Step.seq == Token.step_seq))


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A counter as it stands: its stage, whether it is open, and why not."""

    id: str
    centre_id: int
    stage: str
    state: CounterState
    reason: str | None
    since: datetime | None
    operator: str | None = None


def _token(row: Sequence[Any]) -> tokens.Token:
    token, step = list(row[: len(TOKEN_FIELDS)]), list(row[len(TOKEN_FIELDS) :])
    step[STATE], token[ENDS] = StepState(step[STATE]), TokenEnd(token[ENDS])
    token.insert(BEFORE_STEP, tokens.Step(*step))
    return tokens.Token(*token)


def centre_by_code(conn: Connection, code: str) -> CentreState:
    """Return a centre; raises UnknownCentre."""
    row = conn.execute(CENTRE.where(Centre.code == code)).one_or_none()
    if row is None:
        raise UnknownCentre(f"There is no centre “{code}”.")
    return CentreState(**row._mapping)


def centre_by_id(conn: Connection, centre_id: int) -> CentreState:
    """Return a centre; raises UnknownCentre."""
    row = conn.execute(CENTRE.where(Centre.id == centre_id)).one_or_none()
    if row is None:
        raise UnknownCentre("There is no such centre.")
    return CentreState(*row)


def centres(conn: Connection) -> list[CentreState]:
    """Return all centres in the order of their ids."""
    return [CentreState(**row._mapping) for row in conn.execute(CENTRE.order_by(Centre.id))]


TOKEN_BY_ID = Statement(TOKEN.where(Token.centre_id == bindparam("centre"), Token.id == bindparam("token")))


def token_by_id(conn: Connection, centre_id: int, token_id: str) -> tokens.Token:
    """Return a token of the centre; raises UnknownToken."""
    row = TOKEN_BY_ID.row(conn, centre=centre_id, token=token_id)
    if row is None:
        raise UnknownToken("There is no such token here.")
    return _token(row)


def token_by_secret(conn: Connection, secret: str) -> tuple[int, tokens.Token]:
    """Return (centre id, token) of a status secret; raises UnknownToken."""
    row = conn.execute(TOKEN.add_columns(Token.centre_id).where(Token.secret == secret)).one_or_none()
    if row is None:
        raise UnknownToken("There is no such page.")
    return row[-1], _token(row[:-1])


def open_tokens(conn: Connection, centre_id: int) -> Iterator[tokens.Token]:
    """Return the tokens of the centre that have not ended, in the order they were entered."""
    query = TOKEN.where(Token.centre_id == centre_id, Token.ended_at.is_(None)).order_by(Step.seq)
    return map(_token, conn.execute(query))


TOKEN_AT = Statement(
    TOKEN.where(Step.centre_id == bindparam("centre"), Step.counter == bindparam("counter"), IS_AT_COUNTER)
)


def token_at(conn: Connection, centre_id: int, counter: str) -> tokens.Token | None:
    """Return the token called to or served at a counter."""
    row = TOKEN_AT.row(conn, centre=centre_id, counter=counter)
    return None if row is None else _token(row)


HEADS = Statement(
    text(
        """
        SELECT s.seq, s.token_id, t.label, s.klass, s.entered_at
        FROM series AS c
        JOIN step AS s ON s.centre_id = c.centre_id AND s.seq = (
            SELECT w.seq FROM step AS w
            WHERE w.centre_id = c.centre_id AND w.stage = :stage AND w.klass = c.letter AND w.state = 'waiting'
            ORDER BY w.entered_at, w.seq LIMIT 1)
        JOIN token AS t ON t.id = s.token_id
        WHERE c.centre_id = :centre
        """
    ).columns(Step.seq, Step.token_id, Token.label, Step.klass, Step.entered_at)
)


def heads_of_line(conn: Connection, centre_id: int, stage: str) -> list[Waiting]:
    """Return the first waiting step of each class at a stage, by one look into the index of the waiting."""
    return [Waiting(*row) for row in HEADS.rows(conn, centre=centre_id, stage=stage)]


def ahead_count(conn: Connection, centre_id: int, stage: str, classes: frozenset[str] | None) -> int:
    """Return how many wait at a stage in `classes` (None: in any)."""
    query = (
        select(func.count()).select_from(Step).where(Step.centre_id == centre_id, Step.stage == stage, IS_WAITING)
    )
    if classes is not None:
        query = query.where(Step.klass.in_(sorted(classes)))
    return conn.execute(query).scalar_one()


INSERT_TOKEN = Statement(insert(Token), [*TOKEN_FIELDS, "centre_id", "secret", "step_seq"])
INSERT_STEP = Statement(insert(Step), [*STEP_FIELDS, "centre_id", "token_id", "klass"])
STEP_CHANGES = ["state", "counter", "call", "calls", "called_at", "started_at", "ended_at", "outcome"]
UPDATE_STEP = Statement(
    update(Step).where(
        Step.centre_id == bindparam("in_centre"),
        Step.seq == bindparam("of_seq"),
        Step.state == bindparam("before"),
    ),
    STEP_CHANGES,
)
TOKEN_CHANGES = ["step_seq", "decision", "ends", "ended_at"]
UPDATE_TOKEN = Statement(update(Token).where(Token.id == bindparam("token")), TOKEN_CHANGES)


def before_count(conn: Connection, centre_id: int, token: tokens.Token, protected: frozenset[str]) -> int:
    """Return how many will be called before a waiting token: the older of its rank, and all of a higher one."""
    query = select(func.count()).select_from(Step)
    query = query.where(Step.centre_id == centre_id, Step.stage == token.step.stage, IS_WAITING)
    me = (token.step.entered_at, token.step.seq)
    older = or_(Step.entered_at < me[0], and_(Step.entered_at == me[0], Step.seq < me[1]))
    first = Step.klass.in_(sorted(protected))
    before = and_(first, older) if token.klass in protected else or_(first, older)
    return conn.execute(query.where(before)).scalar_one()


def insert_token(conn: Connection, centre_id: int, token: tokens.Token, secret: str) -> None:
    """Write a new token and its first step."""
    row = {name: getattr(token, name) for name in TOKEN_FIELDS}
    INSERT_TOKEN.run(conn, **row, centre_id=centre_id, secret=secret, step_seq=token.step.seq)
    insert_step(conn, centre_id, token)


def insert_step(conn: Connection, centre_id: int, token: tokens.Token) -> None:
    """Write the open step of a token."""
    row = {name: getattr(token.step, name) for name in STEP_FIELDS}
    INSERT_STEP.run(conn, **row, centre_id=centre_id, token_id=token.id, klass=token.klass)


def update_step(conn: Connection, centre_id: int, before: tokens.Step, after: tokens.Step) -> None:
    """Write a changed step; raises RuntimeError unless it still stands as `before`."""
    row = {name: getattr(after, name) for name in STEP_CHANGES}
    if UPDATE_STEP.run(conn, **row, in_centre=centre_id, of_seq=before.seq, before=before.state) != 1:
        raise RuntimeError(f"step {before.seq} is no longer {before.state}")


def update_token(conn: Connection, token: tokens.Token) -> None:
    """Write which step a token is in and how it ended."""
    UPDATE_TOKEN.run(
        conn,
        token=token.id,
        step_seq=token.step.seq,
        decision=token.decision,
        ends=token.ends,
        ended_at=token.ended_at,
    )


def last_number(conn: Connection, centre_id: int, day: date, letter: str) -> int:
    """Return the last number given in a series on a day, 0 when none is."""
    query = select(SeriesDay.last).where(
        SeriesDay.centre_id == centre_id, SeriesDay.day == day, SeriesDay.letter == letter
    )
    return conn.execute(query).scalar() or 0


def set_last_number(conn: Connection, centre_id: int, day: date, letter: str, last: int) -> None:
    """Write the last number given in a series on a day."""
    dialect = sqlite if conn.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(SeriesDay).values(centre_id=centre_id, day=day, letter=letter, last=last)
    conn.execute(
        statement.on_conflict_do_update(index_elements=["centre_id", "day", "letter"], set_={"last": last})
    )


COUNTER = select(
    Counter.id, Counter.centre_id, Counter.stage, Counter.state, Counter.reason, Counter.since, Counter.operator
)
COUNTER_BY_ID = Statement(COUNTER.where(Counter.id == bindparam("counter")))


def _counter(row: Sequence[Any]) -> CounterRow:
    id_, centre_id, stage, state, reason, since, operator = row
    return CounterRow(id_, centre_id, stage, CounterState(state), reason, since, operator)


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


def open_counters(conn: Connection, centre_id: int, stage: str) -> int:
    """Return how many counters of a stage are open."""
    query = select(func.count()).where(
        Counter.centre_id == centre_id, Counter.stage == stage, Counter.state == CounterState.OPEN.value
    )
    return conn.execute(query).scalar_one()


def update_counter(conn: Connection, counter: CounterRow) -> None:
    """Write the state of a counter."""
    conn.execute(
        update(Counter)
        .where(Counter.id == counter.id)
        .values(state=counter.state.value, reason=counter.reason, since=counter.since)
    )


def count_tokens(conn: Connection, centre_id: int) -> int:
    """Return how many tokens a centre has ever issued."""
    return conn.execute(select(func.count()).where(Token.centre_id == centre_id)).scalar_one()


def waiting_stages(conn: Connection, centre_id: int) -> set[str]:
    """Return the stages at which somebody waits."""
    return set(
        conn.execute(select(Step.stage).where(Step.centre_id == centre_id, IS_WAITING).distinct()).scalars()
    )
