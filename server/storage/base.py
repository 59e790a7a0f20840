"""The declarative base of the tables: one naming convention, one way to write times, dates, words and JSON."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase

from server.domain.token.lifecycle import StepState
from server.domain.token.ways_back import Ways
from server.storage.types import UtcDateTime, WaysBack, Words

Row = Sequence[Any]  # values of a driver; whoever reads a row knows its columns
Object = dict[str, Any]  # a column of JSON; its shape is that of whoever writes it
Array = list[Any]  # the same, in an order

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base: one naming convention, one way to write times, dates and JSON."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy as a class attribute
        datetime: UtcDateTime,
        date: Date,
        Object: JSON,
        list[str]: JSON,
        Array: JSON,
        tuple[str, ...]: Words,
        Ways: WaysBack,
        str: String,
    }


WAITING = "state = 'waiting'"


def state_in(states: frozenset[StepState]) -> str:
    return f"state IN ({', '.join(repr(state.value) for state in sorted(states))})"


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over the rows of `where` only, the same on both databases."""
    clause = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=clause, postgresql_where=clause)
