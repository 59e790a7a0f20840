"""What one event adds to the cells: the difference of two records."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from server.domain.actors import By
from server.domain.calling.rule import Reason
from server.domain.events.event import Event
from server.domain.events.kinds import Payload, TokenRecalled
from server.domain.events.payloads import (
    NoticeSet,
    TokenCalled,
    TokenCancelled,
    TokenCorrected,
    TokenFinished,
    TokenIssued,
    TokenTransferred,
)
from server.domain.figures.cells import Cell, Days, Measure, counted
from server.domain.freezes import Moment
from server.domain.notice import NoticeKind
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.route import Stop
from server.domain.token.token import Token
from tests.factories import DAY, MORNING, make_token

KOLKATA = ZoneInfo("Asia/Kolkata")
NEXT = DAY + timedelta(days=1)
OPENED = [(MORNING - timedelta(hours=1), DAY), (MORNING + timedelta(days=1), NEXT)]


def at(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def moment(minutes: float) -> Moment:
    return Moment(MORNING + at(minutes))


def event(payload: Payload, minutes: float) -> Event:
    return Event(9, MORNING + at(minutes), payload.kind, By("test"), 9, 1, "v1", payload, 1, "")


def called(minutes: float = 7) -> Token:
    return changes.call(make_token(), "A1", "e-2", moment(minutes))


def served(start: float = 8) -> Token:
    return changes.start(called(), moment(start))


def added(before: Token | None, payload: Payload, minutes: float) -> dict[Cell, int]:
    return {cell: n for cell, n in counted(before, event(payload, minutes), Days(KOLKATA, OPENED)).items() if n}


def test_a_token_is_counted_where_it_was_given_on_the_clock_of_its_centre() -> None:
    assert added(None, TokenIssued(make_token()), 0) == {Cell(DAY, 38, "", "N", Measure.ISSUED): 1}


def test_the_wait_ends_at_the_first_call_and_no_later_one_moves_it() -> None:
    waits = make_token()
    assert added(waits, TokenCalled(called(2), Reason("oldest", {}), 0, None), 2) == {
        Cell(DAY, 38, "A", "N", Measure.WAIT, bin=4): 1
    }
    before = called(2)
    assert added(before, TokenRecalled(changes.recall(before, moment(13))), 13) == {}
    back = changes.return_to_line(changes.miss(before, moment(14)), moment(15))
    again = changes.call(back, "A2", "e-9", moment(20))
    assert added(back, TokenCalled(again, Reason("oldest", {}), 0, None), 20) == {}


def test_a_finish_counts_the_service_and_its_outcome_and_not_yet_the_stay() -> None:
    before = served(8)
    _, after = changes.finish(before, "ok", Stop("B"), 10, moment(20))
    assert added(before, TokenFinished(after, "ok", return_slip=False), 20) == {
        Cell(DAY, 39, "A", "N", Measure.SERVICE, bin=24): 1,
        Cell(DAY, 39, "A", "N", Measure.OUTCOME, "ok"): 1,
    }


def test_the_last_finish_counts_the_stay_and_the_end_too() -> None:
    before = served(8)
    _, after = changes.finish(before, "ok", Stop(None), 10, moment(20))
    assert added(before, TokenFinished(after, "ok", return_slip=False), 20) == {
        Cell(DAY, 39, "A", "N", Measure.SERVICE, bin=24): 1,
        Cell(DAY, 39, "A", "N", Measure.OUTCOME, "ok"): 1,
        Cell(DAY, 39, "", "N", Measure.END, "done"): 1,
        Cell(DAY, 39, "", "N", Measure.STAY, bin=40): 1,
    }


def test_a_transfer_from_service_is_a_service_without_an_outcome_and_one_from_a_call_is_none() -> None:
    for before, service in ((served(8), {Cell(DAY, 39, "A", "N", Measure.SERVICE, bin=24): 1}), (called(), {})):
        _, after = changes.transfer(before, Target("B"), 10, moment(20))
        assert added(before, TokenTransferred(after), 20) == service


def test_a_correction_that_leads_elsewhere_ends_no_service() -> None:
    before = served(8)
    _, after = changes.move(before, "E", 10, moment(20))
    assert added(before, TokenCorrected(after, was="NORMAL"), 20) == {}


def test_a_cancelled_token_has_an_end_and_no_stay() -> None:
    before = called()
    after = changes.cancel(before, moment(20))
    assert added(before, TokenCancelled(after), 20) == {Cell(DAY, 39, "", "N", Measure.END, "cancelled"): 1}


def test_a_refused_token_went_all_the_way() -> None:
    before = replace(served(8), ends=TokenEnd.REFUSED)
    _, after = changes.finish(before, "refused", Stop(None), 10, moment(20))
    cells = added(before, TokenFinished(after, "refused", return_slip=True), 20)
    assert cells[Cell(DAY, 39, "", "N", Measure.STAY, bin=40)] == 1


def test_a_corrected_class_takes_token_and_open_step_along() -> None:
    before = called(7)
    after = changes.correct(before, "TATKAAL", "T", "default", ("A", "B"))
    assert added(before, TokenCorrected(after, was="NORMAL"), 8) == {
        Cell(DAY, 38, "", "N", Measure.ISSUED): -1,
        Cell(DAY, 38, "", "T", Measure.ISSUED): 1,
        Cell(DAY, 38, "A", "N", Measure.WAIT, bin=14): -1,
        Cell(DAY, 38, "A", "T", Measure.WAIT, bin=14): 1,
    }


def test_a_call_before_the_stage_was_entered_counts_as_no_wait() -> None:
    cells = added(make_token(), TokenRecalled(called(-3)), -3)
    assert list(cells) == [Cell(DAY, 37, "A", "N", Measure.WAIT, bin=0)]


def test_what_happens_on_the_next_day_counts_there_and_the_token_where_it_was_given() -> None:
    waits, late = make_token(), 24 * 60 + 2
    assert added(waits, TokenCalled(called(late), Reason("oldest", {}), 0, None), late) == {
        Cell(NEXT, 38, "A", "N", Measure.WAIT, bin=2 * late): 1
    }
    before = changes.start(called(), moment(8))
    _, after = changes.finish(before, "ok", Stop(None), 10, moment(late))
    days = {cell.measure: cell.day for cell in added(before, TokenFinished(after, "ok", return_slip=False), late)}
    assert days == dict.fromkeys((Measure.SERVICE, Measure.OUTCOME, Measure.END, Measure.STAY), NEXT)
    assert [cell.day for cell in added(None, TokenIssued(before), 8) if cell.measure == Measure.ISSUED] == [DAY]


def test_a_correction_on_the_next_day_moves_what_the_earlier_day_has_counted() -> None:
    before = called(7)
    after = changes.correct(before, "TATKAAL", "T", "default", ("A", "B"))
    moved = added(before, TokenCorrected(after, was="NORMAL"), 24 * 60 + 2)
    assert {(cell.day, cell.measure, cell.klass): n for cell, n in moved.items()} == {
        (DAY, Measure.ISSUED, "N"): -1,
        (DAY, Measure.ISSUED, "T"): 1,
        (DAY, Measure.WAIT, "N"): -1,
        (DAY, Measure.WAIT, "T"): 1,
    }


def test_what_the_opening_of_a_day_ends_is_of_the_day_before() -> None:
    before = called()
    at_opening = changes.cancel(before, moment(24 * 60))
    after_it = changes.cancel(before, moment(24 * 60 + 0.001))
    for after, day in ((at_opening, DAY), (after_it, NEXT)):
        assert {cell.day for cell in added(before, TokenCancelled(after), 24 * 60)} == {day}


def test_before_days_had_openings_all_is_of_the_day_of_the_token() -> None:
    waits, early = make_token(day=NEXT), -90
    assert {cell.day for cell in added(waits, TokenCancelled(changes.cancel(waits, moment(early))), early)} == {NEXT}


def test_what_is_no_token_is_not_counted() -> None:
    assert added(None, NoticeSet(NoticeKind.PAUSE, "power", None, True), 0) == {}
