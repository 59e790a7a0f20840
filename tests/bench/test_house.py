"""The figures of structure, asserted on a small tree whose figures are known."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.house.figures import Figures, measure, table
from bench.house.recipes import Recipe
from bench.house.sizes import Spread

ROOT = Path(__file__).parents[2]
SHARED = "\n".join(f"    total = total * {number} + first" for number in range(6))
TREE = {
    "server/__init__.py": '"""All."""\n',
    "server/app.py": '''"""The root."""

from server.floor import call
from server.views import line

calls, lines = call, line
''',
    "server/floor/__init__.py": '"""A room."""\n',
    "server/floor/call.py": f'''"""Call."""

from typing import Any

from server.views.line import read


# Why: comments that stand alone are counted.
def call(first: int, total: Any) -> int:
    """Call."""
{SHARED}
    return total + read()


class Desk:
    """A desk."""

    def open(self, *names: str, **rest) -> None:  # the types of `rest` are missing
        """Open."""
''',
    "server/views/__init__.py": '"""A room."""\n',
    "server/views/line.py": f'''"""Line."""

import typing


def read() -> int:
    from server.floor.call import Desk
    return int(Desk is not None)


def later(first: int, total: typing.Any) -> int:  # noqa: D103
{SHARED}
    return first


def last(total: typing.Any) -> None: ...  # noqa: D103 - a driver's own value
''',
    "docs/recipes/language.md": """# A language

| file | what |
|---|---|
| `server/wording/mr.po` | its words, as in `server/wording/hi.po` |
""",
    "docs/recipes/verb.md": """# A verb

Look into `server/floor/call.py`.

| file | what |
|---|---|
| `server/floor/verb.py`, `counter/static/verbs.js` | the verb |
| `server/floor/verb.py` | again |
| `server/static/contract.d.ts` | by `make contract` |
| `docs/verbs.md`, `CHANGELOG.md`, `tests/test_verb.py` | beside it |
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the small tree."""
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def figures(folder: Path) -> Figures:
    """Return its figures."""
    return measure(folder)


def test_lengths_are_told_as_median_90_percent_and_most(figures: Figures) -> None:
    assert figures.modules == Spread(3, 21, 24, 24)
    assert figures.functions == Spread(5, 3, 9, 9)
    assert figures.lines == 6 + 24 + 21 + 3


def test_a_function_is_typed_when_each_parameter_and_the_answer_has_a_type(figures: Figures) -> None:
    assert figures.typed == 4


def test_only_comments_that_stand_alone_are_comment_lines(figures: Figures) -> None:
    assert figures.comment_lines == 1


def test_an_any_needs_a_reason_that_is_more_than_a_directive(figures: Figures) -> None:
    assert figures.any_uses == 3
    assert figures.bare_any == ["server/floor/call.py:9", "server/views/line.py:11"]


def test_a_run_of_six_equal_lines_is_found_once(figures: Figures) -> None:
    assert [(run.lines, run.first, run.second) for run in figures.duplicates] == [
        (6, "server/floor/call.py:11", "server/views/line.py:12")
    ]


def test_one_line_less_is_no_run(folder: Path) -> None:
    path = folder / "server/views/line.py"
    path.write_text(path.read_text().replace("total * 5", "total * 55"))
    assert measure(folder).duplicates == []


def test_imports_between_rooms_are_counted_and_a_ring_is_named(figures: Figures) -> None:
    assert figures.imports == {
        "server": {},
        "server.app": {"server.floor": 1, "server.views": 1},
        "server.floor": {"server.views": 1},
        "server.views": {"server.floor": 1},
    }
    assert figures.rings_of_rooms == [["server.floor", "server.views"]]
    assert figures.rings_of_modules == [["server.floor.call", "server.views.line"]]


def test_an_import_inside_a_function_is_hidden(figures: Figures) -> None:
    assert figures.hidden_imports == ["server/views/line.py:7"]


def test_recipes_count_the_source_files_they_name_once(figures: Figures) -> None:
    assert figures.recipes == [
        Recipe("A language", ("server/wording/mr.po",), 1),
        Recipe("A verb", ("counter/static/verbs.js", "server/floor/verb.py"), 6),
    ]


def test_a_tree_without_pages_has_no_recipes(folder: Path) -> None:
    shutil.rmtree(folder / "docs")
    assert measure(folder).recipes == []


def test_the_table_tells_every_figure(figures: Figures) -> None:
    lines = [" ".join(line.split()) for line in table(figures)]
    for row in (
        "modules, lines of median / 90 % / most 21 / 24 / 24 of 3",
        "functions with complete annotations 80.0 % (4 of 5)",
        "comment lines 1.9 % (1 of 54)",
        "uses of Any, without a reason 3, 2",
        "6 equal lines server/floor/call.py:11 and server/views/line.py:12",
        "ring of rooms server.floor, server.views",
        "recipes, most source files 2, 2",
        "server.app imports server.floor 1, server.views 1",
    ):
        assert row in lines


def test_the_command_prints_the_figures_as_json(folder: Path) -> None:
    command = [sys.executable, "-m", "bench.house", "--json", str(folder)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    assert json.loads(printed)["functions"] == {"count": 5, "median": 3, "p90": 9, "most": 9}
