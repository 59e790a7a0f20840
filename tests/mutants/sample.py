"""Which mutants are tried: a sample drawn with a seed, denser where a high score is required."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench.house.tree import PACKAGES
from tests.mutants.edits import Source
from tests.mutants.mutant import Mutant, is_python, mutants_of


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the tree: its share of the sample, and the share of mutants that its tests must kill, or None."""

    path: str
    share: float
    wanted: float | None = None


AREAS = (
    Area("server/domain", 0.45, 0.9),
    Area("server/services/command.py", 0.05, 0.9),
    Area("", 0.5),
)
"""A module belongs to the first area that holds it. A test compares the paths with the tree."""


def sources(root: Path, under: str = "") -> dict[str, str]:
    """Return the text of each module of the product, or of those below one path, by its path."""
    paths = sorted(path for package in PACKAGES for path in (root / package).rglob("*.py"))
    names = {path.relative_to(root).as_posix(): path for path in paths}
    return {name: path.read_text() for name, path in names.items() if within(name, under)}


def within(name: str, under: str) -> bool:
    """Return whether a path is this one or lies below it; everything lies below the empty path."""
    return not under or name == under or name.startswith(under.rstrip("/") + "/")


def area_of(name: str, areas: Sequence[Area] = AREAS) -> Area:
    """Return the area of a module."""
    return next(area for area in areas if within(name, area.path))


def draw(texts: Mapping[str, str], count: int, seed: int, areas: Sequence[Area] = AREAS) -> list[Mutant]:
    """Return `count` mutants, spread over the areas by their shares; what an area lacks is drawn from the others."""
    rng = random.Random(seed)
    lots = {area: _shuffled(texts, area, areas, rng) for area in areas}
    drawn = [mutant for area in areas for mutant in islice(lots[area], round(count * area.share))][:count]
    for lot in lots.values():
        drawn += islice(lot, count - len(drawn))
    return drawn


def _shuffled(texts: Mapping[str, str], area: Area, areas: Sequence[Area], rng: random.Random) -> Iterator[Mutant]:
    """Give the mutants of an area in an order of chance, those left out that are no Python."""
    names = [name for name in texts if area_of(name, areas) is area]
    mutants = [mutant for name in names for mutant in mutants_of(name, texts[name])]
    rng.shuffle(mutants)
    return (mutant for mutant in mutants if is_python(Source(texts[mutant.path]).changed(mutant.edit)))
