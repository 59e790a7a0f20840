"""The modules of a tree as they stand: their lines, their syntax and their comments."""

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("server", "kiosk", "counter", "display", "hardware")
"""What is measured: the product. Tests, migrations and benchmarks are not."""


@dataclass(frozen=True, slots=True)
class Module:
    """One file: its dotted name, and the text of each comment by its line (from 1)."""

    name: str
    path: Path
    lines: tuple[str, ...]
    syntax: ast.Module
    comments: Mapping[int, str]

    @property
    def is_package(self) -> bool:
        """Whether this is the `__init__` of a folder."""
        return self.path.name == "__init__.py"


Modules = Mapping[str, Module]
"""Modules by their dotted name; a package has the name of its folder."""


def read_tree(root: Path, packages: Sequence[str] = PACKAGES) -> Modules:
    """Return the modules of the packages that are there; raises SyntaxError for one that is no Python."""
    return {module.name: module for package in packages for module in _modules(root, package)}


def _modules(root: Path, package: str) -> Iterator[Module]:
    for path in sorted((root / package).rglob("*.py")):
        yield _module(path.relative_to(root), path.read_text())


def _module(path: Path, text: str) -> Module:
    parts = path.with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, tuple(text.splitlines()), ast.parse(text), dict(_comments(text)))


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("# ")
