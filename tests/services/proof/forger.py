"""What somebody can do who knows the database's password, and how they are found out."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from server.domain.events.event import fingerprint
from server.services.proof.verify import Anchor, Verdict, verify
from server.storage.engines import open_connections
from server.storage.json_text import canonical
from server.storage.sql import centres
from server.storage.sql.events import stored_between
from tests.factories import CENTRE, Floor


def judge(floor: Floor, *anchors: Anchor) -> Verdict:
    """Replay the record."""
    return floor.db.read(lambda conn: verify(conn, centres.centre_by_code(conn, CENTRE), anchors))


@contextmanager
def tampering(floor: Floor) -> Iterator[Connection]:
    """Give a connection of somebody who knows the database's password."""
    writer, reader = open_connections(floor.db.url)
    with writer.transaction() as connection:
        yield connection
    writer.close()
    reader.close()


def rechain(floor: Floor, change: Callable[[dict[str, Any]], None], seq: int) -> None:
    """Change the data of one event and write all hashes anew, as a skilled forger would."""
    rows = floor.db.read(lambda conn: list(stored_between(conn, floor.centre_id, 0, floor.centre.event_seq)))
    with tampering(floor) as conn:
        head = ""
        for row in rows:
            data = json.loads(json.dumps(row.data))
            if row.seq == seq:
                change(data)
            head = fingerprint(row, canonical(data), head)
            conn.execute(
                text("UPDATE event SET data = :data, hash = :hash WHERE seq = :seq"),
                {"data": json.dumps(data), "hash": head, "seq": row.seq},
            )
        conn.execute(text("UPDATE centre SET head = :head"), {"head": head})


def codes(floor: Floor, *anchors: Anchor) -> set[str]:
    """Return the codes of the faults that a replay finds."""
    return {fault.code for fault in judge(floor, *anchors).faults}


def present(floor: Floor) -> Anchor:
    """Return the head of the record as a day report would take it out of the building."""
    return Anchor(floor.centre.event_seq, floor.centre.head)
