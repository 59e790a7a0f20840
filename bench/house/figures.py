"""All figures of a tree together, and how they are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.house.duplicates import Duplicate, duplicates
from bench.house.recipes import Recipe, recipes
from bench.house.rooms import between_rooms, hidden_imports, module_graph, rings
from bench.house.sizes import Spread, any_lines, comment_lines, functions, has_reason, is_typed, length, spread
from bench.house.tree import Module, read_tree

MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a tree; places are `path:line`.

    `typed` counts the functions whose every parameter and answer has a type. `bare_any` are uses of `Any` without a
    reason on their line. `imports` counts imports from each room to each other room.
    """

    modules: Spread
    functions: Spread
    typed: int
    lines: int
    comment_lines: int
    any_uses: int
    bare_any: list[str]
    hidden_imports: list[str]
    duplicates: list[Duplicate]
    imports: dict[str, dict[str, int]]
    rings_of_rooms: list[list[str]]
    rings_of_modules: list[list[str]]
    recipes: list[Recipe]


def measure(root: Path) -> Figures:
    """Return the figures of the tree in a folder; raises SyntaxError for a module that is no Python."""
    modules = read_tree(root)
    each = list(modules.values())
    lengths = [len(module.lines) for module in each if not module.is_package or len(module.lines) > 1]
    every_function = [function for module in each for function in functions(module)]
    uses = [(module, line) for module in each for line in any_lines(module)]
    imports = between_rooms(modules)
    return Figures(
        modules=spread(lengths),
        functions=spread([length(function) for function in every_function]),
        typed=sum(map(is_typed, every_function)),
        lines=sum(len(module.lines) for module in each),
        comment_lines=sum(map(comment_lines, each)),
        any_uses=len(uses),
        bare_any=[f"{module.path}:{line}" for module, line in uses if not has_reason(module, line)],
        hidden_imports=list(_hidden(each)),
        duplicates=duplicates(modules),
        imports=imports,
        rings_of_rooms=rings(imports),
        rings_of_modules=rings(module_graph(modules)),
        recipes=recipes(root),
    )


def _hidden(modules: list[Module]) -> Iterator[str]:
    return (f"{module.path}:{line}" for module in modules for line in hidden_imports(module))


def table(figures: Figures) -> Iterator[str]:
    """Return the lines of one table for people."""
    yield from _rows(figures)
    for run in figures.duplicates[:MOST_TOLD]:
        yield _row(f"  {run.lines} equal lines", f"{run.first} and {run.second}")
    for kind, groups in (("rooms", figures.rings_of_rooms), ("modules", figures.rings_of_modules)):
        yield from (_row(f"  ring of {kind}", ", ".join(group)) for group in groups)
    for place in figures.hidden_imports:
        yield _row("  hidden import", place)
    for recipe in figures.recipes:
        yield _row(f"  {recipe.title}", f"{len(recipe.sources)} source files, {recipe.files} files")
    for room, targets in figures.imports.items():
        yield _row(f"  {room} imports", ", ".join(f"{to} {count}" for to, count in targets.items()) or "none of ours")


def _rows(figures: Figures) -> Iterator[str]:
    yield _row("figure", "value")
    yield _row("modules, lines of median / 90 % / most", _told(figures.modules))
    yield _row("functions, lines of median / 90 % / most", _told(figures.functions))
    yield _row("functions with complete annotations", _share(figures.typed, figures.functions.count))
    yield _row("comment lines", _share(figures.comment_lines, figures.lines))
    yield _row("uses of Any, without a reason", f"{figures.any_uses}, {len(figures.bare_any)}")
    yield _row("runs of equal lines in two places", str(len(figures.duplicates)))
    yield _row("hidden imports", str(len(figures.hidden_imports)))
    yield _row("rings of rooms, of modules", f"{len(figures.rings_of_rooms)}, {len(figures.rings_of_modules)}")
    most = max((len(recipe.sources) for recipe in figures.recipes), default=0)
    yield _row("recipes, most source files", f"{len(figures.recipes)}, {most}")


def _row(name: str, value: str) -> str:
    return f"{name:<44}{value}"


def _told(spread: Spread) -> str:
    return f"{spread.median} / {spread.p90} / {spread.most} of {spread.count}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole if whole else 0:.1f} % ({part} of {whole})"
