"""A change of a source text, and where things stand in it."""

import ast
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `new` in place of the bytes from `start` to `end`; `operator` is the kind of change.

    `lines` are the first and last line of the statement that it changes; `at_import` says that they run when the
    module is imported, not when a test calls something.
    """

    operator: str
    start: int
    end: int
    new: str
    lines: tuple[int, int]
    at_import: bool


class Source:
    """A source text as bytes, because syntax trees count columns in bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self.data = text.encode()
        self._starts = [0]
        for line in self.data.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Return where a node begins."""
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Return where a node ends."""
        return self._starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def between(self, left: ast.expr, right: ast.expr, word: str) -> tuple[int, int] | None:
        """Return where an operator stands between two operands, None when it is not there."""
        begin = self.end(left)
        pattern = r"\s+".join(map(re.escape, word.split()))
        pattern = rf"\b{pattern}\b" if word[0].isalpha() else pattern
        place = re.search(pattern.encode(), self.data[begin : self.start(right)])
        return place and (begin + place.start(), begin + place.end())

    def line_of(self, at: int) -> int:
        """Return the number of the line that a byte stands in."""
        return self.data.count(b"\n", 0, at) + 1

    def text(self, edit: Edit) -> str:
        """Return the text that an edit replaces."""
        return self.data[edit.start : edit.end].decode()

    def changed(self, edit: Edit) -> str:
        """Return the source with one edit made."""
        return (self.data[: edit.start] + edit.new.encode() + self.data[edit.end :]).decode()
