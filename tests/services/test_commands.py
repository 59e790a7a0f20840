"""The commands of a floor, on both databases: what they change, and what they refuse."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from server.domain.errors import (
    AlreadyThere,
    CounterBusy,
    CounterNotOpen,
    DayClosed,
    DayNotFinished,
    Forbidden,
    IdempotencyKeyReused,
    IllegalTransition,
    LockedOut,
    NoCurrentToken,
    QueueEmpty,
    Refused,
    SeriesFull,
    Unauthenticated,
    UnknownCounter,
    UnknownDevice,
    UnknownPrinter,
    UnknownToken,
)
from server.domain.events import Event
from server.domain.lifecycle import CounterState
from server.domain.roles import Role
from server.services import access, idempotency, snapshots, statistics, tokens
from server.services.counters import set_state
from server.services.idempotency import Answer, Attempt
from server.storage import queries
from server.storage.models import Series
from server.storage.transaction import Transaction
from tests.factories import CENTRE, DAY, MORNING, Floor


def labels(floor: Floor) -> list[str]:
    return [t.label for t in floor.db.read(lambda conn: list(queries.open_tokens(conn, floor.centre_id)))]


def shorten_series(floor: Floor) -> None:
    """Let every series end at 1."""

    def change(tx: Transaction) -> None:
        tx.conn.execute(update(Series).values(last=1))
        tx.change_centre(plan_version=2)

    floor.write(change)


def last_event(floor: Floor) -> Event:
    seq = floor.centre.event_seq
    return next(iter(floor.db.read(lambda c: list(snapshots.events_between(c, floor.centre_id, seq - 1, seq)))))


def test_each_series_counts_for_itself_and_a_need_goes_to_f(floor: Floor) -> None:
    issued = [floor.issue(), floor.issue("TATKAAL"), floor.issue(need="senior"), floor.issue()]
    assert [token.label for token in issued] == ["N001", "T001", "F001", "N002"]


def test_numbers_begin_anew_each_day(floor: Floor) -> None:
    floor.issue()
    order, tomorrow = floor.order(), MORNING + timedelta(days=1)
    assert floor.write(lambda tx: tokens.issue(tx, order, tomorrow, "test")).token.label == "N001"


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
    ahead_of_first = floor.write(lambda tx: tokens.issue(tx, first, MORNING, "test")).ahead
    ahead_of_plain = floor.write(lambda tx: tokens.issue(tx, plain, MORNING, "test")).ahead
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
    assert event.data["reason"] == {
        "rule": call.reason.rule,
        "params": dict(call.reason.params),
        "text": call.reason.text,
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
    assert busy.value.details["call"]["token"]["label"] == "N001"


def test_a_busy_counter_closes_only_after_its_token(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    with pytest.raises(CounterBusy):
        floor.set_state("G1", CounterState.CLOSED)
    now = floor.now()
    floor.write(lambda tx: set_state(tx, "G1", CounterState.CLOSED, now, "test", after_current=True))
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
    assert floor.centre.event_seq == 2


def test_a_cancelled_token_is_gone_and_cannot_be_cancelled_again(floor: Floor) -> None:
    token = floor.issue()
    assert floor.cancel(token).state == "cancelled"
    assert labels(floor) == []
    with pytest.raises(IllegalTransition):
        floor.cancel(token)
    with pytest.raises(UnknownToken):
        floor.write(lambda tx: tokens.cancel(tx, "nobody", MORNING, "test"))


def test_the_close_of_day_ends_everything_once(floor: Floor) -> None:
    floor.open("G1", "G2", "G3")
    for _ in range(4):
        floor.issue()
    floor.call("G1")
    floor.lose("G1")
    floor.call("G2")
    floor.call("G3")
    floor.start("G3")
    with pytest.raises(DayNotFinished) as still:
        floor.close_day()
    assert still.value.details["counters"] == ["G3"]
    floor.finish("G3")
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
        attempt = Attempt("key:1", "k", body_hash, MORNING + timedelta(hours=hours))

        def command() -> Answer:
            ran.append(1)
            return Answer(201, {"n": len(ran)})

        return floor.write(lambda tx: idempotency.once(tx, attempt, command))

    assert run() == run() == run(hours=23.9) == Answer(201, {"n": 1})
    with pytest.raises(IdempotencyKeyReused):
        run("b")
    assert run("b", hours=24.1) == Answer(201, {"n": 2})


def test_a_refusal_is_not_kept(floor: Floor) -> None:
    attempt = Attempt("key:1", "k", "a", MORNING)

    def refuse() -> Answer:
        raise QueueEmpty("nobody")

    with pytest.raises(QueueEmpty):
        floor.write(lambda tx: idempotency.once(tx, attempt, refuse))
    assert floor.write(lambda tx: idempotency.once(tx, attempt, lambda: Answer(200, {}))) == Answer(200, {})


def test_catching_up_gives_events_or_asks_to_load_anew(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()

    def ask(after: int, epoch: str | None = None) -> list[int] | None:
        got = floor.db.read(lambda c: snapshots.catch_up_of(c, CENTRE, after=after, epoch=epoch, staff=False))
        return None if got.events is None else [event["seq"] for event in got.events]

    assert (ask(0), ask(1), ask(2)) == ([1, 2], [2], [])
    assert (ask(3), ask(-1), ask(0, "another epoch")) == (None, None, None)


def test_a_key_is_known_by_its_secret_only_and_bound_to_what_it_was_made_for(floor: Floor) -> None:
    secret = floor.key(Role.KIOSK, device="K1")
    principal = floor.db.read(lambda conn: access.principal_of_key(conn, secret))
    assert (principal.role, principal.device, principal.printer) == (Role.KIOSK, "K1", "printer-k1")
    with pytest.raises(Unauthenticated):
        floor.db.read(lambda conn: access.principal_of_key(conn, secret + "x"))
    with pytest.raises(UnknownDevice):
        floor.key(Role.KIOSK, device="K9")
    with pytest.raises(UnknownCounter):
        floor.key(Role.COUNTER, counter="Z1")
    bound = floor.db.read(lambda c: access.principal_of_key(c, floor.key(Role.COUNTER, counter="G1")))
    with pytest.raises(Forbidden):
        bound.require_counter("G2")


def sign_in(floor: Floor, password: str, minutes: float = 0) -> str | None:
    at = MORNING + timedelta(minutes=minutes)
    return floor.db.write(None, lambda tx: access.sign_in(tx, "asha", password, at))


def test_a_session_lasts_while_it_is_used_and_no_longer_than_a_shift(floor: Floor) -> None:
    floor.write(lambda tx: access.add_staff(tx, "asha", Role.MANAGER, "right", MORNING))
    with pytest.raises(AlreadyThere):
        floor.write(lambda tx: access.add_staff(tx, "asha", Role.COUNTER, "other", MORNING))
    secret = str(sign_in(floor, "right"))

    def who(minutes: float) -> access.Principal:
        at = MORNING + timedelta(minutes=minutes)
        return floor.db.read(lambda conn: access.principal_of_session(conn, secret, at))

    assert (who(1).user, who(1).stale, who(6).stale) == ("asha", False, True)
    with pytest.raises(Unauthenticated):
        who(61)
    for minutes in range(50, 721, 50):
        floor.db.write(None, lambda tx, m=minutes: access.note_seen(tx, secret, MORNING + timedelta(minutes=m)))  # type: ignore[misc]
    assert who(719).user == "asha"
    with pytest.raises(Unauthenticated):
        who(720)
    floor.db.write(None, lambda tx: access.sign_out(tx, secret))
    with pytest.raises(Unauthenticated):
        who(1)


def test_five_wrong_passwords_lock_a_person_and_each_more_for_longer(floor: Floor) -> None:
    floor.write(lambda tx: access.add_staff(tx, "asha", Role.MANAGER, "right", MORNING))
    assert [sign_in(floor, "wrong") for _ in range(5)] == [None] * 5
    with pytest.raises(LockedOut):
        sign_in(floor, "right", 0.5)
    assert sign_in(floor, "wrong", 1.1) is None
    with pytest.raises(LockedOut):
        sign_in(floor, "right", 2.5)
    assert sign_in(floor, "right", 3.2) is not None
    assert sign_in(floor, "wrong", 3.3) is None
    assert sign_in(floor, "right", 3.4) is not None


def test_nobody_signs_in_as_a_stranger(floor: Floor) -> None:
    assert sign_in(floor, "anything") is None


def test_figures_tell_stays_by_series_and_waits_by_stage(floor: Floor) -> None:
    floor.open("G1", "A1", "B1", "C1", "X1")
    floor.issue()
    floor.issue(need="senior")
    for counter in ("G1", "A1", "B1", "C1", "X1"):
        floor.serve(counter)
    told = floor.db.read(lambda conn: statistics.figures(conn, floor.centre_id, DAY, DAY))
    assert (told["issued"], told["completed"], told["ended"]) == (2, 1, {"done": 1})
    assert told["stay"]["F"] == {"n": 1, "p50": 15.0, "p90": 15.0, "p95": 15.0}
    assert told["wait"]["G"] == {"n": 1, "p50": 1.0, "p90": 1.0}


def test_a_token_that_was_cancelled_or_missed_has_no_stay(floor: Floor) -> None:
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.cancel(floor.issue("ENQUIRY"))
    floor.serve("E1")
    floor.issue("ENQUIRY")
    floor.close_day()
    told = floor.db.read(lambda conn: statistics.figures(conn, floor.centre_id, DAY, DAY))
    assert (told["issued"], told["completed"]) == (3, 1)
    assert told["ended"] == {"done": 1, "cancelled": 1, "expired": 1}
    assert told["stay"] == {name: {"n": 1, "p50": 5.0, "p90": 5.0, "p95": 5.0} for name in ("E", "all")}


@pytest.mark.parametrize(("percent", "value"), [(0, 1.0), (50, 3.0), (90, 4.6), (100, 5.0)])
def test_percentiles_interpolate_between_the_closest_ranks(percent: float, value: float) -> None:
    assert statistics.percentile([5, 1, 4, 2, 3], percent) == pytest.approx(value)
