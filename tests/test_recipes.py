"""Each recipe holds: its example applies, touches the files that its page names, at most six, and its tests need it.

A source file is one that is written by hand for the product: translations and migrations too; not tests, documents and
what `make contract` or `make lock` write (`bench/house/recipes.py`).
"""

import pytest

from bench.house.recipes import MOST_SOURCES, recipe_of
from tests.recipes import ROOT, TESTS, Example, Scratch

EXAMPLES = [Example(patch) for patch in sorted((ROOT / "docs/recipes").glob("*.patch"))]
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """Return a copy of the tree."""
    return Scratch(ROOT, tmp_path_factory.mktemp("recipes") / "tree")


@every_example
def test_a_recipe_names_the_source_files_of_its_example_and_they_are_six_at_most(example: Example) -> None:
    assert example.sources == recipe_of(example.page).sources
    assert 1 <= len(example.sources) <= MOST_SOURCES


@every_example
def test_the_tests_of_an_example_need_it(example: Example, scratch: Scratch) -> None:
    with scratch.applied(example, TESTS):
        without = scratch.run_tests(example)
    assert not without.passed, f"without the example of {example.name} its tests pass:\n{without.said}"
    with scratch.applied(example):
        complete = scratch.run_tests(example, guards=True)
    assert complete.passed, complete.said


@every_example
def test_the_page_of_a_recipe_is_listed_where_people_look(example: Example) -> None:
    assert f"(docs/recipes/{example.name}.md)" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
