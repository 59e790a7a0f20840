"""What somebody can do who knows the database's password, and how they are found out."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import IntegrityError

from server.domain.events.event import StoredEvent, fingerprint
from server.domain.events.kinds import Kind, TokenEvent
from server.domain.token.token import Token
from server.services.proof.installation import verify_installation
from server.services.proof.verify import Anchor, Fault, Verdict, verify
from server.storage.engines import open_connections
from server.storage.json_text import canonical
from server.storage.sql import centres
from server.storage.sql.events import events_between, stored_between
from server.storage.sql.steps import STEP_FIELDS
from server.storage.sql.tokens import TOKEN_FIELDS
from server.storage.tables.centre import CentreTable
from server.storage.tables.events import EventTable
from server.storage.tables.floor import StepTable, TokenTable
from tests.factories import CENTRE, Floor

Data = dict[str, Any]
Rows = list[StoredEvent]


def data_of(row: StoredEvent) -> Data:
    """Return the data of a row as what may be changed."""
    return cast(Data, row.data)


def judge(floor: Floor, *anchors: Anchor) -> Verdict:
    """Replay the record."""
    return floor.db.read(lambda conn: verify(conn, centres.centre_by_code(conn, CENTRE), anchors))


def all_faults(floor: Floor) -> list[Fault]:
    """Replay the record of the centre and that of the installation."""
    verdict = judge(floor)
    of_people = floor.db.read(lambda read: verify_installation(read, verdict.people))
    return [*verdict.faults, *of_people.faults]


@contextmanager
def tampering(floor: Floor) -> Iterator[Connection]:
    """Give a connection of somebody who knows the database's password."""
    writer, reader = open_connections(floor.db.url)
    with writer.transaction() as connection:
        yield connection
    writer.close()
    reader.close()


def stored(floor: Floor) -> Rows:
    """Return the rows of the log, each with data of its own to be changed."""
    rows = floor.db.read(lambda conn: list(stored_between(conn, floor.centre_id, 0, floor.centre.event_seq)))
    return [replace(row, data=json.loads(json.dumps(row.data))) for row in rows]


def rewrite(floor: Floor, rows: Sequence[StoredEvent]) -> None:
    """Write a log in place of the one there is, with all hashes anew, as a skilled forger would."""
    head, new = "", []
    for row in rows:
        head = fingerprint(row, canonical(row.data), head)
        values = {name: getattr(row, name) for name in StoredEvent.__slots__}
        new.append({**values, "hash": head, "centre_id": floor.centre_id, "token_id": _token_id(row)})
    with tampering(floor) as conn:
        conn.execute(delete(EventTable))
        conn.execute(insert(EventTable), new)
        conn.execute(update(CentreTable).values(head=head, event_seq=rows[-1].seq))
    fit_tables(floor)


def _token_id(row: StoredEvent) -> str | None:
    token = data_of(row).get("token")
    return None if token is None else token["id"]


def fit_tables(floor: Floor) -> None:
    """Write each token, and its last step, as the log leaves it; what cannot be read stays."""
    with tampering(floor) as conn:
        for token in _last_records(floor).values():
            with suppress(IntegrityError), conn.begin_nested():  # some of it the tables would not hold
                _fit(conn, token)


def _fit(conn: Connection, token: Token) -> None:
    row = {name: getattr(token, name) for name in TOKEN_FIELDS} | {"step_seq": token.step.seq}
    conn.execute(update(TokenTable).where(TokenTable.id == token.id).values(row))
    step = {name: getattr(token.step, name) for name in STEP_FIELDS} | {"klass": token.klass, "lane": token.lane.key}
    conn.execute(update(StepTable).where(StepTable.seq == token.step.seq).values(step))


def _last_records(floor: Floor) -> dict[str, Token]:
    try:
        events = floor.db.read(lambda conn: list(events_between(conn, floor.centre_id, 0, floor.centre.event_seq)))
    except (LookupError, TypeError, ValueError):
        return {}
    return {event.payload.token.id: event.payload.token for event in events if isinstance(event.payload, TokenEvent)}


def rechain(floor: Floor, change: Callable[[Data], object], seq: int) -> None:
    """Change the data of one event and write all hashes anew, as a skilled forger would."""
    rows = stored(floor)
    for row in rows:
        if row.seq == seq:
            change(data_of(row))
    rewrite(floor, rows)


def place_of(rows: Rows, kind: Kind, label: str | None = None, nth: int = 0) -> int:
    """Return the place of the event of a kind, of a token with a label: the first, or another of them."""
    places = [
        place
        for place, row in enumerate(rows)
        if row.kind == kind and label in (None, data_of(row).get("token", {}).get("label"))
    ]
    return places[nth]


def codes(floor: Floor, *anchors: Anchor) -> set[str]:
    """Return the codes of the faults that a replay finds."""
    return {fault.code for fault in judge(floor, *anchors).faults}


def present(floor: Floor) -> Anchor:
    """Return the head of the record as a day report would take it out of the building."""
    return Anchor(floor.centre.event_seq, floor.centre.head)
