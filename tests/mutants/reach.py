"""Which tests reach which line, measured once by coverage with a context for each test, and how long they take."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from coverage import CoverageData

from bench.house.rooms import module_graph
from bench.house.tree import PACKAGES, read_tree
from tests.mutants.copies import SAID, begin_tests, copy_tree
from tests.mutants.mutant import Mutant

KEPT = ".mutants"
SAID_MOST = 4_000
AT_IMPORT = ""
"""The name under which coverage keeps what ran before the first test: modules that were imported."""
FOREIGN = (
    "tests/browser",
    "tests/crash",
    "tests/e2e",
    "tests/histories",
    "tests/operations/test_cli.py",
    "tests/mutants",
    "tests/bench",
    "tests/test_recipes.py",
)
"""Tests that meet our code in another process, which coverage does not see, or that are about tools."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What the tests reach: seconds of each test, tests of each line of each module, and who imports a module.

    A line that ran while modules were imported has AT_IMPORT among its tests.
    """

    seconds: Mapping[str, float]
    lines: Mapping[str, Mapping[int, frozenset[str]]]
    importers: Mapping[str, frozenset[str]]

    def tests_of(self, mutant: Mutant, budget_s: float) -> list[str]:
        """Return the tests that may see a mutant, the nearest and fastest first, as many as fit into the budget."""
        edit = mutant.edit
        lines = self.lines.get(mutant.path, {})
        tests = frozenset().union(*(lines.get(line, ()) for line in range(edit.lines[0], edit.lines[1] + 1)))
        if edit.at_import or AT_IMPORT in tests:
            tests |= self._of_module(mutant.path)
        ranked = sorted(tests - {AT_IMPORT}, key=lambda test: self._rank(mutant.path, test))
        return list(self._within(ranked, budget_s))

    def _of_module(self, path: str) -> frozenset[str]:
        """Return the tests of a module, and of those that import it: for what runs when it is imported.

        A test file that imports it counts with all its tests: what they look at may be a table.
        """
        around = frozenset((path, *self.importers.get(path, ())))
        reached = (tests for name in around for tests in self.lines.get(name, {}).values())
        return frozenset(test for test in self.seconds if test.partition("::")[0] in around).union(*reached)

    def _rank(self, path: str, test: str) -> tuple[int, float]:
        return -_shared(path, test), self.seconds[test]

    def _within(self, tests: Iterable[str], budget_s: float) -> Iterator[str]:
        """Give the first test in any case, then each that still fits."""
        left = budget_s
        for number, test in enumerate(tests):
            if number == 0 or self.seconds[test] <= left:
                left -= self.seconds[test]
                yield test


def reach(root: Path, under: str) -> Reach:
    """Return what the tests below a path reach; measured anew when a source or a test has changed.

    Raises RuntimeError when a test fails without any mutant.
    """
    kept = root / KEPT / _fingerprint(root, under)
    if not kept.exists():
        shutil.rmtree(root / KEPT, ignore_errors=True)
        _measure(root, under, kept)
    return _read(root, kept)


def _measure(root: Path, under: str, kept: Path) -> None:
    with TemporaryDirectory(prefix="baari-mutants-") as folder:
        copy = copy_tree(root, Path(folder).resolve() / "tree")
        skipped = [f"--ignore={path}" for path in FOREIGN]
        noted = ["-p", "tests.mutants.stopwatch", "--stopwatch", "seconds.json"]
        covered = ["--cov", "--cov-context=test", "--cov-report="]
        if code := begin_tests(copy, [*noted, *covered, *skipped, under]).wait():
            said = (copy.parent / SAID).read_text()
            raise RuntimeError(f"the tests fail without any mutant: pytest ends with {code}\n{said[-SAID_MOST:]}")
        kept.mkdir(parents=True)
        (kept / "root").write_text(str(copy))
        for name in ("seconds.json", ".coverage"):
            shutil.copy(copy / name, kept / name)


def _read(root: Path, kept: Path) -> Reach:
    data = CoverageData(str(kept / ".coverage"))
    data.read()
    base = Path((kept / "root").read_text())
    lines = {str(Path(file).relative_to(base)): _lines(data, file) for file in data.measured_files()}
    return Reach(json.loads((kept / "seconds.json").read_text()), lines, _importers(root))


def _lines(data: CoverageData, file: str) -> Mapping[int, frozenset[str]]:
    """Return the tests of each line, and AT_IMPORT; a context is `test|phase`."""
    contexts = data.contexts_by_lineno(file)
    return {line: frozenset(name.rpartition("|")[0] for name in names) for line, names in contexts.items()}


def _importers(root: Path) -> Mapping[str, frozenset[str]]:
    modules = read_tree(root, (*PACKAGES, "tests"))
    graph = module_graph(modules)
    path = {name: module.path.as_posix() for name, module in modules.items()}
    return {path[name]: frozenset(path[other] for other in graph if name in graph[other]) for name in modules}


def _shared(path: str, test: str) -> int:
    """Return how many folders a test file has in common with a module, whose tests mirror the tree."""
    pairs = zip(Path(path).parts[1:-1], Path(test.partition("::")[0]).parts[1:-1], strict=False)
    same = [a == b for a, b in pairs]
    return (*same, False).index(False)


def _fingerprint(root: Path, under: str) -> str:
    """Return a name that changes with every source and test, and with which tests are asked."""
    files = (path for name in read_tree(root).values() for path in (root / name.path,))
    digest = hashlib.sha256(under.encode())
    for path in (*files, *sorted((root / "tests").rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
