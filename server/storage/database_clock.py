"""The wall clock of the database, as an expression of SQL: what several hosts have in common."""

from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class DatabaseClock(FunctionElement[Any]):  # as SQLAlchemy has it
    """The present instant of a database server; NULL where the database is a file of this machine."""

    inherit_cache = True
    type = DateTime(timezone=True)


@compiles(DatabaseClock)
def _of_none(element: DatabaseClock, compiler: Any, **_options: Any) -> str:  # as SQLAlchemy has it
    return "NULL"


@compiles(DatabaseClock, "postgresql")
def _of_server(element: DatabaseClock, compiler: Any, **_options: Any) -> str:  # as SQLAlchemy has it
    return "clock_timestamp()"
