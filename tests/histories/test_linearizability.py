"""Concurrent histories of real servers are linearizable; those of servers with a fault put into them are not."""

import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.domain.token.undo import UNDO_MAX_MIN
from server.services.people.seats import STAFF
from server.services.setup.presets import always_open, load_preset
from server.storage import schema
from server.storage.database import Database
from tests.factories import MORNING, install_shape
from tests.histories.floor import CALLS_BEFORE_MISS
from tests.histories.history import Refusal
from tests.histories.judge import false_places, judge_floor, judge_parts
from tests.histories.mutant_server import MUTANTS
from tests.histories.recorder import Load, Recording, record
from tests.processes import ServerProcess

log = logging.getLogger(__name__)
PROCESSES = {"sqlite": 1, "postgresql": 2}
SHORT, LONG, LONG_RUNS = 900, 10_000, 3
MUTANT = Load(300, counters=("G1", "G2", "G3", "G4", "A1", "A2", "E1", "E2"), kiosks=6)
MANY = 900
"""Commands for what clients do seldom: enough that a run without it is out of the question."""
MOST = {"errands_without_end": 2000}
"""Commands for what only the sixth of such acts on one person shows."""
HISTORIES = 3
"""A fault shows only where two clients meet in a certain way: one history in a hundred or so has no such meeting."""
OF_DAYS_AND_UNDO = {
    "close_unseen",
    "errands_without_end",
    "issue_after_the_close",
    "reopen_at_no_counter",
    "reopen_behind_the_later",
    "reopen_some",
    "transfer_to_anybody",
    "undo_onto_another",
    "undo_to_the_end",
    "undo_twice",
    "undo_what_others_built_on",
}
OF_OFFICERS = {
    "call_for_any_officer",
    "hand_over_as_new",
    "hand_over_of_the_present",
    "hand_over_to_nobody",
    "sit_where_another_sits",
}
MORE_MUTANTS = {
    "emit_then_undo",
    "hand_over_as_new",
    "hand_over_of_the_present",
    "issue_after_the_close",
    "last_come_first",
    "miss_at_once",
    "reopen_at_no_counter",
    "reopen_behind_the_later",
    "return_to_the_end",
    "transfer_as_new",
    "transfer_to_anybody",
    "undo_to_the_end",
    "undo_what_others_built_on",
}
IN_ONE_LINE = OF_OFFICERS | {
    "hold_keeps_the_counter",
    "last_come_first",
    "miss_at_once",
    "missing_guard",
    "read_then_update",
    "return_to_the_end",
}
ON_THE_WHOLE_FLOOR = {"emit_before_commit", "emit_then_undo", "miss_ends", "transfer_for_good"}
IN_THE_AGE = {"transfer_as_new"}
SELDOM = (
    {
        "hold_keeps_the_counter",
        "miss_at_once",
        "miss_ends",
        "return_to_the_end",
        "transfer_as_new",
        "transfer_for_good",
    }
    | OF_DAYS_AND_UNDO
    | OF_OFFICERS
)
VERBS = {"recall", "start", "finish", "hold", "resume", "miss", "return", "transfer", "hand_over", "undo"}
OF_THE_DAY = {"close", "reopen"}
EXPECTED_REFUSALS = {
    "counter_busy",
    "counter_not_open",
    "counter_taken",
    "day_closed",
    "illegal_transition",
    "later_act",
    "no_current_token",
    "not_in_this_line",
    "not_your_counter",
    "nothing_to_undo",
    "people_live",
    "queue_empty",
    "stale",
    "too_deep",
    "too_early_to_miss",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run at full length with several seeds, each on a floor of its own."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(LONG_RUNS if metafunc.config.getoption("--long") else 1))


class MutantProcess(ServerProcess):
    """`baari serve` with a fault."""

    def __init__(self, database_url: str, data_dir: Path, fault: str) -> None:
        super().__init__(database_url, data_dir)
        self._program = [sys.executable, "-m", "tests.histories.mutant_server"]
        self._words = [fault]


def install_at_noon(db: Database) -> None:
    """Install a floor that is open all day, in a zone where it is noon: a day that runs on is never closed.

    Who was called often enough may be missed at once, and all that a run does may be taken back.
    """
    preset = always_open(load_preset("M"))
    hours = preset.hours.model_copy(update={"close": "23:00", "tokens": ("00:00", "23:00")})
    missed = preset.missed.model_copy(update={"calls": CALLS_BEFORE_MISS, "minutes": 0})
    rules = preset.floor.model_copy(update={"undo_min": UNDO_MAX_MIN})
    shape = preset.model_copy(update={"hours": hours, "missed": missed, "floor": rules})
    floor = install_shape(db, shape, MORNING)
    ahead = 12 - datetime.now(UTC).hour
    floor.write(lambda tx: tx.change_centre(timezone=f"Etc/GMT{-ahead:+d}"))


@pytest.fixture
def servers(db: Database, backend: str, tmp_path: Path) -> Iterator[list[ServerProcess]]:
    """Return the running servers of one floor: one on SQLite, two on PostgreSQL."""
    install_at_noon(db)
    processes = [ServerProcess(db.url, tmp_path) for _ in range(PROCESSES[backend])]
    with ExitStack() as stack:
        for process in processes:
            stack.callback(process.kill)
            process.start()
        yield processes


def assert_linearizable(run: Recording) -> None:
    """Assert every verdict, and that the run was worth one."""
    assert run.failures == []
    assert {name: verdict for name, verdict in judge_parts(run).items() if not verdict.ok} == {}
    assert judge_floor(run).stuck is None
    assert false_places(run) == []
    assert any(op.returned is None for op in run.history), "no outcome was unknown: nothing was interrupted"
    assert {op.verb for op in run.history if op.at == "day" and isinstance(op.said, str)} == OF_THE_DAY
    assert any(op.only.startswith(STAFF) for op in run.history if isinstance(op.said, str)), "nobody was sent by name"
    refusals = {op.said.code for op in run.history if isinstance(op.said, Refusal)}
    assert {"queue_empty", "counter_busy", "day_closed"} <= refusals <= EXPECTED_REFUSALS


@pytest.mark.proof
def test_a_floor_under_load_and_a_crash_is_linearizable(
    servers: Sequence[ServerProcess], seed: int, long: bool
) -> None:
    begun = time.monotonic()
    run = record(servers, Load(LONG if long else SHORT, kill=True, seed=seed, days=1, verbs=VERBS))
    recorded = time.monotonic()
    assert_linearizable(run)
    tell_figures(run, recorded - begun, time.monotonic() - recorded)


def tell_figures(run: Recording, recorded_s: float, judged_s: float) -> None:
    """Tell how much a history holds, and how long it took."""
    tries = [op for op in run.history if op.verb not in ("hear", "read")]
    done = Counter(op.verb for op in tries if isinstance(op.said, str))
    named = sum(op.only.startswith(STAFF) for op in tries if isinstance(op.said, str))
    unknown, seen = sum(op.returned is None for op in tries), len(run.history) - len(tries)
    log.info("%d tries of commands, %d of unknown outcome; %d times something was seen", len(tries), unknown, seen)
    log.info("%d sent to an officer, %d handed over, %d got up", named, done["hand_over"], done["get_up"])
    log.info("recorded in %.0f s, judged in %.0f s", recorded_s, judged_s)


@pytest.mark.proof
@pytest.mark.parametrize("fault", sorted(MUTANTS))
def test_a_server_with_a_fault_is_found_out(fault: str, tmp_path: Path, long: bool) -> None:
    if fault in MORE_MUTANTS and not long:
        pytest.skip("with --long")
    verbs = {"hand_over"} if fault.startswith("hand_over") else set[str]()
    commands = MOST.get(fault, MANY if fault in SELDOM else MUTANT.commands)
    load = replace(MUTANT, commands=commands, verbs=verbs)
    assert any(is_found(fault, record_mutant(fault, tmp_path / str(seed), load, seed)) for seed in range(HISTORIES))


def record_mutant(fault: str, folder: Path, load: Load, seed: int) -> Recording:
    """Record a history of a server with a fault, on a floor of its own."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'baari.sqlite'}"
    schema.migrate(url, synchronous="OFF")
    with closing(Database(url, synchronous="OFF")) as db:
        install_at_noon(db)
    server = MutantProcess(url, folder, fault)
    try:
        server.start()
        return record([server], replace(load, seed=seed))
    finally:
        server.kill()


def is_found(fault: str, run: Recording) -> bool:
    """Return whether the part of the judge whose business a fault is finds it in a history."""
    if fault in OF_DAYS_AND_UNDO:
        return not judge_floor(run).ok
    rejected = {name.split()[0] for name, verdict in judge_parts(run).items() if not verdict.ok}
    if fault in ON_THE_WHOLE_FLOOR:
        return rejected == set() and not judge_floor(run).ok
    if fault in IN_THE_AGE:
        return false_places(run) != []
    return rejected == {"stage"} if fault in IN_ONE_LINE else rejected != set()
