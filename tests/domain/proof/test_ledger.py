"""The numbers of a record: in a row, each once; a leased block is used once or void."""

from dataclasses import replace
from typing import Any

import pytest

from server.domain.leases import Lease
from server.domain.proof.ledger import Ledger
from tests.factories import DAY, MORNING, make_token

LEASE = Lease(7, DAY, "N", 101, 103, "pad", None)


def ledger() -> Ledger:
    """Return a ledger of a series that begins at 101."""
    return Ledger({"N": 101, "T": 301}.__getitem__)


def issued(book: Ledger, number: int, **changes: Any) -> str | None:
    """Issue a number; returns the code of what was wrong."""
    fault = book.issue(make_token(number=number, label=f"N{number}", **changes))
    return fault and fault[0]


def test_numbers_in_a_row_are_right_and_each_series_has_a_row_of_its_own() -> None:
    book = ledger()
    assert [issued(book, number) for number in (101, 102, 103)] == [None] * 3
    assert issued(book, 301, series="T") is None


@pytest.mark.parametrize(("number", "code"), [(104, "number_gap"), (102, "number_doubled"), (101, "number_doubled")])
def test_a_number_left_out_and_one_given_twice_are_told_apart(number: int, code: str) -> None:
    book = ledger()
    issued(book, 101)
    issued(book, 102)
    assert book.issue(make_token(number=number, label=f"N{number}")) == (
        code,
        f"N{number} was issued, number 103 was due.",
    )


def test_the_row_goes_on_after_a_gap() -> None:
    book = ledger()
    assert (issued(book, 105), issued(book, 106)) == ("number_gap", None)


def test_a_leased_number_is_used_once_and_the_row_goes_on_behind_the_block() -> None:
    book = ledger()
    assert book.lease(LEASE, MORNING) is None
    assert issued(book, 104) is None
    assert [issued(book, 102, entered_by_hand=True) for _ in range(2)] == [None, "number_doubled"]
    assert issued(book, 104, entered_by_hand=True) == "number_doubled"
    assert (book.leased, book.void) == (3, 0)


def test_a_block_that_leaves_numbers_out_is_a_gap() -> None:
    assert ledger().lease(replace(LEASE, first=102), MORNING) == ("number_gap", "N102 is not the next number.")


def test_what_was_not_used_of_a_block_is_void_and_never_given() -> None:
    book = ledger()
    book.lease(LEASE, MORNING)
    issued(book, 102, entered_by_hand=True)
    book.void_lease(LEASE)
    assert (book.leased, book.void) == (3, 2)
    assert issued(book, 103, entered_by_hand=True) == "number_doubled"
