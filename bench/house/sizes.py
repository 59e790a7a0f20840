"""How long modules and functions are, how far they are typed, and how much is said beside them."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.house.tree import Module
from bench.timing import percentile

Function = ast.FunctionDef | ast.AsyncFunctionDef
DIRECTIVE = re.compile(r"(noqa|type):?\s*(ignore)?(\[[\w\-, ]*\]|[A-Z]+\d+|[\s,])*")
"""What a comment says to a tool only; words that follow are the reason."""
ANY = ("Any", "typing.Any")


@dataclass(frozen=True, slots=True)
class Spread:
    """How many there are; the median, the 90th percentile and the most of their lines."""

    count: int
    median: int
    p90: int
    most: int


def spread(lengths: Sequence[int]) -> Spread:
    """Return the spread of some lengths, zeros for none."""
    return Spread(len(lengths), *(int(percentile(lengths, percent)) for percent in (50, 90, 100)))


def functions(module: Module) -> Iterator[Function]:
    """Return every function and method, inner ones too."""
    return (node for node in ast.walk(module.syntax) if isinstance(node, Function))


def length(function: Function) -> int:
    """Return the lines of a function from `def` to its end; decorators do not count."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_typed(function: Function) -> bool:
    """Return whether each parameter and the answer have a type; `self` and `cls` need none."""
    given = function.args
    named = [*given.posonlyargs, *given.args]
    if named and named[0].arg in ("self", "cls"):
        named = named[1:]
    rest = [each for each in (given.vararg, given.kwarg) if each is not None]
    return function.returns is not None and all(a.annotation is not None for a in (*named, *given.kwonlyargs, *rest))


def any_lines(module: Module) -> list[int]:
    """Return the line of each use of `Any`; its import is none."""
    walked = ast.walk(module.syntax)
    return [node.lineno for node in walked if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in ANY]


def has_reason(module: Module, line: int) -> bool:
    """Return whether a comment on the line says more than a directive to a tool."""
    return bool(re.search(r"\w", DIRECTIVE.sub("", module.comments.get(line, ""), count=1)))


def comment_lines(module: Module) -> int:
    """Return how many lines hold a comment and nothing else."""
    return sum(1 for line in module.comments if module.lines[line - 1].lstrip().startswith("#"))
