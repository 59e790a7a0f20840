"""How a row of the table in `docs/verify.md` tampers with a database: with an event, with the log, with the tables."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text

from server.domain.events.kinds import Kind
from tests.factories import Floor
from tests.services.proof.forger import Data, Rows, data_of, place_of, rewrite, stored, tampering

Forge = Callable[[Floor], object]


@dataclass(frozen=True)
class Tampering:
    """What is changed, in the words of the page; the code by which it is named first; and how it is done."""

    what: str
    code: str
    forge: Forge


def event(kind: Kind, label: str | None, change: Callable[[Data], object], nth: int = 0) -> Forge:
    """Return what changes the data of an event, writes all hashes anew and the tables as the log leaves them."""

    def forge(floor: Floor) -> None:
        rows = stored(floor)
        change(data_of(rows[place_of(rows, kind, label, nth)]))
        rewrite(floor, rows)

    return forge


def row(of: Kind, label: str | None, nth: int = 0, **columns: Any) -> Forge:
    """Return what changes columns of an event, with all hashes anew."""

    def forge(floor: Floor) -> None:
        rows = stored(floor)
        place = place_of(rows, of, label, nth)
        rows[place] = replace(rows[place], **columns)
        rewrite(floor, rows)

    return forge


def whole(change: Callable[[Rows], Rows]) -> Forge:
    """Return what changes the log as a whole, with all hashes anew."""
    return lambda floor: rewrite(floor, change(stored(floor)))


def sql(statement: str, **values: Any) -> Forge:
    """Return what changes the tables by a statement."""

    def forge(floor: Floor) -> None:
        with tampering(floor) as conn:
            changed = conn.execute(text(statement), values).rowcount
        assert changed, f"nothing was changed by {statement}"

    return forge


def token(**values: Any) -> Callable[[Data], object]:
    """Return what changes fields of the token of an event."""
    return lambda data: data["token"].update(values)


def step(**values: Any) -> Callable[[Data], object]:
    """Return what changes fields of the step of the token of an event."""
    return lambda data: data["token"]["step"].update(values)
