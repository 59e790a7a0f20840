"""An act is taken back whole, by its number, or the refusal says what stands against it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.domain.errors import (
    AppointmentUsed,
    CounterBusy,
    DayClosed,
    LaterAct,
    NothingToUndo,
    Refused,
    ReturnSlipUsed,
)
from server.domain.token.lifecycle import CounterState
from server.domain.token.token import Token
from server.services.floor import acts
from server.services.floor.issue import PadNumber
from server.services.views import phone
from server.storage.sql import centres, counters, tokens
from tests.factories import MORNING, Floor, make_reference

REFERENCE = "AB-2026-0001"
SLOT = MORNING + timedelta(minutes=5)


def shown(floor: Floor, counter: str) -> list[tuple[str, str]]:
    told = floor.db.read(lambda read: acts.acts_at(read, centres.centre_by_id(read, floor.centre_id), counter))
    return [(act.kind.value, act.label) for act in told]


def last_act(floor: Floor, counter: str) -> int:
    told = floor.db.read(lambda read: acts.acts_at(read, centres.centre_by_id(read, floor.centre_id), counter))
    return told[0].act


def secret_of(floor: Floor, token: Token) -> str:
    return floor.db.read(lambda read: tokens.secret_of(read, floor.centre_id, token.id))


def set_job(floor: Floor, token: Token, state: str) -> None:
    """Let the job of a slip be where a worker would have brought it."""
    job = text("UPDATE job SET state = :state WHERE token_id = :token")
    floor.db.write(None, lambda tx: tx.conn.execute(job, {"token": token.id, "state": state}))


def is_withdrawn(floor: Floor, token: Token) -> bool:
    secret = secret_of(floor, token)
    return floor.db.read(lambda read: phone.status_of(read, secret, floor.now()))[1].withdrawn


def test_what_was_done_last_is_taken_back_and_that_is_the_token_that_was_given(floor: Floor) -> None:
    """Finish E001, give N001 at the desk, undo: N001 is taken back, and E001 only by another undo."""
    floor.open("E1")
    floor.issue("ENQUIRY")
    served = floor.serve("E1")
    given = floor.issue(counter="E1")
    assert shown(floor, "E1")[:2] == [("token.issued", "N001"), ("token.finished", "E001")]
    undone = floor.undone("E1")
    assert (undone.token.label, undone.token.state, undone.take_back) == ("N001", "cancelled", None)
    assert is_withdrawn(floor, given)
    assert floor.token(served) == served
    assert shown(floor, "E1")[0] == ("token.finished", "E001")
    assert floor.undo("E1").label == "E001"
    assert floor.token(served).state == "serving"
    assert floor.issue().label == "N002"
    assert floor.verdict().faults == []


def test_a_slip_that_may_be_out_is_to_be_taken_back_and_one_that_waits_is_not_printed(floor: Floor) -> None:
    floor.open("G1")
    floor.issue(counter="G1", printer="printer-k1")
    assert floor.undone("G1").take_back is None
    for state in ("leased", "done", "sent", "unconfirmed"):
        token = floor.issue(counter="G1", printer="printer-k1")
        set_job(floor, token, state)
        assert floor.undone("G1").take_back == token.label


def test_a_token_that_a_desk_gave_is_not_withdrawn_once_it_was_called(floor: Floor) -> None:
    floor.open("G1", "G2")
    token = floor.issue(counter="G1")
    given = last_act(floor, "G1")
    floor.call("G2")
    with pytest.raises(LaterAct) as refused:
        floor.undo("G1", given)
    assert (refused.value.details["kind"], refused.value.details["counter"]) == ("token.called", "G2")
    floor.undo("G2")
    assert floor.undo("G1", given).state == "cancelled"
    assert floor.token(token).ended


def test_an_act_is_known_to_its_own_counter_and_cannot_be_taken_back_twice(floor: Floor) -> None:
    floor.open("G1", "G2")
    floor.issue()
    floor.call("G1")
    act = last_act(floor, "G1")
    with pytest.raises(NothingToUndo):
        floor.undo("G2", act)
    floor.undo("G1", act)
    with pytest.raises(NothingToUndo):
        floor.undo("G1", act)
    with pytest.raises(NothingToUndo):
        floor.undo("G1", 10**9)


def test_a_cancel_at_a_desk_is_an_act_of_it(floor: Floor) -> None:
    floor.open("G1")
    token = floor.issue()
    floor.cancel(token, "G1")
    assert shown(floor, "G1") == [("token.cancelled", "N001")]
    assert not is_withdrawn(floor, token)
    assert floor.undo("G1") == token
    assert floor.verdict().faults == []


def by_booking(floor: Floor) -> Callable[[], Token]:
    floor.expect(REFERENCE, 5, "PCC")
    return lambda: floor.issue(reference=make_reference(REFERENCE))


def by_return_slip(floor: Floor) -> Callable[[], Token]:
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    floor.start("G1")
    slip = secret_of(floor, floor.finish("G1", "refused"))
    return lambda: floor.issue(return_of=slip)


@pytest.mark.parametrize(
    ("ticket", "refusal"), [(by_booking, AppointmentUsed), (by_return_slip, ReturnSlipUsed)], ids=["booking", "slip"]
)
def test_nobody_is_served_twice_by_one_booking_or_one_return_slip(
    floor: Floor, ticket: Callable[[Floor], Callable[[], Token]], refusal: type[Refused]
) -> None:
    """Cancel, check in again, undo the cancel: refused, with the label that came since."""
    come = ticket(floor)
    first = come()
    floor.cancel(first)
    second = come()
    with pytest.raises(refusal) as refused:
        floor.undo_of(first)
    assert refused.value.details["label"] == second.label
    assert floor.token(first).state == "cancelled"
    floor.cancel(second)
    assert floor.undo_of(first).state == "waiting"
    with pytest.raises(refusal):
        come()
    with pytest.raises(refusal):
        floor.undo_of(second)
    assert floor.verdict().faults == []


def test_a_refusal_is_not_taken_back_once_its_return_slip_has_brought_somebody(floor: Floor) -> None:
    come = by_return_slip(floor)
    again = come()
    with pytest.raises(ReturnSlipUsed):
        floor.undo("G1")
    floor.cancel(again)
    assert floor.undo("G1").state == "serving"
    assert floor.verdict().faults == []


def test_a_booking_of_a_token_that_a_desk_gave_by_mistake_is_good_again(floor: Floor) -> None:
    floor.open("G1")
    floor.expect(REFERENCE, 5, "PCC")
    first = floor.issue(counter="G1", reference=make_reference(REFERENCE))
    assert floor.undo("G1").state == "cancelled"
    second = floor.issue(reference=make_reference(REFERENCE))
    assert (first.slot, second.slot) == (SLOT, SLOT)
    with pytest.raises(NothingToUndo):
        floor.undo_of(first)
    assert floor.verdict().faults == []


def test_nothing_of_a_closed_day_is_taken_back(floor: Floor) -> None:
    """Or somebody would be served at a closed counter of a sealed day."""
    floor.open("E1")
    token = floor.issue("ENQUIRY")
    floor.serve("E1")
    floor.close_day()
    with pytest.raises(DayClosed):
        floor.undo("E1")
    with pytest.raises(DayClosed):
        floor.undo_of(token)
    assert floor.token(token).state == "done"


def test_a_take_over_is_taken_back_whole(floor: Floor) -> None:
    floor.open("G1", "G2")
    token = floor.issue()
    floor.call("G1")
    served = floor.start("G1")
    floor.take_over("G1", "G2")
    act = last_act(floor, "G2")
    assert act == last_act(floor, "G1")
    assert floor.undo("G2", act) == served
    assert floor.token(token) == served
    states = {counter: _state(floor, counter) for counter in ("G1", "G2")}
    assert states == {"G1": CounterState.OPEN, "G2": CounterState.OPEN}
    floor.finish("G1")
    assert floor.verdict().faults == []


def _state(floor: Floor, counter: str) -> CounterState:
    return floor.db.read(lambda read: counters.counter_by_id(read, floor.centre_id, counter)).state


def test_a_take_over_stays_while_its_first_counter_has_somebody_else(floor: Floor) -> None:
    floor.open("G1", "G2")
    floor.issue()
    floor.issue()
    floor.call("G1")
    floor.take_over("G1", "G2")
    floor.open("G1")
    floor.call("G1")
    before = floor.centre.event_seq
    with pytest.raises(CounterBusy) as refused:
        floor.undo("G2")
    assert refused.value.details == {"counter": "G1", "label": "N002"}
    assert floor.centre.event_seq == before
    assert floor.verdict().faults == []


def test_a_smaller_party_gives_helpers_back_and_an_undo_takes_them_again_if_they_are_free(floor: Floor) -> None:
    floor.open("G1", "G2", "G3")
    token = floor.issue(party=3)
    floor.call("G2")
    helped = floor.token(token)
    assert set(helped.step.beside) == {"G1", "G3"}
    smaller = floor.remark(token, party=2)
    assert smaller.step.beside == helped.step.beside[:1]
    free = helped.step.beside[1]
    other = floor.issue()
    assert floor.call(free).token.id == other.id
    with pytest.raises(CounterBusy) as refused:
        floor.undo_of(token)
    assert refused.value.details == {"counter": free, "label": other.label}
    floor.undo(free)
    assert floor.undo_of(token) == helped
    with pytest.raises(CounterBusy):
        floor.call(free)
    assert floor.remark(token, party=1).step.beside == ()
    assert floor.verdict().faults == []


def test_a_number_of_the_paper_pad_that_a_desk_entered_is_void_once_it_is_taken_back(floor: Floor) -> None:
    floor.open("G1")
    lease = floor.lease()
    taken = PadNumber(f"N{lease.first:03d}", floor.now())
    token = floor.issue(counter="G1", paper=taken)
    assert floor.undo("G1").label == token.label
    with pytest.raises(Refused):
        floor.issue(counter="G1", paper=taken)
    assert floor.verdict().faults == []


def test_the_first_token_of_a_day_is_taken_back_and_the_day_stays_open(floor: Floor) -> None:
    floor.issue(counter="G1")
    assert floor.undo("G1").state == "cancelled"
    assert floor.issue().label == "N002"
    assert floor.verdict().faults == []
