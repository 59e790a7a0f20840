"""The faults that the present test has caused, and those it said it would."""

import contextlib
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator

TRACE = re.compile(r"^(.*)\nTraceback \(most recent call last\):\n(?:[ \t].*\n|\n)*(.*)", re.MULTILINE)
LINES = (
    re.compile(r"^\S+:\d+: \w*Warning: .*", re.MULTILINE),  # of Python
    re.compile(r"^.*Error\b.*(?=\n {4}at )", re.MULTILINE),  # the head of a stack of JavaScript
)


def faults_in(output: str) -> list[str]:
    """Return the stack traces, each by the line before it and its last one, and the warnings in a program's output."""
    traces = [f"trace: {before} {error}" for before, error in TRACE.findall(f"\n{output}")]
    traces += [f"trace: {line['message']} {line['trace'].splitlines()[-1]}" for line in _lines_with_a_trace(output)]
    return traces + [f"output: {line}" for pattern in LINES for line in pattern.findall(output)]


def _lines_with_a_trace(output: str) -> Iterator[dict[str, str]]:
    """Yield the records of a server's log that bring a stack trace."""
    for text in output.splitlines():
        if text.startswith("{") and '"trace":' in text:
            with contextlib.suppress(ValueError):
                yield json.loads(text)


class Ledger:
    """Collects faults from any thread; a fault that comes between two tests counts for the later one."""

    def __init__(self) -> None:
        self._faults: deque[str] = deque()
        self._declared: dict[str, bool] = {}

    def begin(self, declared: Iterable[str]) -> None:
        """Begin with a test that declares faults, each by a pattern that must be found in one."""
        self._declared = dict.fromkeys(declared, False)

    def note(self, fault: str) -> None:
        """Write a fault down."""
        self._faults.append(fault)

    def note_answer(self, status: int, method: str, path: str) -> None:
        """Write down an answer that says the server failed."""
        if status >= 500:
            self.note(f"HTTP {status} {method} {path}")

    def undeclared(self) -> list[str]:
        """Return the new faults that the test did not declare."""
        undeclared = []
        while self._faults:
            fault = self._faults.popleft()
            fitting = [pattern for pattern in self._declared if re.search(pattern, fault)]
            self._declared |= dict.fromkeys(fitting, True)
            if not fitting:
                undeclared.append(fault)
        return undeclared

    def missing(self) -> list[str]:
        """Return what the test declared and did not cause."""
        return [pattern for pattern, came in self._declared.items() if not came]


LEDGER = Ledger()
