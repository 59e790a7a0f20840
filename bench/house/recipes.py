"""How many files each written recipe names: what a newcomer touches to add something."""

import re
from pathlib import Path
from typing import NamedTuple

PAGES = "docs/recipes/*.md"
MOST_SOURCES = 6
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| *(`[^|]+) \|", re.MULTILINE)
FILE = re.compile(r"`([^`]+)`")
NO_SOURCE = ("docs/", "tests/")
GENERATED = {
    "server/static/contract.d.ts",
    "server/static/live/lifecycle.js",
    "docs/permissions.md",
    "requirements.lock",
}
"""What `make contract` and `make lock` write."""


class Recipe(NamedTuple):
    """A recipe, the source files it names, and how many files of any kind."""

    title: str
    sources: tuple[str, ...]
    files: int


def recipes(root: Path) -> list[Recipe]:
    """Return the recipes of the pages, in the order of their names; none where there are no pages."""
    return [recipe_of(page) for page in sorted(root.glob(PAGES))]


def recipe_of(page: Path) -> Recipe:
    """Return the recipe of a page: its files stand in backticks in the first column of its table."""
    text = page.read_text("utf-8")
    title = TITLE.search(text)
    files = {file for cell in ROW.findall(text) for file in FILE.findall(cell)}
    return Recipe(title[1] if title else page.stem, tuple(sorted(filter(is_source, files))), len(files))


def is_source(file: str) -> bool:
    """Whether a file is written by hand for the product: no test, no documentation, nothing that is generated."""
    return not file.startswith(NO_SOURCE) and not file.endswith(".md") and file not in GENERATED
