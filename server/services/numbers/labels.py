"""The next number of a series: never one whose label somebody of another day has, or may have again."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain.errors import SeriesFull
from server.domain.freezes import active_time
from server.domain.plan.plan import Plan
from server.domain.plan.series import Series, label, next_numbers
from server.domain.token.undo import UNDO_MAX
from server.storage.sql import numbers, tokens
from server.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Given:
    """A number that is given: of which day and series, and the labels before it that were `left_out`."""

    day: date
    letter: str
    number: int
    left_out: tuple[str, ...] = ()


def next_number(tx: Transaction, plan: Plan, letter: str, left_out: tuple[str, ...] = ()) -> Given:
    """Return the next number of a series, from the overflow series when it is full; raises SeriesFull.

    `left_out` are the labels that were passed over before.
    """
    series = plan.series[letter]
    number = _taken(tx, series)
    if number is not None and _is_taken(tx, letter, number):
        return next_number(tx, plan, letter, (*left_out, label(letter, number)))
    if number is not None:
        return Given(tx.today, letter, number, left_out)
    if series.overflow is None:
        raise SeriesFull(f"Series {letter} has no number left today.", series=letter)
    return next_number(tx, plan, series.overflow, left_out)


def _taken(tx: Transaction, series: Series) -> int | None:
    """Take the next number of a series and return it, None when there is none; where the last is known, unasked."""
    of_series, known = (tx.today, series.letter), tx.known.numbers
    last = known.get(of_series)
    if last is not None and last < series.last:
        known[of_series] = last + 1
        numbers.take_next_number(tx.conn, tx.centre.id, *of_series, last + 1)
        return last + 1
    number = numbers.take_number(tx.conn, tx.centre.id, *of_series, series.first, series.last)
    if number is not None:
        known[of_series] = number
    return number


def next_block(tx: Transaction, series: Series, count: int) -> tuple[int, tuple[str, ...]]:
    """Return the first of `count` free numbers in a row, and the labels that are left_out before; raises SeriesFull."""
    used = numbers.last_number(tx.conn, tx.centre.id, tx.today, series.letter)
    due = first = next_numbers(series, used, count)
    while taken := [n for n in range(first, first + count) if _is_taken(tx, series.letter, n)]:
        first = next_numbers(series, taken[-1], count)
    return first, tuple(label(series.letter, n) for n in range(due, first))


def taken_numbers(tx: Transaction, before: date | None, *, runs_on: bool) -> dict[str, list[int]]:
    """Return the numbers, by series, whose labels are not free on a day that opens after the day `before`.

    Those of everybody who is under way, and, where that day runs on, of those who ended so lately that it may be taken
    back, however long they were here, and those that were leased then.
    """
    taken: dict[str, list[int]] = defaultdict(list)
    for token in tokens.open_tokens(tx.conn, tx.centre.id):
        taken[token.series].append(token.number)
    if before is not None and runs_on:
        for letter, number in tokens.numbers_ended_since(tx.conn, tx.centre.id, before, _undone_since(tx)):
            taken[letter].append(number)
        for letter, kept in (tx.centre.taken_numbers or {}).items():
            taken[letter].extend(number for number in kept if _is_borne(tx, letter, number))
        for block in numbers.leases(tx.conn, tx.centre.id, before):
            taken[block.letter].extend(range(block.first, block.last + 1))
    return {letter: sorted(set(given)) for letter, given in taken.items()}


def _undone_since(tx: Transaction) -> datetime:
    """Return a moment before which nobody ended whose end can be taken back: while a centre stands no time for it runs.

    It may lie too early, for stops can overlap: then a few more are looked at.
    """
    stood = sum(((end or tx.now) - begin for begin, end in tx.centre.frozen_times), timedelta())
    return tx.now - UNDO_MAX - stood


def _is_taken(tx: Transaction, letter: str, number: int) -> bool:
    """Whether a label is that of somebody of another day, or may be again; a later one where the clock was ahead."""
    if number not in (tx.centre.taken_numbers or {}).get(letter, ()):
        return False
    return _is_leased(tx, letter, number) or _is_borne(tx, letter, number)


def _is_borne(tx: Transaction, letter: str, number: int) -> bool:
    """Whether somebody of another day has a number, or may have it again because their end can be taken back."""
    token = tokens.latest_with_number(tx.conn, tx.centre.id, letter, number, but=tx.today)
    if token is None:
        return False
    return token.ended_at is None or active_time(token.ended_at, tx.now, tx.centre.frozen_times) <= UNDO_MAX


def _is_leased(tx: Transaction, letter: str, number: int) -> bool:
    """Whether a number was leased on the day before, is not void, and was not entered yet."""
    before = tx.centre.closed_day
    if before is None:
        return False
    blocks = numbers.leases(tx.conn, tx.centre.id, before)
    held = any(b.letter == letter and b.first <= number <= b.last and b.void_reason is None for b in blocks)
    return held and not tokens.number_exists(tx.conn, tx.centre.id, before, letter, number)
