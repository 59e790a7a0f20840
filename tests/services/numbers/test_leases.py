"""Numbers on paper: leased, used, void; and a full series. Every number stands on record."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from server.domain.actors import By
from server.domain.errors import DayClosed, InvalidInput, NumberNotLeased, SeriesFull, UnknownLease
from server.domain.token.token import Token
from server.services.floor import issue
from server.services.floor.issue import PadNumber
from server.services.setup import versions
from server.storage.database import Database
from server.storage.tables.plan import SeriesTable
from server.storage.transaction import Transaction
from tests.factories import MORNING, Floor, at_time, install_floor


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database; the last test runs on both."""
    return sqlite_floor


def enter(floor: Floor, label: str, minutes_ago: float = 0, service: str = "NORMAL") -> Token:
    """Enter a paper number that was handed out some minutes ago."""
    now = floor.now()
    order = floor.order(service, paper=PadNumber(label, now - timedelta(minutes=minutes_ago)))
    return floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test"))).token


def shorten(floor: Floor, last: int) -> None:
    """Let every series end early."""

    def change(tx: Transaction) -> None:
        tx.conn.execute(update(SeriesTable).values(last=last))
        versions.add_version(tx, MORNING.date())

    floor.write(change)


def test_a_pad_gets_the_next_numbers_and_the_line_goes_on_after_them(floor: Floor) -> None:
    floor.issue()
    block = floor.lease("N", 5)
    assert (block.first, block.last) == (2, 6)
    assert floor.issue().label == "N007"
    assert floor.lease("N", 2).first == 8
    verdict = floor.verdict()
    assert (verdict.faults, verdict.leased, verdict.void) == ([], 7, 0)


def test_a_number_handed_out_in_the_minute_in_which_its_block_was_leased_is_good_and_no_earlier_one(
    floor: Floor,
) -> None:
    floor.begin += timedelta(seconds=40)
    floor.lease("N", 2)
    assert enter(floor, "N001", minutes_ago=1 + 40 / 60).label == "N001"
    with pytest.raises(InvalidInput):
        enter(floor, "N002", minutes_ago=2 + 41 / 60)
    assert floor.verdict().faults == []


def test_paper_numbers_are_entered_in_any_order_with_the_time_at_which_they_were_taken(floor: Floor) -> None:
    floor.open("G1")
    floor.lease("N", 3)
    floor.wait(10)
    on_screen = floor.issue()
    floor.wait(10)
    second = enter(floor, "N002", minutes_ago=15)
    first = enter(floor, "n 1", minutes_ago=14)
    assert (second.label, first.label, second.entered_by_hand) == ("N002", "N001", True)
    assert second.issued_at == second.aged_from == second.step.since < on_screen.step.since
    assert [floor.serve("G1").label for _ in range(3)] == ["N002", "N001", "N004"]
    assert floor.verdict().faults == []


def test_a_paper_number_keeps_its_letter_and_is_called_in_the_series_of_its_service(floor: Floor) -> None:
    floor.lease("N", 1)
    token = enter(floor, "N001", service="TATKAAL")
    assert (token.label, token.klass) == ("N001", "T")
    assert floor.verdict().faults == []


@pytest.mark.parametrize("label", ["N006", "T001", "N000", "ABC", "N", "", "N²", "N1234567", "001"])
def test_a_number_that_was_not_leased_is_refused(floor: Floor, label: str) -> None:
    floor.lease("N", 5)
    with pytest.raises(NumberNotLeased):
        enter(floor, label)


def test_a_paper_number_is_entered_once(floor: Floor) -> None:
    floor.lease("N", 5)
    floor.cancel(enter(floor, "N003"))
    with pytest.raises(NumberNotLeased, match="N003 is entered already"):
        enter(floor, "N003")
    assert floor.verdict().faults == []


def test_a_paper_number_is_of_today_and_not_of_the_future(floor: Floor) -> None:
    floor.lease("N", 5)
    for minutes_ago in (-1, 24 * 60):
        with pytest.raises(InvalidInput):
            enter(floor, "N001", minutes_ago)
    tomorrow = MORNING + timedelta(days=1)
    order = floor.order(paper=PadNumber("N001", tomorrow))
    with pytest.raises(NumberNotLeased):
        floor.write(lambda tx: issue.issue(at_time(tx, tomorrow), order, By("test")))


def test_paper_numbers_are_entered_after_the_last_token_of_the_day_but_not_after_its_close(floor: Floor) -> None:
    floor.lease("N", 5)
    evening = MORNING + timedelta(hours=8)

    def enter_late(label: str, at: datetime) -> Token:
        order = floor.order(paper=PadNumber(label, MORNING + timedelta(hours=6)))
        return floor.write(lambda tx: issue.issue(at_time(tx, at), order, By("test"))).token

    assert enter_late("N001", evening).label == "N001"
    floor.close_day(at=evening)
    with pytest.raises(DayClosed):
        enter_late("N002", evening)


def test_void_numbers_are_counted_and_never_given(floor: Floor) -> None:
    block = floor.lease("N", 5)
    enter(floor, "N002")
    assert floor.void(block).void_reason == "pad lost"
    with pytest.raises(NumberNotLeased):
        enter(floor, "N003")
    for again in (block, replace(block, id=999)):
        with pytest.raises(UnknownLease):
            floor.void(again)
    assert floor.issue().label == "N006"
    verdict = floor.verdict()
    assert (verdict.faults, verdict.leased, verdict.void) == ([], 5, 4)


def test_a_lease_is_of_a_series_there_is_and_within_its_range(floor: Floor) -> None:
    with pytest.raises(UnknownLease):
        floor.lease("Z")
    shorten(floor, 10)
    with pytest.raises(SeriesFull):
        floor.lease("N", 11)
    assert floor.lease("N", 10).last == 10


def test_a_series_used_up_by_leases_goes_on_under_its_overflow_letter(floor: Floor) -> None:
    shorten(floor, 4)
    floor.lease("N", 3)
    labels = [floor.issue().label for _ in range(3)]
    assert labels == ["N004", "M001", "M002"]
    assert floor.lease("M", 2).first == 3
    assert enter(floor, "M004").klass == "N"
    with pytest.raises(SeriesFull):
        floor.issue()
    verdict = floor.verdict()
    assert (verdict.faults, verdict.leased) == ([], 5)


def test_tokens_of_the_overflow_are_called_in_the_class_they_belong_to(floor: Floor) -> None:
    shorten(floor, 1)
    floor.open("G1")
    for need in (None, "senior", None, "senior"):
        floor.issue(need=need)
    assert [floor.serve("G1").label for _ in range(4)] == ["F001", "V001", "N001", "M001"]
    assert floor.verdict().faults == []


def test_numbers_of_paper_and_screen_are_alike_on_each_database(db: Database) -> None:
    floor = install_floor(db)
    shorten(floor, 4)
    block = floor.lease("N", 3)
    assert [floor.issue().label for _ in range(2)] == ["N004", "M001"]
    assert enter(floor, "N002").label == "N002"
    floor.void(block)
    verdict = floor.verdict()
    assert (verdict.faults, verdict.leased, verdict.void) == ([], 3, 2)
