"""Faults planted in a small tree: one is killed, one survives, one hangs and is ended, one is reached by no test."""

import shutil
from pathlib import Path
from time import sleep

import pytest

from tests.mutants import copies, judge, stopwatch
from tests.mutants.judge import Judged, Verdict
from tests.mutants.mutant import Mutant, mutants_of
from tests.mutants.reach import FOREIGN, KEPT, Reach, reach
from tests.mutants.report import report, scores
from tests.mutants.run import Pace, try_all
from tests.mutants.sample import Area

RULE = '''"""A rule."""

from server.domain.limits import MOST


def may(age: int) -> bool:
    return age < MOST


def countdown(left: int) -> int:
    while left > 0:
        left -= 1
    return left


def unused() -> int:
    return 1
'''
TREE = {
    "setup.cfg": "[coverage:run]\nsource = server\n",
    "server/__init__.py": "",
    "server/domain/__init__.py": "",
    "server/domain/limits.py": '"""Limits."""\n\nMOST = 10\n',
    "server/domain/rule.py": RULE,
    "tests/__init__.py": "",
    "tests/conftest.py": "def pytest_addoption(parser):\n    parser.addoption('--db')\n",
    "tests/domain/__init__.py": "",
    "tests/domain/test_rule.py": (
        "from server.domain.rule import countdown, may\n\n\n"
        "def test_may() -> None:\n    assert may(1)\n    assert not may(10)\n\n\n"
        "def test_countdown() -> None:\n    assert countdown(3) is not None\n"
    ),
    "tests/mutants/__init__.py": "",
}
MAY, COUNT = "tests/domain/test_rule.py::test_may", "tests/domain/test_rule.py::test_countdown"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the small tree."""
    folder = tmp_path_factory.mktemp("small") / "tree"
    for name, text in TREE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    shutil.copy(stopwatch.__file__, folder / "tests/mutants/stopwatch.py")
    return folder


@pytest.fixture(scope="module")
def known(tree: Path) -> Reach:
    """Return what its tests reach."""
    return reach(tree, "tests")


def mutant(before: str, operator: str, path: str = "server/domain/rule.py") -> Mutant:
    """Return the mutant of the small tree that changes this text."""
    every = mutants_of(path, TREE[path])
    return next(each for each in every if (each.before, each.edit.operator) == (before, operator))


def test_a_line_is_known_by_the_tests_that_run_it(known: Reach) -> None:
    assert known.tests_of(mutant("<", "comparison"), 20) == [MAY]
    assert known.tests_of(mutant("left -= 1", "statement"), 20) == [COUNT]
    assert known.tests_of(mutant("1", "return"), 20) == []
    assert set(known.seconds) == {MAY, COUNT}


def test_what_runs_at_import_is_judged_by_the_tests_of_those_who_import_it(known: Reach) -> None:
    assert set(known.tests_of(mutant("10", "constant", "server/domain/limits.py"), 20)) == {MAY, COUNT}


def test_a_test_file_that_imports_a_table_is_asked_about_it_although_it_runs_none_of_its_lines() -> None:
    table, path = "tests/test_table.py::test_table", "server/domain/limits.py"
    known = Reach({table: 1.0, MAY: 1.0}, {}, {path: frozenset({"tests/test_table.py"})})
    assert known.tests_of(mutant("10", "constant", path), 20) == [table]


def test_the_nearest_and_fastest_tests_are_asked_until_the_budget_is_spent() -> None:
    near, far, slow = "tests/domain/test_a.py::a", "tests/web/test_a.py::a", "tests/domain/test_a.py::slow"
    lines = {"server/domain/rule.py": {7: frozenset({near, far, slow})}}
    known = Reach({near: 1.0, far: 0.1, slow: 5.0}, lines, {})
    edge = mutant("<", "comparison")
    assert known.tests_of(edge, 20) == [near, slow, far]
    assert known.tests_of(edge, 3) == [near, far]
    assert known.tests_of(edge, 0.5) == [near]


def test_what_the_tests_reach_is_measured_again_only_when_something_changed(tree: Path, known: Reach) -> None:
    kept = list((tree / KEPT).iterdir())
    assert reach(tree, "tests") == known
    assert list((tree / KEPT).iterdir()) == kept


def test_tests_that_fail_without_a_mutant_measure_nothing(tree: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(tree, tmp_path / "broken")
    (broken / "server/domain/limits.py").write_text("MOST = 11\n")
    with pytest.raises(RuntimeError, match="fail without any mutant"):
        reach(broken, "tests")


def test_each_mutant_gets_its_verdict_and_the_tree_stays_as_it_was(tree: Path, known: Reach) -> None:
    heard: list[Judged] = []
    planted = [mutant("<", "comparison"), mutant(">", "comparison"), mutant("1", "return")]
    judged = try_all(tree, planted, known, Pace(), heard.append)
    assert [each.verdict for each in judged] == [Verdict.KILLED, Verdict.SURVIVED, Verdict.UNREACHED]
    assert [each.mutant for each in judged] == planted
    assert len(heard) == 3
    assert (tree / "server/domain/rule.py").read_text() == RULE


def test_a_mutant_that_never_ends_is_ended_and_counts_as_seen(tree: Path, tmp_path: Path) -> None:
    copy = copies.copy_tree(tree, tmp_path / "copy")
    judged = judge.judge(copy, mutant("left -= 1", "statement"), [COUNT], 4)
    assert (judged.verdict, judged.seen) == (Verdict.HUNG, True)
    assert (copy / "server/domain/rule.py").read_text() == RULE


def test_no_mutant_is_begun_when_the_time_is_up(tree: Path, known: Reach) -> None:
    assert try_all(tree, [mutant("<", "comparison")], known, Pace(longest_s=-1), lambda _: None) == []


def test_a_run_that_hangs_is_ended_with_all_that_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    script = f"import pathlib, subprocess, sys, time; child = {child}; "
    script += "pathlib.Path('pid').write_text(str(child.pid)); time.sleep(60)"
    monkeypatch.setattr(copies, "PYTEST", ("-c", script))
    copy = tmp_path / "copy"
    copy.mkdir()
    assert judge.run_tests(copy, ["tests/test_hang.py"], 3) is None
    _wait_until_gone(int((copy / "pid").read_text()))


def _wait_until_gone(pid: int) -> None:
    """Wait until a process has ended; one that nobody has asked about yet is a zombie, and has ended."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        sleep(0.05)
    raise AssertionError(f"{pid} still runs")


