"""A whole run: draw mutants, try each in a copy of the tree, two at a time, until the time is up."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from time import monotonic

from tests.mutants.copies import copy_tree
from tests.mutants.judge import PATIENCE, START_S, Judged, judge
from tests.mutants.mutant import Mutant
from tests.mutants.reach import Reach


@dataclass(frozen=True, slots=True)
class Pace:
    """How many mutants are tried at once, how many seconds of tests each may take, and when no new one is begun."""

    workers: int = 2
    budget_s: float = 20.0
    longest_s: float = 3_600.0


def try_all(
    root: Path, mutants: Sequence[Mutant], reach: Reach, pace: Pace, tell: Callable[[Judged], None]
) -> list[Judged]:
    """Return what came of each mutant that was begun in time, in the order given."""
    deadline = monotonic() + pace.longest_s
    with ExitStack() as stack:
        copies = _copies(root, pace.workers, stack)

        def in_a_copy(mutant: Mutant) -> Judged | None:
            if monotonic() > deadline:
                return None
            tests = reach.tests_of(mutant, pace.budget_s)
            copy = copies.get()
            try:
                judged = judge(copy, mutant, tests, limit_of(reach, tests))
            finally:
                copies.put(copy)
            tell(judged)
            return judged

        pool = stack.enter_context(ThreadPoolExecutor(pace.workers))
        return list(filter(None, pool.map(in_a_copy, mutants)))


def limit_of(reach: Reach, tests: Sequence[str]) -> float:
    """Return the seconds that tests may take on a mutant."""
    return START_S + PATIENCE * sum(reach.seconds[test] for test in tests)


def _copies(root: Path, count: int, stack: ExitStack) -> "SimpleQueue[Path]":
    copies = SimpleQueue[Path]()
    for copy in _folders(count, stack):
        copies.put(copy_tree(root, copy))
    return copies


def _folders(count: int, stack: ExitStack) -> Iterator[Path]:
    for _ in range(count):
        yield Path(stack.enter_context(TemporaryDirectory(prefix="baari-mutants-"))).resolve() / "tree"
