"""The commands of a floor, on both databases: what they change, and what they refuse."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from server.domain.actors import By
from server.domain.errors import (
    CounterBusy,
    CounterNotOpen,
    DayClosed,
    IdempotencyKeyReused,
    IllegalTransition,
    NoCurrentToken,
    QueueEmpty,
    Refused,
    SeriesFull,
    UnknownCounter,
    UnknownPrinter,
    UnknownToken,
)
from server.domain.events.event import Event
from server.domain.events.payloads import TokenCalled
from server.domain.token.lifecycle import CounterState
from server.services.command import Answer, Attempt, once
from server.services.floor import away, issue
from server.services.floor.counters import set_state
from server.services.views import snapshot
from server.storage.sql import tokens
from server.storage.sql.events import events_between
from server.storage.tables.plan import SeriesTable
from server.storage.transaction import Transaction
from tests.factories import CENTRE, MORNING, Floor, at_time


def labels(floor: Floor) -> list[str]:
    return [t.label for t in floor.db.read(lambda conn: list(tokens.open_tokens(conn, floor.centre_id)))]


def shorten_series(floor: Floor) -> None:
    """Let every series end at 1."""

    def change(tx: Transaction) -> None:
        tx.conn.execute(update(SeriesTable).values(last=1))
        tx.change_centre(plan_version=2)

    floor.write(change)


def last_event(floor: Floor) -> Event:
    seq = floor.centre.event_seq
    return next(iter(floor.db.read(lambda c: list(events_between(c, floor.centre_id, seq - 1, seq)))))


def test_each_series_counts_for_itself_and_a_need_goes_to_f(floor: Floor) -> None:
    issued = [floor.issue(), floor.issue("TATKAAL"), floor.issue(need="senior"), floor.issue()]
    assert [token.label for token in issued] == ["N001", "T001", "F001", "N002"]


def test_numbers_begin_anew_each_day(floor: Floor) -> None:
    floor.issue()
    floor.close_day()
    order, tomorrow = floor.order(), MORNING + timedelta(days=1)
    assert floor.write(lambda tx: issue.issue(at_time(tx, tomorrow), order, By("test"))).token.label == "N001"


def test_a_full_series_goes_on_under_its_overflow_letter_and_keeps_its_class(floor: Floor) -> None:
    shorten_series(floor)
    first, second = floor.issue(), floor.issue()
    assert [(t.label, t.klass) for t in (first, second)] == [("N001", "N"), ("M001", "N")]


def test_a_series_without_a_number_left_is_full(floor: Floor) -> None:
    shorten_series(floor)
    floor.issue()
    floor.issue()
    with pytest.raises(SeriesFull):
        floor.issue()


def test_the_number_ahead_counts_those_who_will_be_called_before(floor: Floor) -> None:
    for _ in range(3):
        floor.issue()
    first, plain = floor.order(need="senior"), floor.order()
    now = floor.now()
    ahead_of_first = floor.write(lambda tx: issue.issue(at_time(tx, now), first, By("test"))).forecast.ahead
    ahead_of_plain = floor.write(lambda tx: issue.issue(at_time(tx, now), plain, By("test"))).forecast.ahead
    assert (ahead_of_first, ahead_of_plain) == (0, 4)


def test_a_printer_of_nowhere_is_refused_and_takes_no_number(floor: Floor) -> None:
    with pytest.raises(UnknownPrinter):
        floor.issue(printer="board-a")
    assert floor.issue(printer="printer-k1").label == "N001"


def test_the_protected_are_called_first_then_the_longest_wait(floor: Floor) -> None:
    floor.open("G1")
    for service, need in (("NORMAL", None), ("TATKAAL", None), ("NORMAL", "senior")):
        floor.issue(service, need=need)
    called = []
    for _ in range(3):
        called.append(floor.call("G1").token.label)
        floor.start("G1")
        floor.finish("G1")
    assert called == ["F001", "N001", "T001"]


def test_a_call_stores_its_reason_with_the_event(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    call = floor.call("G1")
    event = last_event(floor)
    assert isinstance(event.payload, TokenCalled)
    assert event.payload.reason.view() == {
        "rule": call.reason.rule,
        "params": dict(call.reason.params),
    }


@pytest.mark.parametrize("verb", ["recall", "start", "finish", "miss"])
def test_a_counter_with_nobody_there_has_nothing_to_do(floor: Floor, verb: str) -> None:
    floor.open("G1")
    with pytest.raises(NoCurrentToken):
        getattr(floor, verb)("G1")


def test_a_token_is_started_before_it_is_finished_and_not_twice(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    with pytest.raises(IllegalTransition):
        floor.finish("G1")
    floor.start("G1")
    with pytest.raises(IllegalTransition):
        floor.start("G1")
    with pytest.raises(IllegalTransition):
        floor.miss("G1")


def test_calling_is_refused_where_it_cannot_be(floor: Floor) -> None:
    with pytest.raises(CounterNotOpen):
        floor.call("G1")
    floor.open("G1")
    with pytest.raises(QueueEmpty):
        floor.call("G1")
    with pytest.raises(UnknownCounter):
        floor.call("G99")
    floor.issue()
    floor.call("G1")
    with pytest.raises(CounterBusy) as busy:
        floor.call("G1")
    assert busy.value.details["call"]["token"].label == "N001"


def test_a_busy_counter_closes_only_after_its_token(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    with pytest.raises(CounterBusy):
        floor.set_state("G1", CounterState.CLOSED)
    now = floor.now()
    floor.write(lambda tx: set_state(at_time(tx, now), "G1", CounterState.CLOSED, By("test"), after_current=True))
    floor.start("G1")
    assert floor.finish("G1").step.stage == "A"
    with pytest.raises(CounterNotOpen):
        floor.call("G1")


def test_a_refused_command_leaves_no_event_and_no_gap(floor: Floor) -> None:
    floor.open("G1")
    with pytest.raises(QueueEmpty):
        floor.call("G1")
    with pytest.raises(Refused):
        floor.issue("NOPE")
    floor.issue()
    assert floor.centre.event_seq == 3


def test_a_cancelled_token_is_gone_and_cannot_be_cancelled_again(floor: Floor) -> None:
    token = floor.issue()
    assert floor.cancel(token).state == "cancelled"
    assert labels(floor) == []
    with pytest.raises(IllegalTransition):
        floor.cancel(token)
    with pytest.raises(UnknownToken):
        floor.write(lambda tx: away.cancel(at_time(tx, MORNING), "nobody", By("test")))


def test_the_close_of_day_ends_everything_once(floor: Floor) -> None:
    floor.open("G1", "G2", "G3")
    for _ in range(4):
        floor.issue()
    floor.call("G1")
    floor.lose("G1")
    floor.call("G2")
    floor.call("G3")
    floor.start("G3")
    closed = floor.close_day()
    assert (closed.expired, closed.no_show, closed.counters) == (3, 1, 3)
    seq = floor.centre.event_seq
    again = floor.close_day()
    assert (again.expired, again.counters, floor.centre.event_seq) == (0, 0, seq)
    with pytest.raises(DayClosed):
        floor.issue()


def test_a_retry_gets_the_first_answer_for_a_day(floor: Floor) -> None:
    ran: list[int] = []

    def run(body_hash: str = "a", hours: float = 0) -> Answer:
        attempt = Attempt("key:1", "k", (body_hash,), MORNING + timedelta(hours=hours))

        def command() -> Answer:
            ran.append(1)
            return Answer(201, {"n": len(ran)})

        return floor.write(lambda tx: once(tx, attempt, command))

    assert run() == run() == run(hours=23.9) == Answer(201, {"n": 1})
    with pytest.raises(IdempotencyKeyReused):
        run("b")
    assert run("b", hours=24.1) == Answer(201, {"n": 2})


def test_a_refusal_is_not_kept(floor: Floor) -> None:
    attempt = Attempt("key:1", "k", ("a",), MORNING)

    def refuse() -> Answer:
        raise QueueEmpty("nobody")

    with pytest.raises(QueueEmpty):
        floor.write(lambda tx: once(tx, attempt, refuse))
    assert floor.write(lambda tx: once(tx, attempt, lambda: Answer(200, {}))) == Answer(200, {})


def test_catching_up_gives_events_or_asks_to_load_anew(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()

    def ask(after: int, epoch: str | None = None) -> list[int] | None:
        got = floor.db.read(lambda c: snapshot.catch_up_of(c, CENTRE, after=after, epoch=epoch, staff=False))
        return None if isinstance(got, snapshot.ReloadView) else [event.seq for event in got.events]

    assert (ask(0), ask(1), ask(2), ask(3)) == ([1, 2, 3], [2, 3], [3], [])
    assert (ask(4), ask(-1), ask(0, "another epoch")) == (None, None, None)
