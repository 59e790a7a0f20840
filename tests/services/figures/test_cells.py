"""Cells counted behind the commits are what the tables say, and what a rebuild makes, whatever was undone."""

import json
import random
from typing import Any

import pytest
from sqlalchemy import text

from server.domain.figures.measures import DEFINITION
from server.services.figures import cells
from server.services.figures.cells import Records, add_block, next_block, rebuild, roll_up
from server.storage.sql import figures
from tests.factories import Floor
from tests.services.figures.days import cells_of, counted, in_tables, live

DAYS = 12


def day_on(floor: Floor, seed: int, actions: int = 250) -> None:
    """Let a random day pass; its events are counted now and then."""
    rng = random.Random(seed)
    for _ in range(5):
        live(floor, rng, actions // 5)
        roll_up(floor.db, floor.centre_id)


def cursor(floor: Floor) -> int:
    return floor.db.read(lambda conn: figures.cursor_of(conn, floor.centre_id, DEFINITION))


@pytest.mark.parametrize("seed", range(DAYS))
def test_a_random_day_is_counted_as_its_tables_say(sqlite_floor: Floor, seed: int) -> None:
    day_on(sqlite_floor, seed)
    assert counted(sqlite_floor) == in_tables(sqlite_floor)
    sqlite_floor.close_day()
    roll_up(sqlite_floor.db, sqlite_floor.centre_id)
    assert counted(sqlite_floor) == in_tables(sqlite_floor)


def test_a_rebuild_makes_what_was_counted_event_by_event(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "BLOCK", 7)
    day_on(floor, 1)
    floor.close_day()
    roll_up(floor.db, floor.centre_id)
    grains = ("quarter", "day", "month")
    incremental = [cells_of(floor, grain) for grain in grains]
    monkeypatch.setattr(cells, "BLOCK", 50)
    heard: list[tuple[int, int]] = []
    rebuild(floor.db, floor.centre_id, lambda done, last: heard.append((done, last)))
    assert [cells_of(floor, grain) for grain in grains] == incremental
    assert counted(floor) == in_tables(floor)
    last = floor.centre.event_seq
    assert heard == [*((done, last) for done in range(50, last, 50)), (last, last)]
    assert floor.verdict().ok


def test_an_undo_takes_back_what_was_counted_also_in_a_later_block(sqlite_floor: Floor) -> None:
    floor = sqlite_floor
    floor.open("X1")
    floor.issue("ENQUIRY")
    floor.open("E1")
    roll_up(floor.db, floor.centre_id)
    before = cells_of(floor)
    floor.call("E1")
    floor.start("E1")
    floor.finish("E1")
    roll_up(floor.db, floor.centre_id)
    assert {key[4] for key in cells_of(floor)} == {"issued", "wait", "service", "outcome", "end", "stay"}
    for _ in range(3):
        floor.undo("E1")
        roll_up(floor.db, floor.centre_id)
    assert cells_of(floor) == before


def test_a_block_is_added_once_by_whoever_is_first(floor: Floor) -> None:
    floor.issue()
    block = floor.db.read(lambda read: next_block(read, floor.centre_id, Records()))
    assert block is not None
    assert floor.db.write(None, lambda tx: add_block(tx, floor.centre_id, block))
    assert not floor.db.write(None, lambda tx: add_block(tx, floor.centre_id, block))
    assert (sum(cells_of(floor).values()), cursor(floor)) == (1, 2)
    floor.issue()
    late = floor.db.read(lambda read: next_block(read, floor.centre_id, Records()))
    roll_up(floor.db, floor.centre_id)
    assert late is not None
    assert not floor.db.write(None, lambda tx: add_block(tx, floor.centre_id, late))
    assert (sum(cells_of(floor).values()), cursor(floor)) == (2, 3)


def test_two_who_count_by_turns_count_as_one(sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second counts on while the first is told of its block; what the first remembers is then too old."""
    floor = sqlite_floor
    monkeypatch.setattr(cells, "BLOCK", 2)
    floor.open("E1")
    token = floor.issue("ENQUIRY")
    floor.call("E1")
    floor.recall("E1")
    floor.start("E1")

    def count_two_more(done: int, _last: int) -> None:
        if done == 2:
            roll_up(floor.db, floor.centre_id, most=1)

    roll_up(floor.db, floor.centre_id, tell=count_two_more)
    assert counted(floor) == in_tables(floor)
    assert floor.token(token).step.calls == 2


def test_a_centre_is_behind_until_its_last_event_is_counted(floor: Floor) -> None:
    assert floor.db.read(cells.centres_behind) == []
    floor.issue()
    assert floor.db.read(cells.centres_behind) == [floor.centre_id]
    roll_up(floor.db, floor.centre_id)
    assert floor.db.read(cells.centres_behind) == []


def test_another_definition_counts_anew_and_forgets_the_one_before(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    day_on(floor, 2, actions=40)
    old = cells_of(floor)
    monkeypatch.setattr(cells, "DEFINITION", DEFINITION + 1)
    assert floor.db.read(cells.centres_behind) == [floor.centre_id]
    roll_up(floor.db, floor.centre_id)
    assert (cells_of(floor), cursor(floor)) == ({}, 0)
    monkeypatch.setattr("tests.services.figures.days.DEFINITION", DEFINITION + 1)
    assert cells_of(floor) == old


def test_events_of_before_versions_are_counted_alike(sqlite_floor: Floor) -> None:
    floor = sqlite_floor
    day_on(floor, 3)
    today = cells_of(floor)
    floor.db.write(None, lambda tx: [tx.conn.execute(REWRITE, row) for row in map(as_before, tx.conn.execute(ALL))])
    rebuild(floor.db, floor.centre_id, lambda done, last: None)
    assert cells_of(floor) == today


def test_what_happens_after_midnight_counts_for_the_day_that_is_still_open(sqlite_floor: Floor) -> None:
    floor = sqlite_floor
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.wait(24 * 60)
    floor.call("E1")
    roll_up(floor.db, floor.centre_id)
    assert {str(key[0]) for key in cells_of(floor)} == {"2026-11-24"}
    assert {str(key[0]) for key in cells_of(floor, "month")} == {"2026-11-01"}
    assert {key[1] for key in cells_of(floor, "day")} == {0}


ALL = text("SELECT seq, kind, data, private FROM event")
REWRITE = text("UPDATE event SET v = 0, data = :data, private = NULL WHERE seq = :seq")
OLD_NAMES = {"first_called": "first_call", "last_called": "called_at"}


def as_before(row: Any) -> dict[str, Any]:
    """Return an event's row in the form it had before events had versions."""
    data, private = json.loads(row.data), json.loads(row.private or "null") or {}
    note = data.pop("cause", None) or private.get("note")
    if "token" in data:
        step = {OLD_NAMES.get(name, name): value for name, value in data["token"].pop("step").items()}
        needs = {name: private[name] for name in ("need", "access") if name in private}
        data["token"] = {**data["token"], **needs, "step": step}
    if "counter" in data:
        data["counter"]["reason"] = note
    elif note is not None:
        data["reason"] = note
    return {"seq": row.seq, "data": json.dumps(data)}
