"""Which changes a module can suffer: the places are found in its syntax tree, the text is changed in place.

Left alone are texts for people (anything with a blank in it), annotations, docstrings and f-strings, and what
`tests.mutants.spared` names.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tests.mutants import spared
from tests.mutants.edits import Edit, Source

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "//"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
}
PLAIN = ast.Name | ast.Attribute | ast.Call | ast.Subscript
Function = ast.FunctionDef | ast.AsyncFunctionDef
ALIKE = {
    **dict.fromkeys(("While", "IfExp"), "If"),
    **dict.fromkeys(("AugAssign", "Delete", "Continue", "Break"), "Raise"),
    "List": "Set",
    "AsyncFunctionDef": "FunctionDef",
}
"""Kinds of nodes that are changed as another kind is."""


def edits_of(text: str) -> list[Edit]:
    """Return every change that a module can suffer, in the order of the text; raises SyntaxError."""
    finder = Finder(Source(text))
    finder.visit(ast.parse(text))
    return sorted(finder.edits, key=lambda edit: (edit.start, edit.end, edit.new))


class Finder(ast.NodeVisitor):
    """Walks through a module and notes its edits."""

    def __init__(self, source: Source) -> None:
        self.edits: list[Edit] = []
        self._source = source
        self._depth = 0
        self._lines = (1, 1)

    def visit(self, node: ast.AST) -> None:
        """Note which statement we are in, then look at the node."""
        kind = type(node).__name__
        look = getattr(self, f"visit_{ALIKE.get(kind, kind)}", self.generic_visit)
        before = self._lines
        if isinstance(node, ast.stmt):
            self._lines = _head(node)
        look(node)
        self._lines = before

    def visit_Compare(self, node: ast.Compare) -> None:
        """Move a bound by one, or turn a comparison round."""
        for pair, op in zip(pairwise([node.left, *node.comparators]), node.ops, strict=True):
            self._swap("comparison", pair, COMPARISONS[type(op)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Take `or` for `and`."""
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for pair in pairwise(node.values):
            self._swap("boolean", pair, words)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Take another arithmetic operator; `|` of a module's own level joins types."""
        if type(node.op) in ARITHMETIC and (self._depth or not isinstance(node.op, ast.BitOr)):
            self._swap("arithmetic", (node.left, node.right), ARITHMETIC[type(node.op)])
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Remove a `not` or a minus."""
        if isinstance(node.op, ast.Not | ast.USub):
            size = len("not" if isinstance(node.op, ast.Not) else "-")
            self._note("not" if size > 1 else "arithmetic", self._source.start(node), "", size)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take another constant: one more, the other truth, another word."""
        value = node.value
        if isinstance(value, bool):
            self._replace("constant", node, str(not value))
        elif isinstance(value, int | float):
            self._replace("constant", node, repr(value + 1))
        elif isinstance(value, str) and not any(map(str.isspace, value)):
            self._replace("constant", node, repr(f"XX{value}"))

    def visit_Return(self, node: ast.Return) -> None:
        """Answer None."""
        if node.value is not None and not _is_none(node.value):
            self._replace("return", node.value, "None")
        self.generic_visit(node)

    def visit_If(self, node: ast.If | ast.While | ast.IfExp) -> None:
        """Turn a plain condition round."""
        self._condition(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Turn plain conditions round."""
        for test in node.ifs:
            self._condition(test)
        self.generic_visit(node)

    def visit_Set(self, node: ast.Set | ast.List) -> None:
        """Leave an element out."""
        self._elements([(element, element) for element in node.elts])
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        """Leave a pair out."""
        if all(key is not None for key in node.keys):
            self._elements([(key, value) for key, value in zip(node.keys, node.values, strict=True) if key])
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Leave a statement out."""
        if not isinstance(node.value, ast.Constant) and not spared.is_silent(node.value):
            self._remove(node)
            self.generic_visit(node)

    def visit_Raise(self, node: ast.stmt) -> None:
        """Leave a statement out."""
        self._remove(node)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Leave out what changes something; a name that is missing would be seen by anybody."""
        if all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self._remove(node)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Look at the value, not at the type."""
        if node.value is not None:
            self.visit(node.value)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Leave decorators out, look at the body."""
        self._decorators(node.decorator_list)
        self._visit_all([*node.decorator_list, *node.body])

    def visit_FunctionDef(self, node: Function) -> None:
        """Leave decorators out, take other defaults; what is inside runs when it is called."""
        self._decorators(node.decorator_list)
        defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        for default in defaults:
            if not isinstance(default, ast.Constant) or _is_none(default):
                self._replace("default", default, "..." if _is_none(default) else "None")
        self._visit_all([*node.decorator_list, *defaults])
        self._depth += 1
        self._visit_all(node.body)
        self._depth -= 1

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Pass by: a text for people."""

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Pass by the words of a Literal type."""
        if ast.unparse(node.value) not in spared.TYPES:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Pass by what only names something, and options that tests cannot see."""
        if not spared.only_names(node):
            self._visit_all([node.func, *node.args])
            self._visit_all([keyword.value for keyword in node.keywords if keyword.arg not in spared.OPTIONS])

    def _visit_all(self, nodes: Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _decorators(self, decorators: Sequence[ast.expr]) -> None:
        for decorator in decorators:
            if not spared.is_silent(decorator):
                start = self._source.data.rindex(b"@", 0, self._source.start(decorator))
                self._note("decorator", start, "", self._source.end(decorator) - start)

    def _elements(self, elements: Sequence[tuple[ast.expr, ast.expr]]) -> None:
        """Leave out each element with the comma before it, the first with the comma behind it."""
        for (_, before), (first, last) in pairwise(elements):
            start = self._source.end(before)
            self._note("element", start, "", self._source.end(last) - start)
            if before is elements[0][1]:
                start = self._source.start(elements[0][0])
                self._note("element", start, "", self._source.start(first) - start)

    def _condition(self, test: ast.expr) -> None:
        if isinstance(test, PLAIN):
            self._replace("condition", test, f"(not {ast.unparse(test)})")

    def _swap(self, operator: str, pair: tuple[ast.expr, ast.expr], words: tuple[str, str]) -> None:
        place = self._source.between(*pair, words[0])
        if place:
            self._note(operator, place[0], words[1], place[1] - place[0])

    def _remove(self, node: ast.stmt) -> None:
        self._replace("statement", node, "pass")

    def _replace(self, operator: str, node: ast.expr | ast.stmt, new: str) -> None:
        start = self._source.start(node)
        self._note(operator, start, new, self._source.end(node) - start)

    def _note(self, operator: str, start: int, new: str, size: int) -> None:
        self.edits.append(Edit(operator, start, start + size, new, self._lines, not self._depth))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _head(node: ast.stmt) -> tuple[int, int]:
    """Return the lines of a statement, of one with a body only those before it."""
    inner = list(_first_lines(node))
    return node.lineno, max(node.lineno, min(inner) - 1) if inner else node.end_lineno or node.lineno


def _first_lines(node: ast.stmt) -> Iterator[int]:
    for field in ("body", "orelse", "handlers", "finalbody", "cases"):
        for child in getattr(node, field, ()):
            yield child.pattern.lineno if isinstance(child, ast.match_case) else child.lineno
