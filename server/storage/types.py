"""Column types that mean the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any, overload

from sqlalchemy import BigInteger, Dialect, String
from sqlalchemy.types import TypeDecorator

from server.domain.token.ways_back import WayBack

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime | None) -> int | None:
    """Return an aware datetime as milliseconds since 1970 UTC; raises ValueError for one without a zone."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone cannot be stored: {moment!r}")
    return (moment - EPOCH) // MILLISECOND


@overload
def from_ms(stored: int) -> datetime: ...
@overload
def from_ms(stored: None) -> None: ...
def from_ms(stored: int | None) -> datetime | None:
    """Return milliseconds since 1970 UTC as an aware datetime."""
    return None if stored is None else EPOCH + stored * MILLISECOND


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, kept as whole milliseconds since 1970 UTC; a naive value raises ValueError."""

    impl = BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:  # as SQLAlchemy has it
        """Return what turns an aware datetime into milliseconds."""
        return to_ms

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:  # as SQLAlchemy has it
        """Return what turns milliseconds into an aware datetime in UTC."""
        return from_ms


class Words(TypeDecorator[tuple[str, ...]]):
    """Some words, kept as one text with spaces between them."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """Turn words into a text."""
        return None if value is None else " ".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Turn a text into words."""
        return None if value is None else tuple(value.split())


class WaysBack(TypeDecorator[tuple[WayBack, ...]]):
    """Ways back, kept as words: a stage, or a stage and whoever alone goes on with it there, `AX/AX1`."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[WayBack, ...] | None, dialect: Dialect) -> str | None:
        """Turn ways back into a text."""
        if value is None:
            return None
        return " ".join(way.stage if way.only is None else f"{way.stage}/{way.only}" for way in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[WayBack, ...] | None:
        """Turn a text into ways back."""
        if value is None:
            return None
        parts = (word.partition("/") for word in value.split())
        return tuple(WayBack(stage, only or None) for stage, _, only in parts)
