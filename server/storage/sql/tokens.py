"""Reads and writes of tokens."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from server.domain.errors import UnknownToken
from server.domain.token.claim import secret_in
from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.token import Step, Token
from server.storage.base import Row
from server.storage.sql.counters import IS_AT_COUNTER, unknown_counter
from server.storage.sql.steps import STEP_FIELDS, insert_step
from server.storage.statements import Statement
from server.storage.tables.floor import CounterTable, HelperTable, StepTable, TokenPrivateTable, TokenTable

TOKEN_FIELDS = [field.name for field in fields(Token) if field.name != "step"]
BEFORE_STEP = [field.name for field in fields(Token)].index("step")
STATE, ENDS = STEP_FIELDS.index("state"), TOKEN_FIELDS.index("ends")
STEP_OF_TOKEN = and_(StepTable.centre_id == TokenTable.centre_id, StepTable.seq == TokenTable.step_seq)
TOKEN = select(
    *(getattr(TokenTable, name) for name in TOKEN_FIELDS), *(getattr(StepTable, name) for name in STEP_FIELDS)
).join(StepTable, STEP_OF_TOKEN)


def token_of_row(row: Row) -> Token:
    """Return the token of a row of TOKEN."""
    token, step = list(row[: len(TOKEN_FIELDS)]), list(row[len(TOKEN_FIELDS) :])
    step[STATE], token[ENDS] = StepState(step[STATE]), TokenEnd(token[ENDS])
    token.insert(BEFORE_STEP, Step(*step))
    return Token(*token)


# The centre is compared here: PostgreSQL, as long as it has counted nothing, would go through all tokens of the centre.
TOKEN_BY_ID = Statement(TOKEN.add_columns(TokenTable.centre_id).where(TokenTable.id == bindparam("token")))


def token_by_id(conn: Connection, centre_id: int, token_id: str) -> Token:
    """Return a token of the centre; raises UnknownToken."""
    row = TOKEN_BY_ID.row(conn, token=token_id)
    if row is None or row[-1] != centre_id:
        raise UnknownToken("There is no such token here.")
    return token_of_row(row[:-1])


def find_token(conn: Connection, centre_id: int, token_id: str) -> Token | None:
    """Return a token of the centre, None when there is none."""
    row = TOKEN_BY_ID.row(conn, token=token_id)
    return None if row is None or row[-1] != centre_id else token_of_row(row[:-1])


# By the names of the counter alone, so that PostgreSQL knows the token before it thinks of going through all of them.
SERVED_HERE = select(StepTable.token_id).where(
    StepTable.centre_id == bindparam("centre"), StepTable.counter == bindparam("counter"), IS_AT_COUNTER
)
HELPED_HERE = select(HelperTable.token_id).where(
    HelperTable.centre_id == bindparam("centre"), HelperTable.counter == bindparam("counter")
)
AT = func.coalesce(SERVED_HERE.correlate(None).scalar_subquery(), HELPED_HERE.scalar_subquery())
TOKEN_AT = Statement(
    select(CounterTable.id, *TOKEN.selected_columns)
    .select_from(CounterTable)
    .outerjoin(TokenTable, TokenTable.id == select(AT).scalar_subquery())
    .outerjoin(StepTable, STEP_OF_TOKEN)
    .where(CounterTable.centre_id == bindparam("centre"), CounterTable.id == bindparam("counter"))
)


def token_at(conn: Connection, centre_id: int, counter_id: str) -> Token | None:
    """Return the token at a counter, called by it or by the one it helps, or None; raises UnknownCounter."""
    row = TOKEN_AT.row(conn, centre=centre_id, counter=counter_id)
    if row is None:
        raise unknown_counter(counter_id)
    return None if row[1] is None else token_of_row(row[1:])


def token_by_secret(conn: Connection, slip: str) -> tuple[int, Token]:
    """Return (centre id, token) of a secret, with the claim of its slip or without; raises UnknownToken."""
    own = TokenTable.secret == secret_in(slip)
    row = conn.execute(TOKEN.add_columns(TokenTable.centre_id).where(own)).one_or_none()
    if row is None:
        raise UnknownToken("There is no such page.")
    return row[-1], token_of_row(row[:-1])


MERGED = Statement(select(TokenTable.merged_into).where(TokenTable.id == bindparam("token")))
SET_MERGED = Statement(update(TokenTable).where(TokenTable.id == bindparam("token")), ["merged_into"])


def standing_for(conn: Connection, centre_id: int, token: Token) -> Token:
    """Return the token that a label leads to: itself, or the one that it was merged into."""
    while token.ends is TokenEnd.CANCELLED:
        row = MERGED.row(conn, token=token.id)
        if row is None or row[0] is None:
            break
        token = token_by_id(conn, centre_id, row[0])
    return token


def set_merged(conn: Connection, token_id: str, into: str | None) -> None:
    """Note into which token one was merged, None when it stands for itself again."""
    SET_MERGED.send(conn, token=token_id, merged_into=into)


def open_tokens(conn: Connection, centre_id: int) -> Iterator[Token]:
    """Return the tokens of the centre that have not ended, in the order they were entered."""
    query = TOKEN.where(TokenTable.centre_id == centre_id, TokenTable.ended_at.is_(None)).order_by(StepTable.seq)
    return map(token_of_row, conn.execute(query))


DAY_LABEL = TOKEN.where(TokenTable.centre_id == bindparam("centre"), TokenTable.day == bindparam("day"))
TOKEN_BY_NUMBER = Statement(
    DAY_LABEL.where(TokenTable.series == bindparam("letter"), TokenTable.number == bindparam("number"))
)


def token_by_number(conn: Connection, centre_id: int, day: date, letter: str, number: int) -> Token:
    """Return the token with a number on a day; raises UnknownToken."""
    row = TOKEN_BY_NUMBER.row(conn, centre=centre_id, day=day, letter=letter, number=number)
    if row is None:
        raise UnknownToken(f"{letter}{number:03d} was not issued on {day:%d-%m-%Y}.")
    return token_of_row(row)


def number_exists(conn: Connection, centre_id: int, day: date, letter: str, number: int) -> bool:
    """Return whether a number was issued on a day."""
    row = TOKEN_BY_NUMBER.row(conn, centre=centre_id, day=day, letter=letter, number=number)
    return row is not None


WITH_NUMBER = Statement(
    TOKEN.where(TokenTable.centre_id == bindparam("centre"), TokenTable.series == bindparam("letter"))
    .where(TokenTable.number == bindparam("number"), TokenTable.day != bindparam("but"))
    .order_by(TokenTable.ended_at.is_(None).desc(), TokenTable.day.desc())
    .limit(1)
)


def latest_with_number(
    conn: Connection, centre_id: int, letter: str, number: int, *, but: date = date.min
) -> Token | None:
    """Return who has a number on any day (but one): somebody under way first, then the newest; None for nobody."""
    row = WITH_NUMBER.row(conn, centre=centre_id, letter=letter, number=number, but=but)
    return None if row is None else token_of_row(row)


def numbers_ended_since(conn: Connection, centre_id: int, day: date, since: datetime) -> list[tuple[str, int]]:
    """Return the (letter, number) of the tokens of a day that ended after a moment."""
    ended = (TokenTable.centre_id == centre_id, TokenTable.day == day, TokenTable.ended_at > since)
    return [
        (row.series, row.number) for row in conn.execute(select(TokenTable.series, TokenTable.number).where(*ended))
    ]


BROUGHT_BY = Statement(
    select(TokenTable.label)
    .join(TokenPrivateTable, TokenPrivateTable.token_id == TokenTable.id)
    .where(TokenPrivateTable.centre_id == bindparam("centre"), TokenPrivateTable.return_of == bindparam("token"))
    .where(or_(TokenTable.ended_at.is_(None), TokenTable.ends != TokenEnd.CANCELLED.value))
)


def brought_by(conn: Connection, centre_id: int, token_id: str) -> str | None:
    """Return the label of a token that the return slip of another has brought, if it was not cancelled."""
    row = BROUGHT_BY.row(conn, centre=centre_id, token=token_id)
    return None if row is None else str(row[0])


def emergencies_since(conn: Connection, centre_id: int, since: datetime) -> int:
    """Return how many tokens were marked as an emergency since then."""
    emergencies = (
        TokenTable.centre_id == centre_id,
        TokenTable.emergency_at.is_not(None),
        TokenTable.emergency_at > since,
    )
    return int(conn.execute(select(func.count()).select_from(TokenTable).where(*emergencies)).scalar_one())


HELD_HERE = (
    select(StepTable.token_id)
    .where(
        StepTable.centre_id == bindparam("centre"),
        StepTable.counter == bindparam("counter"),
        text("step.state = 'held'"),
    )
    .correlate(None)
)
# `correlate(None)` above, or SQLAlchemy would take the inner `step` for the outer one.
TOKENS_HELD = Statement(TOKEN.where(TokenTable.id.in_(HELD_HERE)).order_by(StepTable.first_called, StepTable.seq))


PAUSES_OVER = Statement(
    select(StepTable.token_id).where(
        StepTable.centre_id == bindparam("centre"),
        StepTable.until <= bindparam("now"),
        text("step.state = 'paused'"),
    )
)


def pauses_over(conn: Connection, centre_id: int, now: datetime) -> list[str]:
    """Return the ids of paused tokens whose time is over."""
    return [row[0] for row in PAUSES_OVER.rows(conn, centre=centre_id, now=now)]


# Compared here and not by SQLite, which would go through all tokens of the days before.
OPEN_DAYS = Statement(
    select(TokenTable.day).where(TokenTable.centre_id == bindparam("centre"), TokenTable.ended_at.is_(None))
)


def open_before(conn: Connection, centre_id: int, day: date) -> bool:
    """Return whether a token of a day before `day` has not ended."""
    return any(row[0] < day for row in OPEN_DAYS.rows(conn, centre=centre_id))


def tokens_held(conn: Connection, centre_id: int, counter: str) -> list[Token]:
    """Return the tokens parked at a counter, the first called first."""
    return [token_of_row(row) for row in TOKENS_HELD.rows(conn, centre=centre_id, counter=counter)]


INSERT_TOKEN = Statement(insert(TokenTable), [*TOKEN_FIELDS, "centre_id", "secret", "step_seq"])
TOKEN_KEPT = {"id", "day", "series", "number", "label", "issued_at"}
TOKEN_CHANGES = [*(name for name in TOKEN_FIELDS if name not in TOKEN_KEPT), "step_seq"]
UPDATE_TOKEN = Statement(update(TokenTable).where(TokenTable.id == bindparam("token")), TOKEN_CHANGES)


def insert_token(conn: Connection, centre_id: int, token: Token, secret: str) -> None:
    """Write a new token and its first step."""
    row = {name: getattr(token, name) for name in TOKEN_FIELDS}
    INSERT_TOKEN.send(conn, **row, centre_id=centre_id, secret=secret, step_seq=token.step.seq)
    insert_step(conn, centre_id, token)


def update_token(conn: Connection, token: Token) -> None:
    """Write what can change of a token, and which step it is in."""
    row = {name: getattr(token, name) for name in TOKEN_FIELDS if name not in TOKEN_KEPT}
    UPDATE_TOKEN.send(conn, **row, token=token.id, step_seq=token.step.seq)


def count_tokens(conn: Connection, centre_id: int) -> int:
    """Return how many tokens a centre has ever issued."""
    return conn.execute(select(func.count()).where(TokenTable.centre_id == centre_id)).scalar_one()


SECRET = Statement(
    select(TokenTable.secret).where(TokenTable.centre_id == bindparam("centre"), TokenTable.id == bindparam("token"))
)


class Private(NamedTuple):
    """What may be known of a citizen: their phone, what they showed and claimed as hashes, whose return slip it was."""

    phone: str | None
    appointment_hash: str | None
    claim_hash: str | None
    return_of: str | None


KEEP_PRIVATE = Statement(insert(TokenPrivateTable), ["token_id", "centre_id", *Private._fields])


def secret_of(conn: Connection, centre_id: int, token_id: str) -> str:
    """Return the secret of a token's slip; raises UnknownToken."""
    row = SECRET.row(conn, centre=centre_id, token=token_id)
    if row is None:
        raise UnknownToken("There is no such token here.")
    return str(row[0])


def keep_private(conn: Connection, centre_id: int, token_id: str, known: Private) -> None:
    """Write what may be known of a citizen: all of it can be purged."""
    KEEP_PRIVATE.send(conn, token_id=token_id, centre_id=centre_id, **known._asdict())


def private_of(conn: Connection, token_id: str) -> Private | None:
    """Return what may be known of a citizen, None when nothing is, or it was purged."""
    columns = (getattr(TokenPrivateTable, name) for name in Private._fields)
    row = conn.execute(select(*columns).where(TokenPrivateTable.token_id == token_id)).first()
    return None if row is None else Private(*row)
