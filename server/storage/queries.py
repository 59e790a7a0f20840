"""Reads and writes of centres, tokens and steps, to and from the values of the domain."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from server.domain import tokens
from server.domain.errors import UnknownCentre, UnknownToken
from server.domain.lifecycle import StepState, TokenEnd
from server.storage.models import Centre, Step, Token, TokenPrivate
from server.storage.statements import Statement
from server.storage.transaction import CENTRE, CentreState

STEP_FIELDS = [field.name for field in fields(tokens.Step)]
TOKEN_FIELDS = [field.name for field in fields(tokens.Token) if field.name != "step"]
BEFORE_STEP = [field.name for field in fields(tokens.Token)].index("step")
STATE, ENDS = STEP_FIELDS.index("state"), TOKEN_FIELDS.index("ends")
TOKEN = select(*(getattr(Token, name) for name in TOKEN_FIELDS), *(getattr(Step, name) for name in STEP_FIELDS)).join(
    Step, and_(Step.centre_id == Token.centre_id, Step.seq == Token.step_seq)
)


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


CENTRES = Statement(CENTRE.order_by(Centre.id))


def centres(conn: Connection) -> list[CentreState]:
    """Return all centres in the order of their ids."""
    return [CentreState(*row) for row in CENTRES.rows(conn)]


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


DAY_LABEL = TOKEN.where(Token.centre_id == bindparam("centre"), Token.day == bindparam("day"))
TOKEN_BY_NUMBER = Statement(DAY_LABEL.where(Token.series == bindparam("letter"), Token.number == bindparam("number")))


def token_by_number(conn: Connection, centre_id: int, day: date, letter: str, number: int) -> tokens.Token:
    """Return the token with a number on a day; raises UnknownToken."""
    row = TOKEN_BY_NUMBER.row(conn, centre=centre_id, day=day, letter=letter, number=number)
    if row is None:
        raise UnknownToken(f"{letter}{number:03d} was not issued on {day:%d-%m-%Y}.")
    return _token(row)


def number_exists(conn: Connection, centre_id: int, day: date, letter: str, number: int) -> bool:
    """Return whether a number was issued on a day."""
    row = TOKEN_BY_NUMBER.row(conn, centre=centre_id, day=day, letter=letter, number=number)
    return row is not None


BROUGHT_BY = Statement(
    select(Token.label)
    .join(TokenPrivate, TokenPrivate.token_id == Token.id)
    .where(TokenPrivate.centre_id == bindparam("centre"), TokenPrivate.return_of == bindparam("token"))
    .where(or_(Token.ended_at.is_(None), Token.ends != TokenEnd.CANCELLED.value))
)


def brought_by(conn: Connection, centre_id: int, token_id: str) -> str | None:
    """Return the label of a token that the return slip of another has brought, if it was not cancelled."""
    row = BROUGHT_BY.row(conn, centre=centre_id, token=token_id)
    return None if row is None else str(row[0])


def emergencies_since(conn: Connection, centre_id: int, since: datetime) -> int:
    """Return how many tokens were marked as an emergency since then."""
    mine = (Token.centre_id == centre_id, Token.emergency_at.is_not(None), Token.emergency_at > since)
    return int(conn.execute(select(func.count()).select_from(Token).where(*mine)).scalar_one())


HELD_HERE = (
    select(Step.token_id)
    .where(Step.centre_id == bindparam("centre"), Step.counter == bindparam("counter"), text("step.state = 'held'"))
    .correlate(None)
)
TOKENS_HELD = Statement(TOKEN.where(Token.id.in_(HELD_HERE)).order_by(Step.first_call, Step.seq))


PAUSES_OVER = Statement(
    select(Step.token_id).where(
        Step.centre_id == bindparam("centre"),
        Step.until <= bindparam("now"),
        text("step.state = 'paused'"),
    )
)


def pauses_over(conn: Connection, centre_id: int, now: datetime) -> list[str]:
    """Return the ids of paused tokens whose time is over."""
    return [row[0] for row in PAUSES_OVER.rows(conn, centre=centre_id, now=now)]


# Compared here and not by SQLite, which would go through all tokens of the days before.
OPEN_DAYS = Statement(select(Token.day).where(Token.centre_id == bindparam("centre"), Token.ended_at.is_(None)))


def open_before(conn: Connection, centre_id: int, day: date) -> bool:
    """Return whether a token of a day before `day` has not ended."""
    return any(row[0] < day for row in OPEN_DAYS.rows(conn, centre=centre_id))


def tokens_held(conn: Connection, centre_id: int, counter: str) -> list[tokens.Token]:
    """Return the tokens parked at a counter, the first called first."""
    return [_token(row) for row in TOKENS_HELD.rows(conn, centre=centre_id, counter=counter)]


INSERT_TOKEN = Statement(insert(Token), [*TOKEN_FIELDS, "centre_id", "secret", "step_seq"])
INSERT_STEP = Statement(insert(Step), [*STEP_FIELDS, "centre_id", "token_id", "klass", "lane"])
STEP_KEPT = {"seq", "stage", "entered_at"}
STEP_CHANGES = [name for name in STEP_FIELDS if name not in STEP_KEPT]
STEP_AS_BEFORE = update(Step).where(
    Step.centre_id == bindparam("in_centre"), Step.seq == bindparam("of_seq"), Step.state == bindparam("before")
)
TOKEN_KEPT = {"id", "day", "series", "number", "label", "issued_at"}
TOKEN_CHANGES = [*(name for name in TOKEN_FIELDS if name not in TOKEN_KEPT), "step_seq"]
UPDATE_TOKEN = Statement(update(Token).where(Token.id == bindparam("token")), TOKEN_CHANGES)
DELETE_STEP = Statement(
    delete(Step).where(Step.centre_id == bindparam("in_centre"), Step.seq == bindparam("of_seq")), []
)


def insert_token(conn: Connection, centre_id: int, token: tokens.Token, secret: str) -> None:
    """Write a new token and its first step."""
    row = {name: getattr(token, name) for name in TOKEN_FIELDS}
    INSERT_TOKEN.run(conn, **row, centre_id=centre_id, secret=secret, step_seq=token.step.seq)
    insert_step(conn, centre_id, token)


def insert_step(conn: Connection, centre_id: int, token: tokens.Token) -> None:
    """Write the open step of a token."""
    row = {name: getattr(token.step, name) for name in STEP_FIELDS}
    lane = token.lane
    INSERT_STEP.run(conn, **row, centre_id=centre_id, token_id=token.id, klass=lane.klass, lane=lane.key)


def update_step(
    conn: Connection,
    centre_id: int,
    token: tokens.Token,
    step: tokens.Step,
    before: StepState,
    *,
    known: tokens.Token | None = None,
) -> None:
    """Write `step` of a token; raises RuntimeError unless it still stands as `before`.

    Where the token is `known` as its rows stand, only what differs is written: the indexes of the rest stay untouched.
    """
    row = _step_row(token, step)
    if known is not None:
        was = _step_row(known, known.step)
        row = {name: value for name, value in row.items() if value != was[name]}
    if row and _update_of(tuple(row)).run(conn, **row, in_centre=centre_id, of_seq=step.seq, before=before) != 1:
        raise RuntimeError(f"step {step.seq} is no longer {before}")


def _step_row(token: tokens.Token, step: tokens.Step) -> dict[str, Any]:
    """Return the columns of a step that can change."""
    lane = token.lane._replace(only=step.only or "")
    return {**{name: getattr(step, name) for name in STEP_CHANGES}, "klass": lane.klass, "lane": lane.key}


@lru_cache(maxsize=256)
def _update_of(names: tuple[str, ...]) -> Statement:
    """Return the statement that writes some columns of a step; each kind of action has its own few."""
    return Statement(STEP_AS_BEFORE, list(names))


def delete_step(conn: Connection, centre_id: int, seq: int) -> None:
    """Remove a step that was undone before anything came of it."""
    DELETE_STEP.run(conn, in_centre=centre_id, of_seq=seq)


def step_state(conn: Connection, centre_id: int, seq: int) -> StepState:
    """Return the state of a step."""
    query = select(Step.state).where(Step.centre_id == centre_id, Step.seq == seq)
    return StepState(conn.execute(query).scalar_one())


def update_token(conn: Connection, token: tokens.Token) -> None:
    """Write what can change of a token, and which step it is in."""
    row = {name: getattr(token, name) for name in TOKEN_FIELDS if name not in TOKEN_KEPT}
    UPDATE_TOKEN.run(conn, **row, token=token.id, step_seq=token.step.seq)


def count_tokens(conn: Connection, centre_id: int) -> int:
    """Return how many tokens a centre has ever issued."""
    return conn.execute(select(func.count()).where(Token.centre_id == centre_id)).scalar_one()
