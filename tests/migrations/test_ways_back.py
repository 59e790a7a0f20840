"""The way back that a token had is the last of several; a release that holds one keeps that."""

import pytest
from sqlalchemy import text

from server.domain.token.ways_back import WayBack
from server.storage import schema
from server.storage.database import Database
from tests.factories import Floor, install_floor


@pytest.fixture
def floor(db: Database) -> Floor:
    """Return a floor with somebody on an errand within a correction, and somebody on none."""
    floor = install_floor(db)
    floor.open("G1", "A1", "AX1", "B1", "E1")
    floor.issue()
    for counter, outcome in (("G1", None), ("A1", None), ("B1", "error")):
        floor.serve(counter, outcome)
    floor.call("AX1")
    floor.start("AX1")
    floor.transfer("AX1", "E", returns=True)
    floor.issue()
    return floor


def test_the_last_way_back_outlives_the_schema_that_holds_one(floor: Floor) -> None:
    floor.db.close()
    schema.revert(floor.db.url, "0103")
    older = Database(floor.db.url)
    held = older.read(lambda conn: conn.execute(text("SELECT back_to, back_only FROM step ORDER BY seq")).all())
    older.close()
    assert [tuple(row) for row in held if row.back_to] == [("B", None), ("AX", "AX1")]
    schema.migrate(floor.db.url)
    floor.db = Database(floor.db.url)
    floor.call("E1")
    assert floor.start("E1").step.ways_back == (WayBack("AX", "AX1"),)
    assert floor.finish("E1").step.only == "AX1"
    floor.db.close()
