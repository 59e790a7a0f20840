"""Steps of before spans were kept get them from the log, to the millisecond, and the record still verifies."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text

from server.domain.events.event import fingerprint
from server.storage import schema
from server.storage.database import Database
from server.storage.json_text import canonical
from server.storage.sql.events import stored_between
from tests.factories import Floor
from tests.migrations.full_floor import all_rows, full_floor

SPANS = ("state_since", "waiting", "coming", "serving", "parked", "away", "stopped", "waited", "jumped_at")


@pytest.fixture
def floor(db: Database) -> Floor:
    """Return a floor full of people, some of whom were stopped, away, recalled and undone."""
    floor = full_floor(db)
    floor.open("B2")
    floor.call("B2")
    floor.freeze()
    floor.wait(7)
    floor.unfreeze()
    floor.recall("B2")
    floor.finish("A1")
    floor.undo("A1")
    return floor


def as_of_release_0_1(conn: Connection, centre: int, until: int) -> None:
    """Write the log as the release before did: records without spans, hashed anew."""
    head = ""
    for event in list(stored_between(conn, centre, 0, until)):
        data: Any = json.loads(json.dumps(event.data))
        if "token" in data:
            step = data["token"]["step"]
            data["token"].pop("stayed", None)
            jumped = "jumped_at" in step
            for name in SPANS:
                step.pop(name, None)
            step |= {"jumped": True} if jumped else {}
        old = replace(event, v=1, data=data)
        head = fingerprint(old, canonical(data), head)
        row = {"data": canonical(data).decode(), "hash": head, "centre": centre, "seq": event.seq}
        conn.execute(
            text("UPDATE event SET v = 1, data = :data, hash = :hash WHERE centre_id = :centre AND seq = :seq"), row
        )
    conn.execute(text("UPDATE centre SET head = :head WHERE id = :centre"), {"head": head, "centre": centre})


@pytest.mark.parametrize("of_release_0_1", [False, True], ids=["a log of today", "a log of release 0.1"])
def test_the_spans_come_back_from_the_log_as_they_were(floor: Floor, of_release_0_1: bool) -> None:
    before = floor.db.read(all_rows)
    assert floor.verdict().faults == []
    if of_release_0_1:
        seq = floor.centre.event_seq
        floor.db.write(None, lambda tx: as_of_release_0_1(tx.conn, floor.centre_id, seq))
    floor.db.close()
    schema.revert(floor.db.url, "0100")
    schema.migrate(floor.db.url)
    floor.db = Database(floor.db.url)
    after = floor.db.read(all_rows)
    assert floor.verdict().faults == []
    for table in ("step", "token"):
        assert after[table] == before[table]
    floor.serve("G4")
    assert floor.verdict().faults == []
    floor.db.close()
