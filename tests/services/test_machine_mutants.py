"""A proof that cannot fail is none: each of these broken engines is rejected by the state machine."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from server.domain import references
from server.domain.calling import v1, versions
from server.domain.events.kinds import TokenReturned, TokenStarted
from server.domain.events.payloads import TokenCalled
from server.domain.freezes import Moment
from server.domain.token import changes
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Token
from server.services.bookings import present
from server.services.floor import at_counter, attach, call, serve, undo
from server.storage import schema
from server.storage.database import Database
from server.storage.sql import answers, line, numbers
from server.storage.sql.line import heads_of_line
from server.storage.tables import floor
from tests.services.machine.rules import FloorMachine

Patch = pytest.MonkeyPatch
EXAMPLES = 120


@pytest.fixture(scope="module")
def quick_db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return a migrated SQLite database that need not survive a power cut."""
    folder: Path = tmp_path_factory.mktemp("mutants")
    url = f"sqlite:///{folder / 'baari.sqlite'}"
    schema.migrate(url, synchronous="OFF")
    database = Database(url, synchronous="OFF")
    yield database
    database.close()


def choose(patch: Patch, chooser: Callable[..., Any]) -> None:
    """Let the engine choose otherwise, and its own judge agree."""
    patch.setitem(versions.CHOOSERS, "v1", chooser)


def no_quota(patch: Patch) -> None:
    """The longest wait is never due."""
    choose(patch, lambda line, rule, *more: v1.choose_next(line, replace(rule, quota=0), *more))


def last_come_first_served(patch: Patch) -> None:
    """Of those who wait, the youngest is called."""

    def youngest(line: Any, rule: Any, desk: Any, passes: int, age: Any) -> Any:
        mine = [one for one in line if desk.takes(one.lane)]
        last = max(mine, key=lambda one: one.place, default=None)
        return v1.choose_next([] if last is None else [last], rule, desk, passes, age)

    def newest(_conn: Any, centre: int, stage: str, desks: str) -> Any:
        heads, passes = first(_conn, centre, stage, desks)
        return sorted(heads, key=lambda one: one.place, reverse=True), passes

    first = heads_of_line
    patch.setattr(line, "heads_of_line", newest)
    choose(patch, youngest)


def a_busy_counter_calls(patch: Patch) -> None:
    """Nobody looks whether somebody is at the counter."""
    patch.setattr(call, "require_free", lambda *_: None)


def start_without_a_guard(patch: Patch) -> None:
    """Whoever is at a counter can be started, served or not."""

    def start(token: Token, at: Moment) -> Token:
        return replace(token, step=replace(token.step, state=StepState.SERVING, started_at=at.now))

    patch.setattr(TokenStarted, "change", start)


def number_by_maximum(patch: Patch) -> None:
    """The next number is one more than the greatest on a token."""

    def take(conn: Any, centre_id: int, day: Any, letter: str, first: int, last: int) -> int | None:
        token = floor.TokenTable
        mine = (token.centre_id == centre_id, token.day == day, token.series == letter)
        greatest = conn.execute(select(func.max(token.number)).where(*mine)).scalar_one() or 0
        numbers.set_last_number(conn, centre_id, day, letter, greatest + 1)
        return None if greatest >= last else greatest + 1

    patch.setattr(numbers, "take_number", take)


def undo_forgets_the_turn(patch: Patch) -> None:
    """A call that is taken back keeps the turn that it took from the line."""
    patch.setattr(undo, "_give_back_turn", lambda *_: None)


def come_back_resets_the_age(patch: Patch) -> None:
    """Who comes back stands behind those who came a while later."""
    return_to_line = changes.return_to_line

    def later(token: Token, at: Moment) -> Token:
        back = return_to_line(token, at)
        return replace(back, step=replace(back.step, since=back.step.since + timedelta(minutes=9)))

    patch.setattr(changes, "return_to_line", later)
    patch.setattr(TokenReturned, "change", later)


def retries_run_again(patch: Patch) -> None:
    """Answers are not kept."""
    patch.setattr(answers, "ask_answer", lambda *_: lambda: None)
    patch.setattr(answers, "keep_answer", lambda *_: None)


def screens_are_always_right(patch: Patch) -> None:
    """Nobody compares what a screen has seen."""
    current = at_counter.current_token
    patch.setattr(serve, "current_token", lambda tx, counter, seen=None: current(tx, counter))


def a_booking_serves_twice(patch: Patch) -> None:
    """Nobody looks whether a booking has its token."""
    patch.setattr(present, "_require_unused", lambda *_: None)


def digits_of_one_script(patch: Patch) -> None:
    """A reference that is typed in digits of another script than on the letter is another one."""
    patch.setattr(references, "decimal", lambda digit: digit)


def an_attached_token_is_as_young_as_it_was(patch: Patch) -> None:
    """The age of a booking is not looked at."""
    appointed = attach.appointed

    def young(tx: Any, plan: Any, token: Token, booking: Any) -> Any:
        return replace(appointed(tx, plan, token, booking), aged_from=token.aged_from)

    patch.setattr(attach, "appointed", young)


def a_call_leaves_the_counters_as_they_were(patch: Patch) -> None:
    """Who is at a counter is not read anew."""
    patch.setattr(TokenCalled, "only_joins", True)


MUTANTS = {
    a_call_leaves_the_counters_as_they_were: "what was kept of the counters",
    a_booking_serves_twice: "should be refused: .'appointment_used",
    digits_of_one_script: "UnknownAppointment",
    an_attached_token_is_as_young_as_it_was: "'aged_from'",
    no_quota: "overtaken",
    last_come_first_served: "was called before",
    a_busy_counter_calls: "should be refused: .'counter_busy|UNIQUE constraint failed",
    start_without_a_guard: "start should be refused",
    number_by_maximum: "has a double",
    undo_forgets_the_turn: "unexplained_call",
    come_back_resets_the_age: "'since'",
    retries_run_again: "a retry|UNIQUE constraint failed: token.secret",
    screens_are_always_right: "(should be refused: |foretold )..?stale'",
}


@pytest.mark.proof
@pytest.mark.parametrize(("mutant", "told"), MUTANTS.items(), ids=[mutant.__name__ for mutant in MUTANTS])
def test_a_broken_engine_is_rejected(
    mutant: Callable[[Patch], None], told: str, quick_db: Database, monkeypatch: Patch
) -> None:
    class Machine(FloorMachine):
        db = quick_db

    mutant(monkeypatch)
    search = settings(
        max_examples=EXAMPLES,
        stateful_step_count=50,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    with pytest.raises((AssertionError, IntegrityError), match=told):
        run_state_machine_as_test(Machine, settings=search)
