"""Whether weaknesses are known is asked, and an index that does not answer is not taken for one that knows of none."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.audit import PINNED, Verdict, python_verdict, screens_verdict

ROOT = Path(__file__).parents[2]
BAD = {"name": "jinja2", "version": "2.10", "vulns": [{"id": "PYSEC-2019-217"}]}
GOOD: dict[str, Any] = {"name": "flask", "version": "3.1.3", "vulns": []}
WEAK = {"name": "flask", "version": "3.1.3", "vulns": [{"id": "PYSEC-2027-1"}, {"id": "PYSEC-2027-2"}]}
SKIPPED = {"name": "baari-x", "skip_reason": "not found on PyPI"}


@pytest.mark.parametrize(
    ("parts", "weak", "unchecked"),
    [
        ([GOOD, BAD], 0, 0),
        ([WEAK, BAD], 1, 0),
        ([GOOD, SKIPPED, BAD], 0, 1),
        ([GOOD, {**BAD, "vulns": []}], 0, 1),  # an index that knows of nothing
        ([], 0, 1),
    ],
)
def test_parts_of_python_are_weak_sound_or_not_checked(parts: list[Any], weak: int, unchecked: int) -> None:
    verdict = python_verdict({"dependencies": parts})
    assert (len(verdict.weak), len(verdict.unchecked)) == (weak, unchecked)


def test_parts_of_the_screens_are_weak_sound_or_not_checked() -> None:
    assert screens_verdict({"vulnerabilities": {}}) == Verdict()
    assert screens_verdict({"vulnerabilities": {"esbuild": {"severity": "high"}}}) == Verdict(("esbuild: high",))
    for answer in ({}, {"message": "405\nmore", "error": {"summary": ""}}, {"error": {"summary": "away"}}):
        assert screens_verdict(answer).unchecked != ()


def test_what_was_not_checked_is_never_told_as_sound() -> None:
    assert list(Verdict().lines("lock")) == ["lock: no weakness known"]
    assert next(iter(Verdict(unchecked=("away",)).lines("lock"))) == "lock: not checked"
    assert next(iter(Verdict(("flask",), ("away",)).lines("lock"))) == "lock: WEAKNESSES KNOWN"


def test_every_part_of_the_lock_is_asked_for() -> None:
    lock = (ROOT / "deploy" / "requirements.lock").read_text("utf-8")
    pins = [line for line in lock.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert len(PINNED.findall(lock)) == len(pins) > 40


def test_without_an_index_the_audit_says_so_and_fails() -> None:
    away = {"PATH": "/nowhere", "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-m", "deploy.audit"], cwd=ROOT, env=away, capture_output=True, text=True)
    assert (done.returncode, done.stdout.count("not checked")) == (2, 2)
