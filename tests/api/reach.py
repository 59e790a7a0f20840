"""Which refusals the code of a route can come to: by names, over everything that it calls, so rather too many."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from server.domain import errors

ROOT = Path(__file__).parents[2]
ROOMS = ("server/api", "server/web", "server/services", "server/domain", "server/storage")
# What runs commands that are handed to it calls by names that say nothing: `run`, `read`, `write`.
OPAQUE = {"database.py", "connections.py", "statements.py", "stored.py"}
REFUSED = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.Refused) and value is not errors.Refused
}


@dataclass(frozen=True, slots=True)
class Function:
    """A function or a method, and the module that it stands in."""

    node: ast.FunctionDef
    module: str

    def nodes(self) -> Iterator[ast.AST]:
        """Yield what stands in it; its decorators say what is so, they do not do it."""
        return (node for statement in self.node.body for node in ast.walk(statement))


def reachable(operation: str) -> frozenset[str]:
    """Return the names of the refusals in the code of an operation and of all that it calls."""
    known, todo, refusals = set[str](), [_routes()[operation]], set[str]()
    while todo:
        name = todo.pop()
        if name not in known:
            known.add(name)
            function = _functions()[name]
            refusals |= _refusals_named(function)
            todo += [*_called(function), *_of_classes(function)]
    return frozenset(refusals)


def _refusals_named(function: Function) -> set[str]:
    """Return the refusals that a function names; some payloads of events have the name of one."""
    names = {node.id for node in function.nodes() if isinstance(node, ast.Name)}
    imports = _imports()[function.module]
    return {name for name in names & REFUSED if imports.get(name) == f"{errors.__name__}.{name}"}


def _called(function: Function) -> Iterator[str]:
    """Yield what a function names of ours: functions, and methods that it calls, of whatever class."""
    imports, callees = _imports()[function.module], _callees(function)
    for node in function.nodes():
        if isinstance(node, ast.Name):
            names = {f"{function.module}.{node.id}", imports.get(node.id, "")}
            yield from names & _functions().keys()
        elif isinstance(node, ast.Attribute):
            owner = imports.get(node.value.id, "") if isinstance(node.value, ast.Name) else ""
            if owner in _imports():
                yield from {f"{owner}.{node.attr}"} & _functions().keys()
            elif id(node) in callees:
                yield from _methods().get(node.attr, ())


def _of_classes(function: Function) -> Iterator[str]:
    """Yield the functions that stand as values in the classes that a function names, as `change` in an event."""
    imports = _imports()[function.module]
    named = {imports.get(node.id, "") for node in function.nodes() if isinstance(node, ast.Name)}
    for name in named & _classes().keys():
        inside = _imports()[name.rpartition(".")[0]]
        for node in ast.walk(_classes()[name]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield from {f"{inside.get(node.value.id, '')}.{node.attr}"} & _functions().keys()


def _callees(function: Function) -> set[int]:
    return {id(node.func) for node in function.nodes() if isinstance(node, ast.Call)}


@cache
def _modules() -> Mapping[str, ast.Module]:
    paths = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    ours = (path.relative_to(ROOT) for path in paths if path.name not in OPAQUE and "proof" not in path.parts)
    return {".".join(path.with_suffix("").parts): ast.parse((ROOT / path).read_text("utf-8")) for path in ours}


@cache
def _imports() -> Mapping[str, Mapping[str, str]]:
    """Return, for each module, where the names that it imports come from."""
    return {
        module: {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for module, tree in _modules().items()
    }


@cache
def _functions() -> Mapping[str, Function]:
    """Return every function and method of ours by the names of its module, its class and itself."""
    return {
        f"{module}.{owner}{node.name}": Function(node, module)
        for module, tree in _modules().items()
        for owner, body in _bodies(tree)
        for node in body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def _classes() -> Mapping[str, ast.ClassDef]:
    """Return every class of ours by the names of its module and itself."""
    return {
        f"{module}.{node.name}": node
        for module, tree in _modules().items()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def _bodies(tree: ast.Module) -> Iterator[tuple[str, list[ast.stmt]]]:
    yield "", tree.body
    yield from ((f"{node.name}.", node.body) for node in tree.body if isinstance(node, ast.ClassDef))


@cache
def _methods() -> Mapping[str, set[str]]:
    """Return the methods of each name, of whatever class."""
    methods = defaultdict(set)
    for name, function in _functions().items():
        if name.rsplit(".", 1)[0] != function.module:
            methods[function.node.name].add(name)
    return methods


@cache
def _routes() -> Mapping[str, str]:
    """Return the function of each operation."""
    return {
        str(decorator.args[0].value): name
        for name, function in _functions().items()
        for decorator in function.node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "operation"
        if isinstance(decorator.args[0], ast.Constant)
    }
