"""The report of a day: its figures, its certificate, and a seal that later changes do not pass; computed once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.domain.day import Then
from server.domain.derived import DerivedKeys, Purpose
from server.domain.errors import InvalidInput, UnknownDay
from server.domain.proof.seals import read_seal
from server.operations.report_lines import certificate_lines, report_lines
from server.services.figures import reports
from server.services.figures.cells import rebuild, roll_up
from server.services.figures.reports import DayReport
from server.services.figures.statistics import Figures, Period, period_figures
from server.services.floor import clock
from server.services.proof import verify as verification
from server.services.proof.verify import Anchor, verify
from server.services.views.day_report import DayReports
from tests.factories import CENTRE, DAY, MORNING, Floor
from tests.machines import FakeMachine
from tests.services.figures.days import cells_of

SECRET = DerivedKeys(b"secret")
EVENING = MORNING + timedelta(hours=8)


def fresh(floor: Floor) -> DayReports:
    """Return the reports of a server that has just started."""
    return DayReports(floor.db, lambda: SECRET.key(Purpose.SEALS))


def report(floor: Floor, day: date | None = None, now: datetime = EVENING) -> DayReport:
    return fresh(floor).report(CENTRE, day, now)


def a_day(floor: Floor) -> None:
    """Two people, one of them called out of order; a stop; an action taken back; the close."""
    floor.open("G1", "G2")
    floor.issue()
    second = floor.issue()
    floor.call_token("G1", second)
    floor.start("G1")
    floor.finish("G1")
    floor.freeze()
    floor.unfreeze()
    floor.call("G2")
    floor.undo("G2")
    floor.close_day()


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the last event of each report that is computed."""
    until: list[int] = []
    compute = reports.facts_of

    def watched(read: Any, span: reports.Span) -> reports.DayFacts:
        until.append(span.until)
        return compute(read, span)

    monkeypatch.setattr(reports, "facts_of", watched)
    return until


def bodies(floor: Floor) -> list[tuple[Any, ...]]:
    return floor.db.read(lambda conn: [tuple(row) for row in conn.execute(text("SELECT seq, body FROM day_report"))])


def test_a_closed_day_has_its_figures_its_certificate_and_its_seal(floor: Floor) -> None:
    a_day(floor)
    told = report(floor)
    assert (told.day, told.closed, told.figures.issued) == ("2026-11-24", True, 2)
    assert (told.certificate.ok, told.certificate.calls, told.certificate.undone) == (True, 2, 1)
    assert told.certificate.out_of_order == {"unwell": 1}
    assert [(change.at, change.kind, change.flag, change.cause) for change in told.notices] == [
        ("09:37", "notice.set", "pause", "power"),
        ("09:38", "notice.lifted", "pause", "power"),
    ]
    seal = read_seal(told.seal.text, SECRET)
    assert (seal.centre, seal.day, seal.seq, seal.head) == (CENTRE, DAY, floor.centre.event_seq, floor.centre.head)


def test_the_report_of_a_closed_day_is_computed_once_and_kept(floor: Floor, computed: list[int]) -> None:
    a_day(floor)
    first, again = report(floor), report(floor)
    assert first == again
    assert computed == [floor.centre.event_seq]
    assert report(floor, now=EVENING + timedelta(minutes=1)).printed != first.printed
    assert len(computed) == 1


def test_what_people_wrote_is_not_copied_into_what_is_kept(floor: Floor) -> None:
    a_day(floor)
    for private, note in (("""'{"note": "the boiler"}'""", "the boiler"), ("NULL", None)):
        rewrite = text(f"UPDATE event SET private = {private} WHERE kind = 'notice.set'".replace(":", r"\:"))
        floor.db.write(None, lambda tx, rewrite=rewrite: tx.conn.execute(rewrite))  # type: ignore[misc]
        assert report(floor).notices[0].note == note


def test_a_later_seal_of_a_day_supersedes_the_report(floor: Floor, computed: list[int]) -> None:
    a_day(floor)
    first = report(floor)
    floor.write(lambda tx: tx.change_centre(closed_day=None))
    floor.issue()
    floor.close_day()
    second = report(floor)
    assert (first.figures.issued, second.figures.issued) == (2, 3)
    assert [seq for seq, _ in bodies(floor)] == [second.seal.seq] == [floor.centre.event_seq]
    assert computed == [first.seal.seq, second.seal.seq]


