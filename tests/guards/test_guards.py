"""The guards see each fault, take it for the test's own only when it is declared, and miss one that does not come."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.guards.ledger import faults_in
from tests.processes import Client

ROOT = Path(__file__).parents[2]
SETTINGS = """
[pytest]
timeout = 2
filterwarnings = error
markers =
    proof
    slow
"""
SUITE = """
import logging, subprocess, sys, threading, time
import flask, pytest
from tests.guards.canaries import CANARIES

def answer_500():
    app = flask.Flask("x")
    app.add_url_rule("/broken", view_func=lambda: ("", 500))
    app.test_client().get("/broken")

def log_a_trace():
    try:
        1 / 0
    except ZeroDivisionError:
        logging.getLogger("x").exception("went wrong")

def run(code):
    subprocess.run([sys.executable, "-c", code])

@pytest.fixture
def broken_end():
    yield
    log_a_trace()

@pytest.mark.proof
def test_proof(request): assert request.node.get_closest_marker("timeout").args == (900,)
@pytest.mark.slow
def test_slow(request): assert request.node.get_closest_marker("timeout").args == (600,)
def test_quiet(): logging.getLogger("x").error("only a line")
def test_answer(): answer_500()
def test_log(): log_a_trace()
def test_other_process(): run("[][0]")
def test_other_process_warns(): run("import warnings; warnings.warn('old ways')")
def test_secret():
    CANARIES.plant(["a-secret-of-a-slip"])
    logging.getLogger("x").warning("GET /t/a-secret-of-a-slip")
    logging.getLogger("x").warning("of %s", "a-secret-of-a-slip")
def test_secret_of_other_process():
    CANARIES.plant(["a-phone-number"])
    run("import sys; sys.stderr.write('a-phone-number')")
def test_cookie_that_an_answer_set():
    app = flask.Flask("x")
    app.add_url_rule("/in", view_func=lambda: ("", 200, {"Set-Cookie": "baari_staff=a-long-secret; Path=/"}))
    logging.getLogger("x").warning("a-long-secret")
    app.test_client().get("/in")
def test_told_in_a_body():
    app = flask.Flask("x")
    app.add_url_rule("/in", view_func=lambda: "", methods=["POST"])
    app.test_client().post("/in", json={"x": [{"phone": "98765432100"}], "service": "NORMAL-SERVICE"})
    logging.getLogger("x").warning("NORMAL-SERVICE")
    logging.getLogger("x").warning("98765432100 of nobody")
def test_thread():
    thread = threading.Thread(target=lambda: {}["x"])
    thread.start()
    thread.join()
def test_end(broken_end): pass
def test_too_long(): time.sleep(30)
@pytest.mark.provokes("HTTP 500 GET /broken", "went wrong ZeroDivisionError")
def test_declared():
    answer_500()
    log_a_trace()
@pytest.mark.provokes("HTTP 500 GET /broken")
def test_declared_one_of_two():
    answer_500()
    log_a_trace()
@pytest.mark.provokes("HTTP 500 GET /broken", "HTTP 503")
def test_declared_in_vain(): answer_500()
"""
REASONS = {
    "test_answer": "HTTP 500 GET /broken",
    "test_log": "trace: went wrong ZeroDivisionError('division by zero')",
    "test_other_process": "trace:  IndexError: list index out of range",
    "test_other_process_warns": "output: <string>:1: UserWarning: old ways",
    "test_secret": "canary: a-s… stands in the log: {",
    "test_secret_of_other_process": "canary: a-p… stands in the log: …",
    "test_cookie_that_an_answer_set": "canary: a-l… stands in the log: {",
    "test_told_in_a_body": "canary: 987… stands in the log: {",
    "test_thread": "KeyError: 'x'",
    "test_end": "trace: went wrong ZeroDivisionError('division by zero')",
    "test_too_long": "Failed: Timeout (>2.0s) from pytest-timeout.",
    "test_declared_one_of_two": "trace: went wrong ZeroDivisionError('division by zero')",
    "test_declared_in_vain": "did not come: HTTP 503",
}


def test_a_test_fails_that_causes_a_fault_it_does_not_declare_or_declares_one_it_does_not_cause(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini(SETTINGS)
    pytester.makepyfile(SUITE)
    run = pytester.runpytest_subprocess("-p", "tests.guards.plugin", "--show-capture=no")
    run.assert_outcomes(passed=6, failed=11, errors=2)  # two that fail by their end have passed before
    output = run.stdout.str()
    for name, reason in REASONS.items():
        section = output.split(f" {name} ___")[1].split("\n___")[0]
        assert reason in section, name


@pytest.mark.provokes(
    "trace: before ZeroDivisionError", "trace:  ValueError: at last", "output: TypeError: no such thing"
)
def test_traces_of_python_and_javascript_are_known_in_what_a_program_writes() -> None:
    python = "try:\n  print('before', file=sys.stderr)\n  1/0\nexcept ArithmeticError:\n  raise ValueError('at last')"
    javascript = "print('TypeError: no such thing\\n    at take (screen.js:3:1)', file=sys.stderr)"
    for code in (javascript, python):
        subprocess.run([sys.executable, "-c", f"import sys\n{code}"])


def test_what_only_looks_like_a_fault_is_none() -> None:
    assert faults_in("Warning: the printer is slow\nError: no paper\n  at K1\nTraceback ends here\n") == []


@pytest.mark.provokes("HTTP 503 GET /api/v1/slow")
def test_a_client_notes_an_answer_of_a_server_that_failed() -> None:
    class Failing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Failing) as server:
        Thread(target=server.handle_request).start()
        client = Client(f"http://127.0.0.1:{server.server_port}", "no key")
        client.get("slow")
        client.http.close()