def test_a_mutant_that_renames_the_cases_of_a_test_is_judged_by_all_its_cases(tree: Path, tmp_path: Path) -> None:
    copy = copies.copy_tree(tree, tmp_path / "copy")
    names = "import pytest\n\nfrom server.domain.limits import MOST\n\n\n"
    names += "@pytest.mark.parametrize('most', [MOST])\ndef test_most(most: int) -> None:\n    assert most == MOST\n"
    (copy / "tests/test_names.py").write_text(names)
    planted = mutant("10", "constant", "server/domain/limits.py")
    verdict = judge.judge(copy, planted, ["tests/test_names.py::test_most[10]"], 60).verdict
    assert verdict is Verdict.SURVIVED


def test_the_report_tells_what_nobody_saw_and_which_score_is_too_low() -> None:
    killed, survived = mutant("<", "comparison"), mutant(">", "comparison")
    judged = [Judged(killed, Verdict.KILLED, 1)] * 8 + [Judged(survived, Verdict.SURVIVED, 2)]
    lines = list(report(judged, 10))
    assert lines[0] == "survived (2 tests): server/domain/rule.py:11 comparison: > → >= in: while left > 0:"
    assert any(line.split() == ["server/domain", *["9", "8", "0", "1", "0", "89%", "90%", "MISSED"]] for line in lines)
    assert lines[-1] == "The time was up after 9 of 10 mutants."


@pytest.mark.parametrize(("killed", "is_enough"), [(9, True), (8, False)])
def test_a_score_is_enough_from_what_is_wanted(killed: int, is_enough: bool) -> None:
    area = Area("server", 1, 0.9)
    edge = mutant("<", "comparison")
    judged = [Judged(edge, Verdict.HUNG, 1)] * killed + [Judged(edge, Verdict.UNREACHED, 0)] * (10 - killed)
    [score] = scores(judged, (area,))
    assert score.is_enough is is_enough


def test_the_tests_that_are_not_asked_are_in_the_tree() -> None:
    root = Path(__file__).parents[2]
    assert [path for path in FOREIGN if not (root / path).exists()] == []
