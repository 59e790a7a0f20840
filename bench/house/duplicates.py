"""Runs of equal lines in two places: knowledge that was written twice."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from bench.house.tree import Module, Modules

RUN = 6
"""As many equal lines count as a run."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that counts, without its indentation, and its number in the file."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """So many equal lines, and the two places where they begin: `path:line`."""

    lines: int
    first: str
    second: str


Place = tuple[str, int]
"""A module and the position of a line among those that count."""


def duplicates(modules: Modules) -> list[Duplicate]:
    """Return every run of equal lines, the longest first; blank lines, comments and imports count as nothing."""
    lines = {name: list(counted(module)) for name, module in modules.items()}
    pairs = {pair for places in _windows(lines).values() for pair in combinations(places, 2)}
    begins = sorted(pair for pair in pairs if _moved(pair, -1) not in pairs)
    runs = (_run(modules, lines, pair, pairs) for pair in begins)
    return sorted(runs, key=lambda run: -run.lines)


def counted(module: Module) -> Iterator[Line]:
    """Return the lines that count."""
    skipped = {number for node in ast.walk(module.syntax) for number in _imported(node)}
    for number, line in enumerate(module.lines, 1):
        text = line.strip()
        if text and not text.startswith("#") and number not in skipped:
            yield Line(text, number)


def _imported(node: ast.AST) -> range:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return range(0)


def _windows(lines: Mapping[str, list[Line]]) -> Mapping[tuple[str, ...], list[Place]]:
    """Return where each run of exactly `RUN` lines stands."""
    places: dict[tuple[str, ...], list[Place]] = defaultdict(list)
    for name, each in lines.items():
        for at in range(len(each) - RUN + 1):
            places[tuple(line.text for line in each[at : at + RUN])].append((name, at))
    return places


def _moved(pair: tuple[Place, Place], by: int) -> tuple[Place, Place]:
    (first, at), (second, there) = pair
    return (first, at + by), (second, there + by)


def _run(
    modules: Modules, lines: Mapping[str, list[Line]], begin: tuple[Place, Place], pairs: set[tuple[Place, Place]]
) -> Duplicate:
    more = 0
    while _moved(begin, more + 1) in pairs:
        more += 1
    first, second = (f"{modules[name].path}:{lines[name][at].number}" for name, at in begin)
    return Duplicate(RUN + more, first, second)
