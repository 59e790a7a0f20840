"""Ask whether what a release is made from has weaknesses that are known: `python -m deploy.audit`, or `make audit`.

Python's parts are asked for by pip-audit, those of the screens by npm. An index that does not answer, or does not know
a part, is not "none": it says "not checked". Exit status 0: checked, and none; 1: there are some; 2: something was not
checked.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "deploy" / "requirements.lock"
KNOWN_BAD = "jinja2==2.10"
"""A release with a known weakness (CVE-2019-10906): an index that does not name it knows nothing of others either."""
PINNED = re.compile(r"^[a-z0-9][^=\n]*==[^ \n]+", re.MULTILINE)
WAIT_S = 15
LONGEST_S = 300
TOLD = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about a list of parts: the weak ones with what is known of them; those not checked, with why."""

    weak: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    def lines(self, name: str) -> Iterable[str]:
        """Yield what is told of the list of that name."""
        head = "WEAKNESSES KNOWN" if self.weak else "not checked" if self.unchecked else "no weakness known"
        yield f"{name}: {head}"
        for what in (self.weak, self.unchecked):
            yield from (f"  {line}" for line in what[:TOLD])
            if len(what) > TOLD:
                yield f"  … and {len(what) - TOLD} more"


def python_verdict(answer: Mapping[str, Any]) -> Verdict:  # Any: what pip-audit writes
    """Judge the answer of `pip-audit --format json` about the parts of Python, the known bad one among them."""
    weak, unchecked, sees = [], [], False
    for part in answer.get("dependencies", ()):
        name = f"{part['name']} {part.get('version', '')}".strip()
        ids = ", ".join(known["id"] for known in part.get("vulns", ()))
        if f"{part['name']}=={part.get('version')}" == KNOWN_BAD:
            sees = bool(ids)
        elif "skip_reason" in part:
            unchecked.append(f"{name}: {part['skip_reason']}")
        elif ids:
            weak.append(f"{name}: {ids}")
    if not sees:
        unchecked.insert(0, f"the index does not know that {KNOWN_BAD} is weak")
    return Verdict(tuple(weak), tuple(unchecked))


def screens_verdict(answer: Mapping[str, Any]) -> Verdict:  # Any: what npm writes
    """Judge the answer of `npm audit --json`."""
    if "vulnerabilities" not in answer:
        error = answer.get("error", {})
        told = error.get("summary") or error.get("detail") or answer.get("message") or "npm gave no answer"
        return Verdict(unchecked=(told.splitlines()[0],))
    return Verdict(tuple(f"{name}: {known['severity']}" for name, known in answer["vulnerabilities"].items()))


def ask_python() -> Verdict:
    """Ask about the lock of a release; without hashes, so that the known bad one may stand beside."""
    words = ("--disable-pip", "--no-deps", "--progress-spinner", "off", "--timeout", str(WAIT_S), "--format", "json")
    wanted = [*PINNED.findall(LOCK.read_text("utf-8")), KNOWN_BAD]
    return python_verdict(_answer([sys.executable, "-m", "pip_audit", *words, "-r", "/dev/stdin"], "\n".join(wanted)))


def ask_screens() -> Verdict:
    """Ask about the lock of the screens' libraries and of what builds and tests them."""
    patience = ("--fetch-timeout", str(WAIT_S * 1000), "--fetch-retries", "0")
    return screens_verdict(_answer(["npm", "audit", "--json", "--package-lock-only", *patience]))


def _answer(command: Sequence[str], told: str = "") -> Mapping[str, Any]:
    """Return what a program wrote as JSON, nothing where it wrote none or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no input of anybody
            command, cwd=ROOT, input=told, capture_output=True, text=True, timeout=LONGEST_S
        )
        answer = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}


def main() -> int:
    """Ask, tell and return the exit status."""
    verdicts = {"deploy/requirements.lock": ask_python(), "package-lock.json": ask_screens()}
    for name, verdict in verdicts.items():
        sys.stdout.writelines(f"{line}\n" for line in verdict.lines(name))
    return 1 if any(v.weak for v in verdicts.values()) else 2 if any(v.unchecked for v in verdicts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
