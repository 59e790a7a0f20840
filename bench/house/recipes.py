"""How many files each written recipe names: what a newcomer touches to add something."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PAGES = ("CONTRIBUTING.md", "docs/recipes.md", "docs/recipes/*.md")
POINT = re.compile(r"^- \**(An? [^:*`]+)\**:(.*(?:\n +.*)*)", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FILE = re.compile(r"`((?:[\w.<>*{}\-]+/)+[\w.<>*{}\-]*\.[a-z]{1,5})`")
NO_SOURCE = ("docs/", "tests/")


class Recipe(NamedTuple):
    """A recipe, how many source files it names, and how many files of any kind."""

    title: str
    sources: int
    files: int


def recipes(root: Path) -> list[Recipe]:
    """Return the recipes that name a source file: points "- A new …:" and sections of what else is on the pages.

    A file is a path in backticks with a folder and an ending. Pages that are not there have no recipes.
    """
    pages = sorted({path for pattern in PAGES for path in root.glob(pattern)})
    parts = (part for page in pages for part in _parts(page.read_text()))
    return [recipe for recipe in (_recipe(*part) for part in parts) if recipe.sources]


def _parts(page: str) -> Iterator[tuple[str, str]]:
    """Return (title, text) of each point and section."""
    yield from POINT.findall(page)
    _, *sections = HEADING.split(POINT.sub("", page))
    yield from zip(sections[::2], sections[1::2], strict=True)


def _recipe(title: str, text: str) -> Recipe:
    files = set(FILE.findall(text))
    return Recipe(title, sum(1 for name in files if not name.startswith(NO_SOURCE)), len(files))
