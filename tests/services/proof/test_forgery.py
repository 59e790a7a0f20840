"""A forger who writes every hash anew is found by what the rules make of the record, or by a report outside."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from server.domain.actors import By
from server.domain.events.kinds import Kind
from server.services.floor.issue import PadNumber, issue
from server.storage.sql.events import events_between
from tests.factories import Floor, at_time
from tests.services.proof.forger import codes, judge, present, rechain, tampering

Data = dict[str, Any]


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor with a served, a called and two waiting tokens, and an undone call; on SQLite, as is all here."""
    sqlite_floor.open("G1", "G2")
    for _ in range(4):
        sqlite_floor.issue()
    sqlite_floor.serve("G1")
    sqlite_floor.call("G1")
    sqlite_floor.call("G2")
    sqlite_floor.undo("G2")
    return sqlite_floor


def seq_of(floor: Floor, kind: Kind) -> int:
    """Return the number of the last event of a kind."""
    events = floor.db.read(lambda conn: list(events_between(conn, floor.centre_id, 0, floor.centre.event_seq)))
    return max(event.seq for event in events if event.kind is kind)


def change(floor: Floor, statement: str, **values: Any) -> None:
    with tampering(floor) as conn:
        conn.execute(text(statement), values)


def write_anew(floor: Floor) -> None:
    """Write all hashes so that they fit what stands there now."""
    rechain(floor, lambda data: None, 0)


def enter(floor: Floor, label: str) -> None:
    """Enter a number of the paper pad."""
    now = floor.now()
    order = floor.order(paper=PadNumber(label, now))
    floor.write(lambda tx: issue(at_time(tx, now), order, By("test")))


def test_the_floor_of_these_tests_is_clean(floor: Floor) -> None:
    assert codes(floor, present(floor)) == set()


def test_a_record_written_anew_does_not_pass_through_the_head_on_a_report(floor: Floor) -> None:
    report = present(floor)
    rechain(floor, lambda data: data.update(printer="printer-k1"), seq_of(floor, Kind.TOKEN_ISSUED))
    assert codes(floor) == set()
    assert codes(floor, report) == {"anchor_missed"}


def test_a_record_that_was_cut_off_misses_the_head_on_a_report(floor: Floor) -> None:
    report, last = present(floor), seq_of(floor, Kind.TOKEN_ISSUED)
    change(floor, "DELETE FROM event WHERE seq > :last", last=last)
    change(floor, "UPDATE centre SET event_seq = :last, head = (SELECT hash FROM event WHERE seq = :last)", last=last)
    assert not {"chain_broken", "event_missing"} & codes(floor)
    assert {"anchor_missed", "state_differs"} <= codes(floor, report)


@pytest.mark.parametrize(
    ("kind", "forge", "code"),
    [
        (Kind.TOKEN_ISSUED, lambda data: data["token"].update(id="another"), "not_under_way"),
        (Kind.TOKEN_STARTED, lambda data: data["token"].update(service="TATKAAL"), "wrong_route"),
        (Kind.TOKEN_UNDONE, lambda data: data.update(undoes=1), "wrong_undo"),
        (Kind.TOKEN_UNDONE, lambda data: data["token"].update(klass="F"), "wrong_undo"),
        (Kind.TOKEN_CALLED, lambda data: data["reason"].update(rule="quota"), "unexplained_call"),
        (Kind.TOKEN_CALLED, lambda data: data.update(passes=1), "unexplained_call"),
        (Kind.TOKEN_CALLED, lambda data: data.pop("reason"), "unreadable"),
        (Kind.TOKEN_STARTED, lambda data: data.pop("token"), "unreadable"),
        (Kind.TOKEN_STARTED, lambda data: data["token"]["step"].update(state="asleep"), "unreadable"),
        (Kind.TOKEN_STARTED, lambda data: data["token"]["step"].update(started_at="noon"), "unreadable"),
        (Kind.COUNTER_OPENED, lambda data: data["counter"].update(state="closed"), "wrong_counter"),
    ],
)
def test_a_forged_event_is_found_behind_a_perfect_chain(
    floor: Floor, kind: Kind, forge: Callable[[Data], Any], code: str
) -> None:
    seq = seq_of(floor, kind) if kind is not Kind.TOKEN_ISSUED else seq_of(floor, kind) - 3
    rechain(floor, forge, seq)
    assert code in codes(floor)
    assert "chain_broken" not in codes(floor)


def test_an_action_that_the_lifecycle_does_not_know_is_found(floor: Floor) -> None:
    change(floor, "UPDATE event SET kind = 'token.resumed' WHERE kind = 'token.started'")
    write_anew(floor)
    assert codes(floor) >= {"illegal_transition"}


def test_an_event_that_is_no_json_is_named_and_the_replay_goes_on(floor: Floor) -> None:
    last = floor.centre.event_seq
    change(floor, "UPDATE event SET data = '{' WHERE seq = :seq", seq=last)
    verdict = judge(floor)
    assert ("unreadable", last) in [(fault.code, fault.seq) for fault in verdict.faults]
    assert verdict.events == last
    assert "event_missing" not in codes(floor)


def test_a_leased_number_that_was_entered_twice_is_found(floor: Floor) -> None:
    floor.lease(count=5)
    enter(floor, "N005")
    enter(floor, "N006")
    assert codes(floor) == set()
    rechain(floor, lambda data: data["token"].update(number=5), floor.centre.event_seq)
    assert "number_doubled" in codes(floor)


def test_a_number_that_was_void_and_is_used_is_found(floor: Floor) -> None:
    lease = floor.lease(count=5)
    enter(floor, "N005")
    floor.void(lease)
    verdict = judge(floor)
    assert (verdict.ok, verdict.leased, verdict.void) == (True, 5, 4)
    issue = floor.issue()
    forged = {"number": 6, "entered_by_hand": True}
    rechain(floor, lambda data: data["token"].update(forged), floor.centre.event_seq)
    assert issue.number == 10
    assert "number_doubled" in codes(floor)


def test_people_passed_beyond_the_bound_are_found_though_the_rule_was_put_back(sqlite_floor: Floor) -> None:
    """While nobody looks the promise is taken out of the rule, six are preferred, and the rule is put back."""
    floor = sqlite_floor
    promised = floor.preset.calling.model_dump(mode="json")
    set_rule(floor, promised | {"quota": 0})
    floor.open("G1")
    floor.issue()
    for _ in range(6):
        floor.issue(need="senior")
        assert floor.serve("G1").series == "F"
    change(floor, "UPDATE policy SET body = :body WHERE kind = 'calling'", body=json.dumps(promised))
    change(floor, "UPDATE centre SET plan_version = 1")
    assert codes(floor) == {"unexplained_call", "overtaken_too_often"}
    assert judge(floor).days[0].worst == 6.0


def set_rule(floor: Floor, body: Data) -> None:
    """Write the calling rule into its row; the plan's version makes everybody read it again."""
    change(floor, "UPDATE policy SET body = :body WHERE kind = 'calling'", body=json.dumps(body))
    change(floor, "UPDATE centre SET plan_version = plan_version + 1")
