"""Fails the test that caused a fault it did not declare by `@pytest.mark.provokes(pattern, …)`, or runs too long.

What must stand in no log (`canaries`) is a fault in every line that this process, or one that the test starts, writes.

What other processes write to standard error is judged as pytest captures it: with `-s` nobody looks.
"""

import contextlib
import logging
import os
from collections.abc import Generator
from typing import Any

import pytest
from flask import Flask, Response, request, request_finished

from server.logs import JsonLine
from tests.guards.canaries import CANARIES
from tests.guards.ledger import LEDGER, faults_in

LONGEST_S = {"proof": 900, "slow": 600}
LONGEST_AT_FULL_LENGTH_S = 4 * 3600
AS_WRITTEN = JsonLine()


class TraceHandler(logging.Handler):
    """Notes every log line of this process that brings a stack trace, and keeps each as a server would write it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Note the line and the exception."""
        CANARIES.log(AS_WRITTEN.format(record))
        if record.exc_info and record.exc_info[1] is not None:
            LEDGER.note(f"trace: {record.getMessage()} {record.exc_info[1]!r}")


def pytest_configure(config: pytest.Config) -> None:
    """Watch the log and the answers of this process, and let other processes say their warnings."""
    config.addinivalue_line("markers", "provokes(pattern, ...): faults that this test causes on purpose, and must")
    logging.getLogger().addHandler(TraceHandler())
    request_finished.connect(_note_answer)
    os.environ["PYTHONWARNINGS"] = "default"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the long tests more time than setup.cfg gives the others."""
    full_length = config.getoption("--long", default=False)
    for item in items:
        kinds = [kind for kind in LONGEST_S if item.get_closest_marker(kind)]
        if kinds and not item.get_closest_marker("timeout"):
            longest = LONGEST_AT_FULL_LENGTH_S if full_length else LONGEST_S[kinds[0]]
            item.add_marker(pytest.mark.timeout(longest))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Begin with what the test declares."""
    LEDGER.begin(pattern for mark in item.iter_markers("provokes") for pattern in mark.args)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a phase fail that brought a fault, and the last one when a declared fault did not come."""
    report = yield
    for title, text in report.sections:
        if title in (f"Captured stdout {call.when}", f"Captured stderr {call.when}"):
            for fault in faults_in(text):
                LEDGER.note(fault)
            if title.startswith("Captured stderr"):
                CANARIES.log(text)
    for fault in CANARIES.found():
        LEDGER.note(fault)
    faults = LEDGER.undeclared()
    if call.when == "teardown":
        faults += [f"did not come: {pattern}" for pattern in LEDGER.missing()]
    if faults:
        _fail(report, "\n".join(["The test passed, but:" if report.passed else "And:", *faults]))
    return report


def _fail(report: pytest.TestReport, why: str) -> None:
    if report.passed:
        report.outcome, report.longrepr = "failed", why
    else:
        report.sections.append(("Faults", why))


def _note_answer(_app: Flask, response: Response, **_more: Any) -> None:
    sent = b""
    with contextlib.suppress(Exception):  # a body that the server did not take
        sent = request.get_data()
    CANARIES.plant_request(request.full_path, [*request.headers, *response.headers], sent)
    LEDGER.note_answer(response.status_code, request.method, request.path)
