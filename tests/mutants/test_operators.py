"""What a module can suffer, and what is left alone."""

import inspect

import pytest

from tests.mutants import operators
from tests.mutants.edits import Source
from tests.mutants.mutant import is_python
from tests.mutants.operators import edits_of


def changed(text: str, operator: str | None = None) -> list[str]:
    """Return the text after each edit, or after each of one kind."""
    return [Source(text).changed(edit) for edit in edits_of(text) if operator in (None, edit.operator)]


@pytest.mark.parametrize(
    ("before", "operator", "after"),
    [
        ("a < b <= c", "comparison", ["a <= b <= c", "a < b < c"]),
        ("a is  not b", "comparison", ["a is b"]),
        ("(a) in (b)", "comparison", ["(a) not in (b)"]),
        ("a and b and c", "boolean", ["a or b and c", "a and b or c"]),
        ("a + b // c", "arithmetic", ["a - b // c", "a + b / c"]),
        ("not a", "not", [" a"]),
        ("-a", "arithmetic", ["a"]),
        ("x = 7", "constant", ["x = 8"]),
        ("x = True", "constant", ["x = False"]),
        ("x = 'done'", "constant", ["x = 'XXdone'"]),
        ("x = {a, b, c}", "element", ["x = {b, c}", "x = {a, c}", "x = {a, b}"]),
        ("x = {1: a, 2: b}", "element", ["x = {2: b}", "x = {1: a}"]),
        ("x = a if b else c", "condition", ["x = a if (not b) else c"]),
        ("x = [a for a in b if a.c]", "condition", ["x = [a for a in b if (not a.c)]"]),
        ("f(a)", "statement", ["pass"]),
        ("a.b = c", "statement", ["pass"]),
        ("a += 1", "statement", ["pass"]),
        ("raise E(a)", "statement", ["pass"]),
        ("def f(): return a", "return", ["def f(): return None"]),
        ("def f(a=None, *, b=c): d", "default", ["def f(a=..., *, b=c): d", "def f(a=None, *, b=None): d"]),
        ("@a\n@b.c(d)\ndef f(): e", "decorator", ["\n@b.c(d)\ndef f(): e", "@a\n\ndef f(): e"]),
        ("ä = 'ß' if ü else b", "condition", ["ä = 'ß' if (not ü) else b"]),
    ],
)
def test_an_operator_changes_one_place_at_a_time(before: str, operator: str, after: list[str]) -> None:
    assert changed(before, operator) == after


@pytest.mark.parametrize(
    "text",
    [
        '"""A docstring."""',
        "x: Literal['a'] = b",
        "X = int | str",
        "def f(a: 'B') -> 'C': ...",
        "x = E('Nobody is waiting.')",
        "x = f'{a + 1} b'",
        "x = name",
        "T = TypeVar('T')",
        "def f(): return None",
        "x = zip(a, b, strict=True)",
        "@lru_cache(maxsize=4096)\ndef f(): ...",
        "class A:\n    b: int",
    ],
)
def test_texts_for_people_types_and_what_is_spared_are_left_alone(text: str) -> None:
    assert changed(text) == []


def test_an_edit_knows_its_statement_and_when_it_runs() -> None:
    text = "LEAST = 1\n\n\ndef f(a=2):\n    if (\n        a\n        < 3\n    ):\n        g(4)\n"
    places = {Source(text).text(e): (e.lines, e.at_import) for e in edits_of(text) if e.operator != "condition"}
    assert places["1"] == ((1, 1), True)
    assert places["2"] == ((4, 4), True)
    assert places["<"] == ((5, 8), False)
    assert places["4"] == ((9, 9), False)


def test_every_mutant_of_a_long_module_is_python() -> None:
    text = inspect.getsource(operators)
    every = changed(text)
    assert len(every) > 100
    assert [each for each in every if not is_python(each)] == []
    assert text not in every
