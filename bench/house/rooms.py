"""Who imports whom: modules put into rooms, imports between rooms, and rings."""

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from bench.house.sizes import Function, functions
from bench.house.tree import Module, Modules

Graph = Mapping[str, Collection[str]]
"""What each name imports."""
Import = ast.Import | ast.ImportFrom


def imported(modules: Modules, module: Module) -> Iterator[str]:
    """Return each module of the tree that a module imports, itself left out; twice when it does so twice."""
    for node in ast.walk(module.syntax):
        if isinstance(node, Import):
            yield from {name for name in _named(node, modules) if name in modules and name != module.name}


def _named(node: Import, modules: Modules) -> Iterator[str]:
    """Return what an import names; a name taken from a package may be one of its modules."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif node.module:
        inner = (f"{node.module}.{alias.name}" for alias in node.names)
        yield from (name if name in modules else node.module for name in inner)


def hidden_imports(module: Module) -> list[int]:
    """Return the lines of imports inside functions."""
    return sorted({node.lineno for function in functions(module) for node in _imports(function)})


def _imports(function: Function) -> Iterator[Import]:
    return (node for node in ast.walk(function) if isinstance(node, Import))


def room_of(modules: Modules, name: str) -> str:
    """Return the room of a module: its folder, or the module itself where the folder holds rooms.

    `server.app` is a room of its own, because `server` holds rooms; `server.web.guard` is in the room `server.web`.
    """
    if modules[name].is_package:
        return name
    folder = name.rpartition(".")[0]
    return name if _holds_rooms(modules, folder) else folder


def _holds_rooms(modules: Modules, folder: str) -> bool:
    return any(m.is_package and m.name.rpartition(".")[0] == folder for m in modules.values())


def between_rooms(modules: Modules) -> dict[str, dict[str, int]]:
    """Return how many imports of each room go to each other room."""
    counts = Counter(
        (room_of(modules, name), room_of(modules, target))
        for name, module in modules.items()
        for target in imported(modules, module)
    )
    rooms = sorted({room_of(modules, name) for name in modules})
    return {room: {to: n for (at, to), n in sorted(counts.items()) if at == room != to} for room in rooms}


def module_graph(modules: Modules) -> Graph:
    """Return what each module imports of ours."""
    return {name: set(imported(modules, module)) for name, module in modules.items()}


def rings(graph: Graph) -> list[list[str]]:
    """Return the groups that import each other in a ring: two names are in one when each reaches the other."""
    reach = {name: _reached(graph, name) for name in graph}
    groups = {frozenset(other for other in reach[name] if name in reach[other]) for name in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reached(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    ahead: list[str] = [*graph[start]]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += graph.get(name, ())
    return seen
