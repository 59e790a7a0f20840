"""What no mutant is made of, with the reason: reviewed by hand, so that a score means something."""

import ast
from dataclasses import dataclass

OPTIONS = frozenset(
    {
        "frozen",  # guards against a change that no code makes: the types say so already
        "slots",  # memory only
        "strict",  # of zip: a guard, where both sides are made of one source and never differ
        "maxsize",  # of lru_cache: memory only
        "daemon",  # of a thread: seen only by a process that fails to end
    }
)
"""Options whose value changes nothing that a caller could see."""
SILENT = frozenset(
    {
        "cache",  # a cache makes pure functions faster, not different
        "lru_cache",  # likewise
        "override",  # for readers and mypy
        "log.debug",  # what a log says for developers is not promised
        "log.info",  # likewise
    }
)
"""Calls and decorators whose absence changes nothing that a caller could see."""
NAMING = frozenset({"TypeVar", "NewType", "cast", "logging.getLogger", "ContextVar", "ParamSpec"})
"""Calls whose text only names something for people."""
TYPES = frozenset({"Literal", "Annotated"})


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant that behaves like the original: the line as it stands, what is changed in it, and why it is the same.

    It has no path, so that a module may be moved; a test finds each in the tree.
    """

    line: str
    before: str
    after: str
    reason: str


EQUIVALENT = (
    Equivalent(
        "super().__init__(message)",
        "super().__init__(message)",
        "pass",
        "an exception keeps its arguments from its making on, before __init__",
    ),
    Equivalent(
        'code = "number_doubled" if token.number < expected else "number_gap"',
        "<",
        "<=",
        "an equal number was accepted the line before",
    ),
    Equivalent("moment.microsecond // 1000,", "//", "/", "%d cuts off what is behind the point"),
    Equivalent(
        "first = floor(max(0.0, low) / ROUND_TO_MIN) * ROUND_TO_MIN",
        "0.0",
        "1.0",
        "less than ROUND_TO_MIN is rounded down to 0 anyhow",
    ),
    Equivalent(
        'self.groups = {profile.group: profile for profile in (Profile(""), *plan.profiles.values())}',
        '""',
        "'XX'",
        "a group is made of what a counter may take, not of its name",
    ),
)


def is_silent(node: ast.expr) -> bool:
    """Return whether a call or a decorator is one whose absence nobody sees."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node) in SILENT


def only_names(node: ast.Call) -> bool:
    """Return whether a call only names something."""
    return ast.unparse(node.func) in NAMING