def test_a_rebuild_of_the_figures_computes_the_reports_anew(floor: Floor, computed: list[int]) -> None:
    a_day(floor)
    first = report(floor)
    rebuild(floor.db, floor.centre_id, lambda done, last: None)
    assert bodies(floor) == []
    assert report(floor) == first
    assert len(computed) == 2


def test_two_who_ask_at_once_compute_it_once_and_a_command_need_not_wait_for_it(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = sqlite_floor
    a_day(floor)
    begun, go_on, times = threading.Event(), threading.Event(), []
    compute: Callable[..., Any] = verification.certify

    def slow(*asked: Any) -> Any:
        times.append(1)
        begun.set()
        assert go_on.wait(10)
        return compute(*asked)

    monkeypatch.setattr(reports, "certify", slow)
    shared = fresh(floor)
    with ThreadPoolExecutor(4) as askers:
        asked = [askers.submit(shared.report, CENTRE, None, EVENING) for _ in range(4)]
        assert begun.wait(10)
        floor.write(lambda tx: tx.change_centre(closed_day=None))
        go_on.set()
        told = [one.result(timeout=10) for one in asked]
    assert len(times) == 1
    assert told == [told[0]] * 4


def test_a_report_that_failed_is_computed_when_it_is_asked_for_again(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day(sqlite_floor)
    shared = fresh(sqlite_floor)

    def breaks(*_asked: object) -> Any:
        raise OSError("the disk")

    with monkeypatch.context() as patch:
        patch.setattr(reports, "certify", breaks)
        with pytest.raises(OSError, match="the disk"):
            shared.report(CENTRE, None, EVENING)
    assert shared.report(CENTRE, None, EVENING).figures.issued == 2


def test_the_report_of_a_day_that_runs_is_kept_until_something_happens(floor: Floor, computed: list[int]) -> None:
    floor.issue()
    shared = fresh(floor)
    assert shared.report(CENTRE, None, MORNING) == shared.report(CENTRE, None, MORNING)
    floor.issue()
    assert shared.report(CENTRE, None, MORNING).figures.issued == 2
    assert (computed, bodies(floor)) == ([2, 3], [])


def test_the_figures_and_the_seal_of_a_day_that_runs_are_of_one_moment(floor: Floor) -> None:
    floor.issue()
    span = floor.db.read(lambda read: reports.span_of(read, CENTRE, None, MORNING))
    floor.issue()
    facts = floor.db.read(lambda read: reports.facts_of(read, span))
    assert (facts.figures.issued, facts.until, facts.head) == (2, 3, floor.centre.head)
    assert facts.certificate.events == 3


def test_the_seal_of_a_day_holds_on_the_next_day_and_not_after_a_change(floor: Floor) -> None:
    a_day(floor)
    seal = read_seal(report(floor).seal.text, SECRET)
    anchor = Anchor(seal.seq, seal.head)
    floor.reopen_day()
    floor.open("G1")
    assert floor.db.read(lambda conn: verify(conn, floor.centre, [anchor])).ok
    floor.db.write(None, lambda tx: tx.conn.execute(text("UPDATE event SET actor = 'else' WHERE seq = 4")))
    faults = floor.db.read(lambda conn: verify(conn, floor.centre, [anchor])).faults
    assert faults[0].code == "chain_broken"


def test_a_broken_promise_is_kept_with_its_fault(floor: Floor) -> None:
    a_day(floor)
    floor.db.write(None, lambda tx: tx.conn.execute(text("UPDATE event SET actor = 'else' WHERE seq = 4")))
    told = [report(floor), report(floor)]
    assert [(one.certificate.ok, one.certificate.faults[0].code) for one in told] == [(False, "chain_broken")] * 2
    assert "  event 4: Event 4 is not what was written." in report_lines(told[1])


def test_a_day_that_runs_is_reported_until_now_and_says_so(floor: Floor) -> None:
    floor.issue()
    told = report(floor, now=MORNING + timedelta(hours=1))
    assert (told.closed, told.figures.issued, told.seal.seq) == (False, 1, 2)
    assert "not closed yet" in report_lines(told)[0]
    assert report_lines(told)[1] == "Tokens issued: 1. Ended: nobody yet."


def test_a_clock_that_was_set_by_a_year_is_told_with_both_years(sqlite_floor: Floor) -> None:
    sqlite_floor.db.clock = machine = FakeMachine()
    sqlite_floor.write(clock.hear)
    machine.is_set(days=365)
    sqlite_floor.write(clock.hear)
    [change] = report(sqlite_floor, now=MORNING).clock
    assert (change.was, change.shown) == ("24-11-2026 09:30", "24-11-2027 09:30")


def test_a_day_without_a_call_has_an_empty_certificate(floor: Floor) -> None:
    told = report(floor, day=DAY)
    assert (told.certificate.calls, told.certificate.bound, told.certificate.ok) == (0, 2, True)
    assert certificate_lines(told.certificate)[1] == "  calls              0 (none)"


def test_a_day_that_has_not_come_is_refused(floor: Floor) -> None:
    with pytest.raises(InvalidInput, match="25-11-2026 has not come"):
        report(floor, day=DAY + timedelta(days=1))


def test_a_day_before_the_first_rules_is_refused(floor: Floor) -> None:
    with pytest.raises(UnknownDay, match="no rules yet on 01-01-2000"):
        report(floor, day=date(2000, 1, 1))


def test_the_second_day_is_judged_from_where_the_first_ended(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.serve("G1")
    floor.close_day()
    for _ in range(24 * 60):
        floor.now()
    floor.open("G1")
    floor.issue()
    floor.serve("G1")
    floor.close_day()
    first = report(floor, day=DAY, now=MORNING + timedelta(days=2))
    second = report(floor, now=MORNING + timedelta(days=2))
    assert (first.certificate.calls, second.certificate.calls) == (1, 1)
    assert (second.day, second.certificate.ok, second.certificate.faults) == ("2026-11-25", True, ())
    assert first.certificate.events + second.certificate.events == floor.centre.event_seq


def stats(floor: Floor, day: date) -> Figures:
    return floor.db.read(lambda read: period_figures(read, floor.centre, Period(day, day)))


@pytest.mark.parametrize("asked_at_once", [True, False])
def test_who_is_carried_over_counts_where_they_end_and_the_sealed_day_stays_as_it_was(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, *, asked_at_once: bool
) -> None:
    """Two are carried over; on the next day the class of one is corrected, and the other is done."""
    floor.open("E1")
    done, corrected = floor.issue("ENQUIRY"), floor.issue("ENQUIRY")
    floor.call("E1")
    floor.start("E1")
    floor.close_day(Then.CARRY_OVER)
    sealed = report(floor) if asked_at_once else None
    morrow, floor.begin = DAY + timedelta(days=1), MORNING + timedelta(days=1)
    floor.open("E1")
    floor.correct(corrected, "PCC")
    floor.call_token("E1", done)
    floor.start("E1")
    assert floor.finish("E1").day == DAY
    told = [report(floor, day, EVENING + timedelta(days=1)) for day in (DAY, morrow)]
    assert sealed is None or replace(told[0], printed=sealed.printed) == sealed
    assert [(one.figures.issued, one.figures.ended) for one in told] == [(2, {}), (0, {"done": 1})]
    assert [one.figures.stay["all"].n if one.figures.stay else 0 for one in told] == [0, 1]
    for most in (0, None):
        roll_up(floor.db, floor.centre_id, most=most)
        assert [stats(floor, day).issued for day in (DAY, morrow)] == [2, 0]
        assert [stats(floor, day).ended for day in (DAY, morrow)] == [{}, {"done": 1}]
    counted = cells_of(floor)
    monkeypatch.setattr("server.services.figures.cells.BLOCK", 2)
    rebuild(floor.db, floor.centre_id, lambda done, last: None)
    assert cells_of(floor) == counted
    assert floor.verdict().faults == []


def test_the_end_of_a_reopened_day_is_in_its_second_report(floor: Floor) -> None:
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.call("E1")
    floor.start("E1")
    floor.close_day()
    assert report(floor).figures.ended == {"expired": 1}
    floor.reopen_day()
    floor.open("E1")
    floor.finish("E1")
    floor.close_day()
    assert report(floor).figures.ended == {"done": 1}
    assert stats(floor, DAY).ended == {"done": 1}
