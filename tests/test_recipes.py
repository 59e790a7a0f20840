"""Each recipe holds: its example applies, touches the files that its page names, at most six, and its tests need it.

A source file is one that is written by hand for the product: translations and migrations too; not tests, documents and
what `make contract` or `make lock` write (`bench/house/recipes.py`).
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.house.recipes import MOST_SOURCES, recipe_of
from tests.recipes import ALL, ROOT, TESTS, Example, Scratch

EXAMPLES = [Example(patch) for patch in sorted((ROOT / "docs/recipes").glob("*.patch"))]
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


@pytest.fixture(scope="session")
def scratches(tmp_path_factory: pytest.TempPathFactory) -> list[Scratch]:
    """Return two copies of the tree: one for the tests alone, one for the whole example."""
    folder = tmp_path_factory.mktemp("recipes")
    return [Scratch(ROOT, folder / name) for name in ("without", "complete")]


@every_example
def test_a_recipe_names_the_source_files_of_its_example_and_they_are_six_at_most(example: Example) -> None:
    assert example.sources == recipe_of(example.page).sources
    assert 1 <= len(example.sources) <= MOST_SOURCES


@every_example
def test_the_tests_of_an_example_need_it(example: Example, scratches: list[Scratch]) -> None:
    with ThreadPoolExecutor(2) as both:
        without, complete = both.map(lambda scratch, parts: scratch.run(example, parts), scratches, (TESTS, ALL))
    assert not without.passed, f"its tests pass without it:\n{without.said}"
    assert complete.passed, complete.said


@every_example
def test_the_page_of_a_recipe_is_listed_where_people_look(example: Example) -> None:
    assert f"(docs/recipes/{example.name}.md)" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_every_recipe_has_its_example() -> None:
    pages = {page.stem for page in (ROOT / "docs/recipes").glob("*.md")}
    assert pages == {example.name for example in EXAMPLES}
    assert {"verb", "language", "printer", "report", "role", "channel", "preset", "event", "setting", "screen"} <= pages
