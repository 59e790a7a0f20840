"""One fault in one module, and all faults that a module can have."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutants.edits import Edit, Source
from tests.mutants.operators import edits_of
from tests.mutants.spared import EQUIVALENT, Equivalent

TOLD = 60


@dataclass(frozen=True, slots=True)
class Mutant:
    """An edit of a module: the line it begins on (from 1), that line as it stands, and the text that is replaced."""

    path: str
    edit: Edit
    line: int
    text: str
    before: str

    def __str__(self) -> str:
        change = f"{_short(self.before)} → {_short(self.edit.new) or 'nothing'}"
        return f"{self.path}:{self.line} {self.edit.operator}: {change} in: {self.text}"


def mutants_of(path: str, text: str) -> Iterator[Mutant]:
    """Return every mutant of a module that is not known to be equivalent."""
    return (mutant for mutant in _all(path, text) if known_as(mutant) is None)


def equivalents_of(path: str, text: str) -> Iterator[Equivalent]:
    """Return what of the list of equivalent mutants a module has."""
    return filter(None, map(known_as, _all(path, text)))


def known_as(mutant: Mutant) -> Equivalent | None:
    """Return the entry of the list of those that behave like the original."""
    change = (mutant.text, mutant.before, mutant.edit.new)
    return next((known for known in EQUIVALENT if change == (known.line, known.before, known.after)), None)


def is_python(text: str) -> bool:
    """Return whether a text can be compiled."""
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _all(path: str, text: str) -> Iterator[Mutant]:
    source, lines = Source(text), text.splitlines()
    for edit in edits_of(text):
        line = source.line_of(edit.start)
        yield Mutant(path, edit, line, lines[line - 1].strip(), source.text(edit))


def _short(text: str) -> str:
    """Return a text on one line, cut to what a reader needs."""
    flat = " ".join(text.split())
    return flat if len(flat) <= TOLD else f"{flat[:TOLD]}…"
