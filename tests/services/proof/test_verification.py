"""The replay keeps silent about a clean floor, and finds each kind of tampering."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from server.domain.actors import By
from server.domain.day import Then
from server.domain.events.payloads import TokenIssued
from server.domain.token.lifecycle import CounterState
from server.domain.token.record import to_record
from server.services.floor import counters, serve
from server.services.numbers import labels
from server.services.setup.versions import sha256_of
from server.storage.sql import setup
from server.storage.sql.events import BLOCK, events_between
from server.storage.sql.tokens import open_tokens
from server.storage.tables.plan import PlanVersionTable
from server.storage.transaction import Transaction
from tests.factories import MORNING, TEST, Floor, at_time
from tests.services.proof.forger import codes, judge, rechain, tampering


@pytest.fixture
def day(floor: Floor) -> Floor:
    """Return a floor with a served, a called, a missed, a cancelled and a waiting token."""
    floor.open("G1", "A1", "B1", "C1", "X1", "AX1")
    issued = [floor.issue() for _ in range(5)]
    for counter, outcome in (
        ("G1", None),
        ("A1", None),
        ("B1", "error"),
        ("AX1", None),
        ("B1", None),
        ("C1", None),
        ("X1", None),
    ):
        floor.serve(counter, outcome)
    floor.call("G1")
    floor.lose("G1")
    floor.call("G1")
    floor.cancel(issued[3])
    return floor


def test_a_clean_floor_keeps_every_promise(day: Floor) -> None:
    verdict = judge(day)
    assert (verdict.faults, verdict.tokens, verdict.events) == ([], 5, day.centre.event_seq)


def test_two_people_who_are_here_under_one_label_are_found(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    carried = floor.issue()
    floor.close_day(Then.CARRY_OVER)
    monkeypatch.setattr(labels, "_is_taken", lambda *_: False)
    morning = Floor(floor.db, floor.centre_id, floor.preset, rng=floor.rng, begin=MORNING + timedelta(days=1))
    assert morning.issue().label == carried.label
    assert "number_doubled" in codes(floor)


def test_an_empty_centre_verifies(floor: Floor) -> None:
    assert judge(floor).ok


def test_a_counter_that_pauses_until_a_time_changes_nothing_of_the_set_up(floor: Floor) -> None:
    def set_state(state: CounterState, back_min: int | None = None) -> None:
        floor.write(lambda tx: counters.set_state(at_time(tx, floor.now()), "G1", state, TEST, back_min=back_min))

    floor.open("G1")
    set_state(CounterState.PAUSED, back_min=10)
    assert judge(floor).ok, "while it is away"
    floor.set_policy("missed", {"calls": 2, "minutes": 5, "access_minutes": 3})
    set_state(CounterState.OPEN)
    assert judge(floor).ok, "after the set-up was changed meanwhile"


def test_a_version_that_was_kept_with_the_planned_return_of_a_counter_is_still_good(floor: Floor) -> None:
    def keep(tx: Transaction) -> None:
        last = setup.versions(tx.conn, tx.centre.id)[-1]
        rows = [{**row, "back_at": "2026-11-24T04:30:00.000Z"} for row in last.document["counters"]]
        document = {**last.document, "counters": rows}
        change = update(PlanVersionTable).where(PlanVersionTable.number == last.number)
        tx.conn.execute(change.values(document=document, sha256=sha256_of(document)))

    floor.set_policy("missed", {"calls": 2, "minutes": 5, "access_minutes": 3})
    floor.write(keep)
    assert judge(floor).ok


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE event SET actor = 'somebody' WHERE seq = 9", "chain_broken"),
        ("UPDATE event SET kind = 'token.vanished' WHERE seq = 9", "unreadable"),
        ("DELETE FROM event WHERE seq = 1", "event_missing"),
        ("DELETE FROM event WHERE seq = 12", "event_missing"),
        ("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)", "event_missing"),
        ("UPDATE event SET hash = 'x' WHERE seq = 9", "chain_broken"),
        ("UPDATE centre SET head = 'x'", "chain_broken"),
        ("UPDATE step SET state = 'held' WHERE state = 'called'", "state_differs"),
        ("UPDATE token SET decision = 'refused' WHERE decision = 'granted'", "state_differs"),
        ("UPDATE counter SET state = 'closed' WHERE id = 'A1'", "state_differs"),
        ("UPDATE token SET need = 'senior' WHERE label = 'N005'", "needs_differ"),
    ],
)
def test_a_change_by_hand_is_found(day: Floor, statement: str, code: str) -> None:
    with tampering(day) as conn:
        conn.execute(text(statement))
    assert code in codes(day)


def test_events_that_changed_places_are_found(day: Floor) -> None:
    with tampering(day) as conn:
        for before, after in ((9, -9), (10, 9), (-9, 10)):
            conn.execute(text("UPDATE event SET seq = :after WHERE seq = :before"), {"before": before, "after": after})
    assert "chain_broken" in codes(day)


def test_a_record_longer_than_a_block_is_read_whole(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    now = floor.now()
    floor.write(lambda tx: [serve.recall(at_time(tx, now), By("test", "G1")) for _ in range(2 * BLOCK)])
    assert (judge(floor).ok, judge(floor).events) == (True, 2 * BLOCK + 4)
    with tampering(floor) as conn:
        conn.execute(text("UPDATE event SET actor = 'somebody' WHERE seq = :seq"), {"seq": BLOCK + 50})
    assert [(fault.code, fault.seq) for fault in judge(floor).faults] == [("chain_broken", BLOCK + 50)]


def test_a_token_taken_out_of_the_tables_is_found(day: Floor) -> None:
    with tampering(day) as conn:
        conn.execute(text("DELETE FROM step WHERE token_id = (SELECT id FROM token WHERE label = 'N005')"))
        conn.execute(text("DELETE FROM token WHERE label = 'N005'"))
    assert {"token_lost", "tokens_differ"} <= codes(day)


def issue_of(floor: Floor, label: str) -> int:
    events = floor.db.read(lambda conn: list(events_between(conn, floor.centre_id, 0, floor.centre.event_seq)))
    return next(e.seq for e in events if isinstance(e.payload, TokenIssued) and e.payload.token.label == label)


@pytest.mark.parametrize(("number", "code"), [(7, "number_gap"), (1, "number_doubled")])
def test_a_forged_number_is_found_behind_a_perfect_chain(day: Floor, number: int, code: str) -> None:
    rechain(day, lambda data: data["token"].update(number=number), issue_of(day, "N005"))
    assert code in codes(day)
    assert "chain_broken" not in codes(day)


def test_two_people_at_one_counter_are_found_behind_a_perfect_chain(day: Floor) -> None:
    day.open("G2")
    day.call("G2")
    rechain(day, lambda data: data["token"]["step"].update(counter="G1"), day.centre.event_seq)
    assert "double_call" in codes(day)


def test_a_call_of_somebody_already_called_is_found_behind_a_perfect_chain(day: Floor) -> None:
    day.open("G2")
    day.call("G2")
    tokens = day.db.read(lambda conn: list(open_tokens(conn, day.centre_id)))
    record: Any = to_record(next(token for token in tokens if token.step.counter == "G1"))
    record["step"]["counter"] = "G2"
    rechain(day, lambda data: data.update(token=record), day.centre.event_seq)
    assert "double_call" in codes(day)
