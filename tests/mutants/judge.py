"""Whether the tests see a mutant: they are run on it in a copy of the tree, with a time limit."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.mutants.copies import begin_tests
from tests.mutants.edits import Source
from tests.mutants.mutant import Mutant

PASSED, NO_SUCH_TEST, NO_TESTS = 0, 4, 5
START_S, PATIENCE = 30.0, 5.0
"""A run may take so many seconds to begin, and so many times what its tests took without a mutant."""


class Verdict(StrEnum):
    """What came of a mutant."""

    KILLED = "killed"
    HUNG = "hung"
    SURVIVED = "survived"
    UNREACHED = "not reached"


SEEN = frozenset({Verdict.KILLED, Verdict.HUNG})


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant, what came of it, and how many tests were asked."""

    mutant: Mutant
    verdict: Verdict
    tests: int

    @property
    def seen(self) -> bool:
        """Whether the tests saw it; one that never ends is seen."""
        return self.verdict in SEEN


def judge(copy: Path, mutant: Mutant, tests: Sequence[str], limit_s: float) -> Judged:
    """Run the tests on a mutant in a copy of the tree, which is then as it was."""
    if not tests:
        return Judged(mutant, Verdict.UNREACHED, 0)
    path = copy / mutant.path
    original = path.read_text()
    path.write_text(Source(original).changed(mutant.edit))
    try:
        return Judged(mutant, _verdict(copy, tests, limit_s), len(tests))
    finally:
        path.write_text(original)


def _verdict(copy: Path, tests: Sequence[str], limit_s: float) -> Verdict:
    code = run_tests(copy, tests, limit_s)
    if code in (NO_SUCH_TEST, NO_TESTS):  # a changed constant may rename the cases of a test: ask all its cases
        code = run_tests(copy, sorted({test.partition("[")[0] for test in tests}), limit_s)
    if code is None:
        return Verdict.HUNG
    return Verdict.SURVIVED if code == PASSED else Verdict.KILLED


def run_tests(copy: Path, tests: Sequence[str], limit_s: float) -> int | None:
    """Return how pytest ended, None when it had to be ended; nothing it began stays behind."""
    process = begin_tests(copy, ["-x", *tests])
    try:
        return process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
