"""A plugin of pytest that writes how many seconds each test took: `-p tests.mutants.stopwatch --stopwatch FILE`."""

import json
from collections import Counter
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Ask where to write."""
    parser.addoption("--stopwatch", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Begin."""
    config.pluginmanager.register(Stopwatch(config.getoption("--stopwatch")))


class Stopwatch:
    """Adds up set-up, call and tear-down of each test."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a part of a test."""
        self._seconds[report.nodeid] += report.duration  # type: ignore[assignment]  # a Counter takes any number

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        self._file.write_text(json.dumps(self._seconds))
